"""Morris screening of the coefficients of behaviour: `python experiments/run_which_assumptions.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from experiments.figure_layout import build_note
from experiments.forest_plots import draw_tornado
from experiments.results import Results
from experiments.sensitivity import analyse_sweep

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "closed": ("closed", "What the closed share at the end depends on"),
    "ceasefire": ("outcome_at_least=ceasefire", "What the share of ceasefires depends on"),
    "rounds": ("rounds_held", "What the number of rounds held depends on"),
}


def screen(results: Results) -> dict[str, pd.DataFrame]:
    """Compute the mean absolute effects of all coefficients on every measure."""
    frames = {name: analyse_sweep(results, measure) for name, (measure, _) in MEASURES.items()}
    return {name: f.assign(factor=f["factor"].str.removeprefix("behaviour.")) for name, f in frames.items()}


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the coefficients that matter most for the closed share, ceasefires and rounds."""
    (results,) = cases.values()
    return {
        f"which-assumptions-{name}": draw_tornado(frame, build_note(results), MEASURES[name][1], name != "rounds")
        for name, frame in screen(results).items()
    }


def collect(cases: Mapping[str, Results]) -> dict[str, Any]:
    """Collect the first coefficients of every measure, which the page quotes."""
    (results,) = cases.values()
    frames = screen(results)
    points = {"points": len(results.points), "coefficients": len(results.factors)}
    return points | {name: frame.head(8).to_dict("records") for name, frame in frames.items()}


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("which-assumptions", draw, collect=collect)
