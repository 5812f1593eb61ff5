"""Paired differences of every point of a sweep to one of them, the reference."""

from __future__ import annotations

from typing import Any

from experiments.contrasts import compute_effects
from experiments.results import Results, format_value, label_points
from experiments.spec import Contrast

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

