"""Results of a finished sweep: titles of factors and measures, and values at every point."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.tables import titles
from sim.tables.titles import Names, read_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: titles of factors, of what measures name, and the summary with the values of every point."""

    factors: dict[str, str]
    names: Names
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
    points = results.points[["point", "name", *results.factors]].copy()
    labels = label_points(results) if len(results.factors) <= _MOST_FACTORS else {}
    own = zip(points["name"], points["point"], strict=True)
    points["name"] = [name or labels.get(int(point), f"point {point}") for name, point in own]
    return Sweep(factors, read_names([design.get("scenario", {})]), results.summary.merge(points, on="point"))


def list_measures(summary: pd.DataFrame) -> list[str]:
    """List the measures of a sweep's summary as `measure` or `measure=level`."""
    joined = summary["measure"] + ("=" + summary["level"]).where(summary["level"] != "", "")
    return list(dict.fromkeys(joined))


def describe_measure(measure: str, names: Names) -> str:
    """Describe a measure such as `outcome_at_least=ceasefire` in the words of an axis title; shares are of 1."""
    name, _, level = measure.partition("=")
    title = titles.describe_measure(name, level, names)
    if title.unit == titles.RUNS:
        return f"{title.text}, share of runs"
    return f"{title.text}, {'share' if title.is_percent else f'mean ({title.unit})' if title.unit else 'mean'}"


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
