"""Which documents are admitted: `python experiments/run_source_sensitivity.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.compare import compare_points
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_forest
from experiments.outcome_plots import draw_blocking, draw_outcome_shares
from experiments.results import Results

if TYPE_CHECKING:
    import pandas as pd


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw outcomes by evidence, differences from all documents, and what blocks."""
    (results,) = cases.values()
    return {
        "sources-shares": draw_outcome_shares(results, "How the talks end, by the documents admitted"),
        "sources-differences": draw_forest(
            compare_points(results), build_note(results), "What leaving documents out changes"
        ),
        "sources-blocking": draw_blocking(
            results, "What stands in the way, by the documents admitted", ["ceasefire", "status", "territory"]
        ),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("source-sensitivity", draw)
