"""Seat, style and leaning of a third party: `python experiments/run_mediation.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.effect_plots import draw_closed_and_latent
from experiments.results import Results

if TYPE_CHECKING:
    import pandas as pd


def draw(results: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the effects of all contrasts on closed share, latent closed share and outcomes."""
    figures = draw_closed_and_latent(results, effects, "What a third party changes")
    return {f"mediation-{name}": figure for name, figure in figures.items()}


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("mediation", draw)
