"""
A paired comparison
===================

Differences between scenarios on the same draws. The thick bars are the intervals that separate draws would give.
"""

import tempfile

import experiments
from experiments.contrasts import compare_points
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_forest

folder = tempfile.TemporaryDirectory()
experiments.run_sweep(
    {
        "experiment": "patience",
        "question": "What changes when Northbank is in a hurry?",
        "scenario": "river-border",
        "seed": 1,
        "runs": 1000,
        "design": "variants",
        "variants": {
            "as coded": {},
            "in a hurry": {"parties.northbank.deadline": 60},
            "patient": {"parties.northbank.deadline": 360},
        },
    },
    folder.name,
)
results = experiments.load(folder.name)
figure = draw_forest(compare_points(results), build_note(results), "What Northbank's patience changes")
