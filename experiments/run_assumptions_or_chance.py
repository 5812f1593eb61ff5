"""Assumption or chance: `python experiments/run_assumptions_or_chance.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.figure_layout import build_note
from experiments.forest_plots import draw_variance
from experiments.results import Results
from experiments.variance import arrange_results, split_variance

MEASURES = {
    "outcome": "outcome, all codes",
    "settled_ceasefire": "ceasefire stands",
    "settled_prisoners": "exchange of prisoners stands",
    "rounds_held": "rounds held",
    "rounds_postponed": "rounds postponed",
    "gap_open": "gap at the end",
}

if TYPE_CHECKING:
    import pandas as pd


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the split of the variance between runs, for several results."""
    (results,) = cases.values()
    splits = {title: split_variance(arrange_results(results, name)) for name, title in MEASURES.items()}
    return {
        "assumptions-or-chance": draw_variance(splits, build_note(results), "How much is assumption, how much chance")
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("assumptions-or-chance", draw)
