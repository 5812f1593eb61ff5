"""Morris screening of the coefficients of behaviour: `python experiments/run_which_assumptions.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.figure_layout import build_note
from experiments.forest_plots import draw_tornado
from experiments.results import Results
from experiments.sensitivity import analyse_sweep

if TYPE_CHECKING:
    import pandas as pd


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the coefficients that matter most for ceasefires and rounds."""
    (results,) = cases.values()
    caption = build_note(results)
    frames = {
        "ceasefire": analyse_sweep(results, "outcome_at_least=ceasefire"),
        "rounds": analyse_sweep(results, "rounds_held"),
    }
    titles = {"ceasefire": "What the share of ceasefires hangs on", "rounds": "What the number of rounds held hangs on"}
    for frame in frames.values():
        frame["factor"] = frame["factor"].str.removeprefix("behaviour.")
    return {
        f"which-assumptions-{name}": draw_tornado(frame, caption, titles[name], share=name == "ceasefire")
        for name, frame in frames.items()
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("which-assumptions", draw)
