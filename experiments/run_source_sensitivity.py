"""Which documents are admitted: `python experiments/run_source_sensitivity.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.effect_plots import draw_closed_and_latent
from experiments.outcome_plots import draw_blocking
from experiments.results import Results

if TYPE_CHECKING:
    import pandas as pd


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw effects of leaving documents out on closed shares and outcomes, and what blocks."""
    (results,) = cases.values()
    figures = draw_closed_and_latent(cases, effects, "What leaving documents out changes")
    title = "What stands in the way, by the documents admitted"
    blocking = draw_blocking(results, title, ["ceasefire", "status", "territory"])
    return {f"sources-{name}": figure for name, figure in figures.items()} | {"sources-blocking": blocking}


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("source-sensitivity", draw)
