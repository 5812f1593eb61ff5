"""Numbers of the page of `next-venue`: every place, and what mandate and incidents change there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.measures import find_measure
from experiments.results import Results
from sim.core.layout import Floats

if TYPE_CHECKING:
    import pandas as pd

WINDOW, FAR = 10, 180
"""Days of the window that Ukraine offered, 20 to 30 June, and the last day followed."""
MEASURES = {
    "rounds": "rounds_held",
    "silence": "days_in_abeyance",
    "closed": "closed",
    "humanitarian": "outcome_at_least=humanitarian",
    "ceasefire": "outcome_at_least=ceasefire",
    "prisoners": "terms_vulnerable_prisoners",
    "fallen": "terms_bodies",
}
"""What the page tells of every point, by the name in its template."""
USUAL = {"venue": "Istanbul", "mandate": "humanitarian only", "incident_rate": 1, "until": FAR}


def collect_places(results: Mapping[str, Results]) -> dict[str, Any]:
    """Collect the numbers of the page.

    Parameters
    ----------
    results : mapping of str to Results
        The results of the experiment, by case; it has one.

    Returns
    -------
    dict
        Numbers by the names in the page's template: places, mandates and incidents, each with means over runs.
    """
    one: Results = next(iter(results.values()))
    table, points = one.run_table(), one.points.sort_values("point")
    numbers = table.column("point").to_numpy()
    values = {name: find_measure(table, label) for name, label in MEASURES.items()}

    def select(name: str, **levels: Any) -> Floats:
        """Select the runs of one point; run k has the same draws at all points."""
        point = _find_point(points, USUAL | levels)
        return np.asarray(values[name][numbers == point], dtype=np.float64)

    places = {v: _describe_place(select, v) for v in dict.fromkeys(points["venue"])}
    documented = {v: row["rounds"] for v, row in places.items() if v != "Minsk, agreed"}
    terms = ("prisoners", "fallen")
    return {
        "best": max(documented, key=lambda v: documented[v]),
        "places": places,
        "low": {name: min(row[name] for row in places.values()) for name in terms},
        "high": {name: max(row[name] for row in places.values()) for name in terms},
        "incidents": {str(k): _describe(select, incident_rate=k) for k in (0, 1, 2)},
        "mandates": {m: _describe(select, mandate=m) for m in dict.fromkeys(points["mandate"])},
        "most_ceasefires": max(
            float(np.mean(select("ceasefire", venue=v, mandate=m)))
            for v in set(points["venue"])
            for m in set(points["mandate"])
        ),
    }


def _find_point(points: pd.DataFrame, levels: Mapping[str, Any]) -> int:
    """Find the point with these levels."""
    rows = points
    for factor, level in levels.items():
        rows = rows[rows[factor] == level]
    (point,) = rows["point"]
    return int(point)


def _describe(select: Any, **levels: Any) -> dict[str, float]:
    """Describe a point by the means of its runs; terms are those of the runs that reached any."""
    means = {name: float(np.nanmean(select(name, **levels))) for name in MEASURES}
    held = select("rounds", **levels)
    return means | {
        "none": float(np.mean(held == 0)),
        "rounds_60": float(np.mean(select("rounds", **levels, until=60))),
    }


def _describe_place(select: Any, venue: str) -> dict[str, float]:
    """Describe a place, with the paired 95% intervals of what it changes against Istanbul."""
    row = _describe(select, venue=venue)
    for days in (60, FAR):
        gap = select("rounds", venue=venue, until=days) - select("rounds", until=days)
        half = 1.96 * float(np.std(gap, ddof=1)) / np.sqrt(len(gap))
        row |= {f"gap_{days}": float(np.mean(gap)), f"half_{days}": float(half)}
    row["window"] = float(np.mean(select("rounds", venue=venue, until=WINDOW) > 0))
    return row
