"""Where to meet next, and on what: `python experiments/run_next_venue.py`, figures and page into docs/experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from experiments.factor_plots import draw_heatmap
from experiments.places import FAR, collect_places
from experiments.results import Results


def draw(results: Mapping[str, Results], effects: Any = None) -> dict[str, Figure]:
    """Draw rounds held over venue and incidents, and the closed share over venue and mandate, by day 60 and 180."""
    one: Results = next(iter(results.values()))
    panel: dict[str, Any] = {"x": "venue", "panel": "until", "only": (60, FAR)}
    return {
        "next-venue-rounds": draw_heatmap(
            one, "Rounds held, on average over the three mandates", y="incident_rate", measure="rounds_held", **panel
        ),
        "next-venue-closed": draw_heatmap(
            one, "Closed share of the distance, over the three incident rates", y="mandate", measure="closed", **panel
        ),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("next-venue", draw, collect=collect_places)
