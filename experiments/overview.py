"""What a sweep prints when it ends: a table of its points, and one of its planned contrasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.contrasts import label_where
from experiments.results import Results, label_points

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 40
"""Most points of a table and a figure; more would not fit on a page."""
_COLUMNS = {
    "outcome_at_least=humanitarian": "humanitarian or more",
    "outcome_at_least=ceasefire": "ceasefire or more",
    "closed_d90": "closed by day 90",
    "closed": "closed at the end",
    "latent_closed": "latent closed at the end",
    "rounds_held": "rounds",
}


def tabulate_points(results: Results) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Tabulate the main measures of every point, with 95% intervals.

    Parameters
    ----------
    results : Results
        A finished sweep.

    Returns
    -------
    tuple of str
        Headings.
    list of tuple of str
        One row a point, at most `MOST_POINTS`.
    """
    summary = results.summary
    labels = summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
    columns = {label: title for label, title in _COLUMNS.items() if (labels == label).any()}
    cells = {(int(row["point"]), label): row for row, label in zip(summary.to_dict("records"), labels, strict=True)}
    rows = []
    for point, name in list(label_points(results).items())[:MOST_POINTS]:
        rows.append((name, *(_format_cell(cells.get((point, label)), label) for label in columns)))
    return ("Point", *columns.values()), rows


def _format_cell(row: Mapping[str, Any] | None, label: str) -> str:
    """Format a mean or share with its interval; shares in percent."""
    if row is None or row["mean"] is None or np.isnan(row["mean"]):
        return "–"
    factor, unit = (100.0, "%") if row["kind"] == "share" or "closed" in label else (1.0, "")
    mean, low, high = (factor * row[name] for name in ("mean", "low", "high"))
    if np.isnan(low):
        return f"{mean:.1f}{unit}"
    if row["kind"] == "share":  # Wilson's interval lies unevenly around a share near 0 or 1
        return f"{mean:.1f}% ({low:.0f}–{high:.0f})" if high - low >= 10.0 else f"{mean:.1f}% ({low:.1f}–{high:.1f})"
    return f"{mean:.1f}{unit} ±{(high - low) / 2:.1f}"


def tabulate_effects(effects: pd.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Tabulate the effects of planned contrasts, a star where a difference survives Holm's correction.

    Parameters
    ----------
    effects : pd.DataFrame
        As `compute_effects` returns it.

    Returns
    -------
    tuple of str
        Headings.
    list of tuple of str
        One row a contrast, pair of points and measure of the overview.
    """
    labels = effects["measure"].where(effects["level"] == "", effects["measure"] + "=" + effects["level"])
    rows: list[tuple[str, ...]] = []
    for row, label, where in zip(effects.to_dict("records"), labels, label_where(effects), strict=True):
        if label not in _COLUMNS:
            continue
        percent = row["kind"] == "share" or "closed" in label
        difference, low, high = ((100.0 if percent else 1.0) * row[name] for name in ("difference", "low", "high"))
        star = "*" if row["p_holm"] < 0.05 else ""
        title = _COLUMNS[label] + (", points" if percent else "")
        change = f"{difference:+z.2f}{star} ({low:+z.2f} to {high:+z.2f})"
        rows.append((row["difference_of"], where, title, change, f"{row['changed']:,} of {row['runs']:,}"))
    return ("Contrast", "Where", "Measure", "Paired difference", "Runs changed"), rows
