"""Assumption or chance: `python experiments/run_assumptions_or_chance.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from experiments.figure_layout import build_note
from experiments.forest_plots import draw_variance
from experiments.results import Results
from experiments.variance import arrange_results, split_variance

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "outcome": "outcome, all codes",
    "closed_d60": "closed share, day 60",
    "closed": "closed share at the end",
    "latent_closed": "latent closed share at the end",
    "settled_ceasefire": "ceasefire stands",
    "settled_prisoners": "exchange of prisoners stands",
    "rounds_held": "rounds held",
}


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the split of the variance between runs, for several results."""
    (results,) = cases.values()
    splits = {title: split_variance(arrange_results(results, name)) for name, title in MEASURES.items()}
    title = "How much is assumption, how much chance"
    return {"assumptions-or-chance": draw_variance(splits, build_note(results), title)}


def collect(cases: Mapping[str, Results]) -> dict[str, Any]:
    """Collect the shares of variance that the page quotes."""
    (results,) = cases.values()
    splits = {title: split_variance(arrange_results(results, name)).rows() for name, title in MEASURES.items()}
    return {"splits": {title: {str(row["part"]): row for row in rows} for title, rows in splits.items()}}


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("assumptions-or-chance", draw, collect=collect)
