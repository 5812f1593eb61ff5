"""Paired differences of every point of a sweep to one of them, the reference."""

from __future__ import annotations

from typing import Any

from experiments.contrasts import compute_effects
from experiments.results import Results, format_value, label_points
from experiments.spec import Contrast
from sim.app.intervals import write_ends

MOST_POINTS = 120
"""The most points for which the page computes differences."""


def list_points(results: Results) -> dict[int, str]:
    """Label the points of a sweep by the values of their factors."""
    return label_points(results, with_names=False)


def list_effects(results: Results, reference: int, measure: str) -> list[dict[str, Any]]:
    """List value, difference to the reference and 95% interval of a measure at every point.

    Parameters
    ----------
    results : Results
        A finished sweep without failed points.
    reference : int
        Number of the reference point.
    measure : str
        A measure, as `measure` or `measure=level`.

    Returns
    -------
    list of dict
        One row a point: `point`, `label`, the values of the factors by name, `value`, `difference`, `low`, `high`.

    Raises
    ------
    ParleyError
        The measure has no paired differences.
    """
    points = {int(row["point"]): row for row in results.points.to_dict("records")}
    labels = list_points(results)

    def side(point: int) -> dict[str, Any]:
        return {name: points[point][name] for name in results.factors}

    contrasts = {str(n): Contrast(base=side(reference), other=side(n)) for n in points}
    effects = compute_effects(results, contrasts, [measure]).to_dict("records")
    rows = []
    for row in effects:
        point = int(row["contrast"])
        levels = {name: format_value(points[point][name]) for name in results.factors}
        numbers = {"value": row["second"], **{key: row[key] for key in ("difference", "low", "high")}}
        rows.append({"point": point, "label": labels[point], **levels, **numbers, "kind": row["kind"]})
    return rows


def format_effects(rows: list[dict[str, Any]], factors: list[str], reference: int) -> list[tuple[str, ...]]:
    """Format effects as cells: levels of the factors, value, difference to the reference, and its interval.

    Parameters
    ----------
    rows : list of dict
        As `list_effects` gives them.
    factors : list of str
        Names of the factors.
    reference : int
        Number of the reference point, which has no interval.
    """
    share = any(row["kind"] == "share" for row in rows)
    scale, digits = (100, 1) if share else (1, 3)
    cells = []
    for row in rows:
        between = " to ".join(write_ends(row["low"] * scale, row["high"] * scale, digits))
        if row["point"] == reference:
            between = "reference"
        elif not row["low"] < row["high"]:
            between = "equal in every run"
        value = f"{row['value'] * scale:.{digits}f}{'%' if share else ''}"
        levels = (format_value(row[name]) for name in factors)
        cells.append((*levels, value, f"{row['difference'] * scale:+z.{digits}f}", between))
    return cells
