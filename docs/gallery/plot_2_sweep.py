"""
A sweep
=======

Figures of an experiment with two factors. Every point has the same draws, so the differences come from the factors.
"""

import tempfile

import experiments
from experiments import factor_plots, outcome_plots

PATIENCE = "parties.northbank.deadline"

folder = tempfile.TemporaryDirectory()
experiments.run_sweep(
    {
        "experiment": "patience-and-trust",
        "question": "How do patience and trust change the talks?",
        "scenario": "river-border",
        "seed": 1,
        "runs": 300,
        "factors": {
            PATIENCE: [60, 180, 360],
            "trust": {"path": "parties.*.trust.*", "levels": [0.2, 0.5, 0.8]},
        },
    },
    folder.name,
)
results = experiments.load(folder.name)

# %%
# Outcomes at every point
# -----------------------

figure = outcome_plots.draw_outcome_shares(results, "How the talks end")

# %%
# Two factors as a heat map
# -------------------------

title = "Rounds held in a run, on average"
figure = factor_plots.draw_heatmap(results, title, x=PATIENCE, y="trust", measure="rounds_held")

# %%
# The spread of a quantity over one factor
# ----------------------------------------

title = "Gap at the end, by Northbank's patience in days"
figure = factor_plots.draw_fan(results, title, PATIENCE, "gap_open", "Gap between positions")

# %%
# Time to a settlement
# --------------------

title = "Time to settlements that stand at the end"
figure = outcome_plots.draw_settlement_days(results, title, "exchange")

# %%
# What prevented a settlement
# ---------------------------

title = "What was settled, and what stood in the way"
figure = outcome_plots.draw_blocking(results, title, ["exchange", "river"])
