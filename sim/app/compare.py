"""What is compared: several scenarios on the same draws, or the points of a finished sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.app.explore import OUTCOMES, SETTLED, Result, contrasts, formatted

if TYPE_CHECKING:
    import pandas as pd

SEVERAL = 4


def side_by_side(results: dict[str, Result]) -> list[tuple[str, ...]]:
    """A row a measure: the value in the first scenario, then in each other. Only what all of them have."""
    names = list(results)
    first = results[names[0]]
    columns: list[dict[str, str]] = [{}]
    for name in names[1:] or names:
        columns.append({})
        for contrast in contrasts(first, results[name]):
            if (contrast.group in (OUTCOMES, SETTLED) and contrast.share) or contrast.name == "rounds held":
                cells = formatted(contrast)
                columns[0][contrast.name], columns[-1][contrast.name] = cells[0], cells[1]
    rows = [key for key in columns[0] if all(key in column for column in columns)]
    return [(key, *(column[key] for column in columns[: len(names)])) for key in rows]


def sweep(folder: str | Path) -> tuple[list[str], pd.DataFrame]:
    """The factors of a finished sweep, and its summary with each point's name. Raises ParleyError."""
    from experiments.results import load

    found = load(folder)
    points = found.points[["point", "name", *found.factors]]
    return found.factors, found.summary.merge(points, on="point")


def measures(summary: pd.DataFrame) -> list[str]:
    """What a sweep's summary measures, as `measure` or `measure=level`."""
    joined = summary["measure"] + ("=" + summary["level"]).where(summary["level"] != "", "")
    return list(dict.fromkeys(joined))


def picked(summary: pd.DataFrame, measure: str, factor: str) -> list[dict[str, Any]]:
    """One measure at every point with its interval, ready for a chart by `factor`."""
    name, _, level = measure.partition("=")
    rows = summary[(summary["measure"] == name) & (summary["level"] == level)]
    return [
        {"point": row["name"], "factor": row[factor], "mean": row["mean"], "low": row["low"], "high": row["high"]}
        for row in rows.to_dict("records")
    ]
