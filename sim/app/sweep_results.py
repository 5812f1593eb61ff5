"""Results of a finished sweep: titles of factors and measures, and values at every point."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario.ladder import CODE_TITLES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: titles of factors, of baskets and parties, and the summary with the values of every point."""

    factors: dict[str, str]
    titles: dict[str, str]
    summary: pd.DataFrame


_MOST_FACTORS = 4
"""Factors whose values name a point; with more, a point has its number."""


def load_sweep(folder: str | Path) -> Sweep:
    """Load the points of a finished sweep. Raises ParleyError."""
    from experiments.results import label_points, load

    results = load(folder)
    design = results.manifest.get("asked", {})
    entries = design.get("experiment", {}).get("factors") or {}
    factors = {name: (entries.get(name) or {}).get("title") or name for name in results.factors}
    groups = (design.get("scenario", {}).get(group, {}) for group in ("baskets", "parties"))
    titles = {name: entry.get("title", name) for group in groups for name, entry in group.items()}
    points = results.points[["point", "name", *results.factors]].copy()
    names = label_points(results) if len(results.factors) <= _MOST_FACTORS else {}
    own = zip(points["name"], points["point"], strict=True)
    points["name"] = [name or names.get(int(point), f"point {point}") for name, point in own]
    return Sweep(factors, titles, results.summary.merge(points, on="point"))


def list_measures(summary: pd.DataFrame) -> list[str]:
    """List the measures of a sweep's summary as `measure` or `measure=level`."""
    joined = summary["measure"] + ("=" + summary["level"]).where(summary["level"] != "", "")
    return list(dict.fromkeys(joined))


_ENDED = {"outcome": "Ended as", "outcome_at_least": "Ended at least as", "peak_outcome": "Got as far as"}
_BY_NAME = {
    "day_first_settled_": "mean day first agreed on",
    "first_settled_": "ever agreed on, share of runs",
    "day_settled_": "mean day of the settlement that stands",
    "settled_": "settled at the end, share of runs",
    "zone_": "a package above every floor, share of runs",
    "blocked_": "in the way",
    "utility_": "utility of the standing agreements, mean",
}


def describe_measure(measure: str, titles: dict[str, str]) -> str:
    """Describe a measure such as `outcome_at_least=ceasefire` in the words of an axis title."""
    name, _, level = measure.partition("=")
    if name in _ENDED:
        return f"{_ENDED[name]} {CODE_TITLES.get(level, level).partition(':')[0]}, share of runs"
    for start, what in _BY_NAME.items():
        if name.startswith(start):
            of = name.removeprefix(start)
            return f"{titles.get(of, of)}: {what}" + (f": {level}, share of runs" if level else "")
    return (f"{name}: {level}" if level else f"{name}, mean").replace("_", " ").capitalize()


def select_rows(sweep: Sweep, measure: str, factor: str) -> list[dict[str, Any]]:
    """Select one measure at every point with its interval, as rows for a chart by `factor`.

    The key `rest` holds the values of the other factors, `other` the value of the first of them.
    """
    from experiments.results import format_value

    name, _, level = measure.partition("=")
    summary, others = sweep.summary, [other for other in sweep.factors if other != factor]
    rows = summary[(summary["measure"] == name) & (summary["level"] == level)]
    rest = others if len(others) <= _MOST_FACTORS else ["name"]
    return [
        {"point": row["name"], "factor": row[factor], "mean": row["mean"], "low": row["low"], "high": row["high"]}
        | {
            "rest": ", ".join(format_value(row[o]) for o in rest),
            "other": format_value(row[others[0]]) if others else "",
        }
        for row in rows.to_dict("records")
    ]
