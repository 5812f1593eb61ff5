"""Scenario discovery: `python experiments/run_ceasefire_conditions.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from experiments.discovery import Boxes, discover
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_box
from experiments.results import Results
from experiments.sensitivity import collect_point_means

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {"ceasefire": "outcome_at_least=ceasefire", "closed": "closed"}
_TITLES = {"ceasefire": "of the runs end with a ceasefire or more", "closed": "of the distance is closed at the end"}


def find_box(results: Results, measure: str) -> tuple[float, Boxes]:
    """Find the box in which a measure lies in the uppermost fifth of all points, and the limit of that fifth."""
    limit = float(np.quantile(collect_point_means(results, measure), 0.8))
    return limit, discover(results, measure, limit, least_density=0.7)


def draw(cases: Mapping[str, Results], effects: pd.DataFrame) -> dict[str, Figure]:
    """Draw the box of the uppermost fifth of all points for ceasefires, and for the closed share."""
    (results,) = cases.values()
    figures = {}
    for name, measure in MEASURES.items():
        limit, boxes = find_box(results, measure)
        title = f"Where more than {limit:.0%} {_TITLES[name]}"
        figures[f"ceasefire-conditions-{name}"] = draw_box(boxes, build_note(results), title)
    return figures


def collect(cases: Mapping[str, Results]) -> dict[str, Any]:
    """Collect limits, density and coverage of the boxes, which the page quotes."""
    (results,) = cases.values()
    boxes = {name: find_box(results, measure) for name, measure in MEASURES.items()}
    return {
        name: {
            "limit": limit,
            "density": box.density,
            "coverage": box.coverage,
            "limits": box.limits.to_dict("records"),
        }
        for name, (limit, box) in boxes.items()
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("ceasefire-conditions", draw, collect=collect)
