"""Scenario discovery: `python experiments/run_ceasefire_conditions.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from experiments.discovery import discover
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_box
from experiments.results import Results
from experiments.sensitivity import collect_point_means

MEASURE = "outcome_at_least=ceasefire"

if TYPE_CHECKING:
    import pandas as pd


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the box in which the share of ceasefires lies in the uppermost fifth of all points."""
    (results,) = cases.values()
    limit = float(np.quantile(collect_point_means(results, MEASURE), 0.8))
    boxes = discover(results, MEASURE, limit, least_density=0.7)
    title = f"Where more than {limit:.0%} of the runs end with a ceasefire or more"
    return {"ceasefire-conditions": draw_box(boxes, build_note(results), title)}


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("ceasefire-conditions", draw)
