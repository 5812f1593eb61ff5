"""
One scenario
============

The figures of an ensemble. Every plot function takes the summary of the tables and, as an option, the axes to draw
into. It runs no simulation. ``parley run`` writes four of them with titles and a note on their origin.
"""

import matplotlib.pyplot as plt

import sim
from sim.figures.blocking import plot_blocking
from sim.figures.days import plot_days
from sim.figures.gap import plot_gap, plot_rounds_held
from sim.figures.outcomes import plot_outcomes

ensemble = sim.run_ensemble("river-border", n=2000, seed=1)
tables = [(ensemble.run_table, ensemble.round_table)]
summary = sim.Summary.from_tables(ensemble.run_table.schema, tables)
baskets = {
    "exchange": "Exchange of crews",
    "calm": "Calm on the river",
    "river": "Crossing and water",
}

# %%
# Outcomes
# --------
# The share of runs by the highest result that stands at the end, and the highest result on the way.

axes = plot_outcomes(summary)

# %%
# Time to the first agreement
# ---------------------------
# The share of runs that had agreed on each basket by a day.

axes = plot_days(summary, baskets, legend=False)
axes.figure.set_size_inches(7, 4.6)
axes.figure.legend(loc="outside lower center")

# %%
# Distance between positions
# --------------------------
# The gap between the parties' latest offers, round by round.

axes = plot_gap(summary)

# %%
# Rounds held
# -----------

axes = plot_rounds_held(summary)

# %%
# What was settled, and what prevented a settlement
# -------------------------------------------------

axes = plot_blocking(summary, baskets)

# %%
# Two figures side by side
# ------------------------

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
plot_outcomes(summary, left, legend=False)
plot_rounds_held(summary, right)
