"""
Assumption or chance
====================

The variance between runs comes from the assumed numbers, from chance, and from both together.
"""

import tempfile

import experiments
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_variance
from experiments.variance import arrange_results, split_variance

folder = tempfile.TemporaryDirectory()
experiments.run_sweep(
    {
        "experiment": "assumption-or-chance",
        "question": "How much of the answer is assumption, how much chance?",
        "scenario": "river-border",
        "seed": 1,
        "nested": {"assumptions": 60, "fates": 40},
        "design": "variants",
        "variants": {"as coded": {}},
    },
    folder.name,
)
results = experiments.load(folder.name)
measures = {"outcome": "outcome, all codes", "rounds_held": "rounds held", "gap_open": "gap at the end"}
parts = {title: split_variance(arrange_results(results, name)) for name, title in measures.items()}
figure = draw_variance(parts, build_note(results), "How much is assumption, how much chance")
