"""
One scenario
============

``parley run`` writes these four figures into its folder. They need the summary of the tables and the manifest. They run
no simulation.
"""

import sim
from sim.figures import ensemble as plots
from sim.figures.style import Caption

ensemble = sim.run_ensemble("river-border", n=2000, seed=1)
tables = [(ensemble.run_table, ensemble.round_table)]
summary = sim.Summary.of(ensemble.run_table.schema, tables)
caption = Caption.of(ensemble.manifest)

# %%
# Outcomes
# --------
# Share of runs by the highest result that stands at the end, and the highest result on the way.

figure = plots.outcomes(summary, caption)

# %%
# Time to the first agreement
# ---------------------------
# Share of runs that had agreed on each basket by a day.

figure = plots.days(summary, caption)

# %%
# Distance between positions
# --------------------------
# The gap between the parties' latest offers, round by round.

figure = plots.gap(summary, caption)

# %%
# What was settled, and what prevented a settlement
# -------------------------------------------------

figure = plots.blocking(summary, caption)
