"""
A sweep
=======

Figures of an experiment with two factors. Every point has the same draws, so the differences come from the factors.
"""

import tempfile

import experiments
from experiments import plots

folder = tempfile.mkdtemp()
experiments.run_sweep(
    {
        "experiment": "patience-and-trust",
        "question": "How do Northbank's patience and the parties' trust change the talks?",
        "scenario": "river-border",
        "seed": 1,
        "runs": 300,
        "factors": {
            "patience": {"path": "parties.northbank.deadline", "levels": [60, 180, 360]},
            "trust": {"path": "parties.*.trust.*", "levels": [0.2, 0.5, 0.8]},
        },
    },
    folder,
)
results = experiments.load(folder)

# %%
# Outcomes at every point
# -----------------------

figure = plots.shares(results, "How the talks end")

# %%
# Two factors as a heat map
# -------------------------

figure = plots.heat(results, "Rounds held in a run, on average", x="patience", y="trust", measure="rounds_held")

# %%
# The spread of a quantity over one factor
# ----------------------------------------

figure = plots.fan(results, "Gap at the end, by patience", "patience", "gap", "Gap between positions")

# %%
# Time to a settlement
# --------------------

figure = plots.settled_days(results, "Time to settlements that stand at the end", "exchange")

# %%
# What prevented a settlement
# ---------------------------

figure = plots.blocking(results, "What was settled, and what stood in the way", ["exchange", "river"])
