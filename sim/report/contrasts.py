"""What a comparison has of its own in a report: a table a contrast, its main measures first."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError
from sim.report.parts import table

_MAIN = ("outcome", "rounds_held", "rounds_postponed", "days_in_abeyance", "incidents", "gap")
"""Measures that `parley compare` shows; with them the settlements."""
_COLUMNS = ("Measure", "First", "Second", "Difference", "95% interval", "p, corrected")
_READING = (
    "Second minus first of every pair of runs on the same draws; shares in percent, their differences in percentage "
    "points. A star marks what differs from 0 after Holm's correction over all tests of the comparison (5% "
    "family-wise); p is after that correction. Intervals from separate draws and the variance saved by pairing are in "
    "differences.csv."
)


def comparison(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """The differences: for each contrast the main measures, then the others. Raises ParleyError."""
    yield "<h2>In numbers</h2>"
    yield f"<p>{escape(_READING)}</p>"
    found = _contrasts(folder / "differences.csv")
    if not found:
        yield "<p>The table holds no difference: nothing varies between the scenarios.</p>"
    for contrast, rows in found.items():
        main = [row for row in rows if row["measure"] in _MAIN or row["measure"].startswith("settled_")]
        runs = max(row["n"] for row in rows)
        yield table(f"{contrast}: {runs:,.0f} pairs of runs", _COLUMNS, map(_cells, main))
        others = [row for row in rows if row not in main]
        if others:
            yield table(f"{contrast}: other measures", _COLUMNS, map(_cells, others))


def _contrasts(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by contrast, numbers as numbers; a difference that was not tested has no p. Raises ParleyError."""
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                numbers = {name: float(row[name] or "nan") for name in _NUMBERS}
                found.setdefault(row["contrast"], []).append({**{name: row[name] for name in _TEXTS}, **numbers})
    except OSError as error:
        raise ParleyError(f"{path} cannot be read: {error.strerror}") from None
    except (KeyError, ValueError, TypeError) as error:
        raise ParleyError(f"{path} is no table of differences as `parley compare` writes it ({error})") from None
    return found


_TEXTS = ("measure", "level", "kind")
_NUMBERS = ("n", "first", "second", "difference", "low", "high", "p_holm")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as `parley compare` prints it."""
    share = row["kind"] == "share"

    def number(value: float, sign: str = "") -> str:
        return f"{100 * value:{sign}.1f}" if share else f"{value:{sign}.3g}"

    name = row["measure"].replace("_", " ") + (f": {row['level']}" if row["level"] else "")
    p = row["p_holm"]
    star, shown = "*" if p < 0.05 else "", "<0.001" if p < 0.001 else f"{p:.3f}" if p == p else "–"
    span = f"{number(row['low'], '+')} to {number(row['high'], '+')}"
    means = (number(row["first"]), number(row["second"]), number(row["difference"], "+") + star)
    return (name + (" (%)" if share else ""), *means, span, shown)
