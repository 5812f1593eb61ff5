"""
One scenario
============

The figures of an ensemble. Every plot function takes the summary of the tables and, as an option, the axes to draw
into; those over time take a trajectory. They run no simulation. ``parley run`` writes them with titles and a note on
their origin.
"""

import matplotlib.pyplot as plt

import sim
from sim.figures.blocking import plot_blocking
from sim.figures.convergence import plot_offers
from sim.figures.days import plot_days
from sim.figures.distance import plot_closed
from sim.figures.outcomes import plot_outcomes
from sim.figures.scales import read_scales
from sim.figures.terms import plot_terms
from sim.results.trajectory import simulate_trajectory

ensemble = sim.run_ensemble("river-border", n=2000, seed=1)
tables = [(ensemble.run_table, ensemble.round_table)]
summary = sim.Summary.from_tables(ensemble.run_table.schema, tables)
baskets = {
    "exchange": "Exchange of crews",
    "calm": "Calm on the river",
    "river": "Crossing and water",
}
trajectory = simulate_trajectory(sim.plan("river-border", n=1000, seed=1))
scales = read_scales(ensemble.manifest["scenario"]["resolved"])

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
# Convergence
# -----------
# The share of the distance between the first demands that is closed, over time: everything, then one basket. While
# talks are in abeyance, unsettled offers count as withdrawn.

axes = plot_closed(trajectory)

# %%
axes = plot_closed(trajectory, "calm")

# %%
# Offers on an issue
# ------------------
# The parties' median offers with the middle 80% of runs, their reservation values, the zone of agreement between them,
# and the share of runs that are settled. ``parley run`` draws such axes for all issues: ``convergence.png``.

axes = plot_offers(trajectory, "patrols", scales["patrols"])

# %%
# Terms
# -----
# What was agreed, against the labels of the scale.

axes = plot_terms(summary, "detainees", scales["detainees"])

# %%
# What was settled, and what prevented a settlement
# -------------------------------------------------

axes = plot_blocking(summary, baskets)

# %%
# Two figures side by side
# ------------------------

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
plot_outcomes(summary, left, legend=False)
plot_closed(trajectory, ax=right, legend=False)
