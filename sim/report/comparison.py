"""The section of a comparison: one table a contrast with the main measures, one with the others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.compare import describe_changes
from experiments.measures import is_main, list_baskets
from sim.core.errors import ParleyError
from sim.report.sections import Section, Table, name_scenario
from sim.results.reader import read_text
from sim.tables.titles import Names, describe_measure, read_names

MOST_TABLE = 16 * 2**20
"""Bytes of the largest table of differences that is read."""

_READING = (
    "Differences: the scenario in the third column minus the one in the second; those of shares are in percentage "
    "points. Runs are paired on the same draws where both scenarios have the same parties, issues and venues; else the "
    "intervals are those of separate draws. A star marks a difference from 0 after Holm's correction over all tests of "
    "the comparison (5% family-wise); p is after that correction. Intervals from separate draws and the variance saved "
    "by pairing are in differences.csv."
)


def describe_comparison(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """List the differences: for each contrast the main measures, then the others. Raises ParleyError."""
    section = Section("In numbers", [_READING])
    contrasts = _read_contrasts(folder / "differences.csv")
    if not contrasts:
        section.blocks.append("The table holds no difference: nothing varies between the scenarios.")
    for counts, title in _read_changes(manifest):
        section.blocks.append(f"{title}: {describe_changes(counts)}")
    titles = _name_contrasts(manifest)
    names = read_names(entry["resolved"] for entry in manifest.get("scenarios", []))
    verdicts = [_describe_verdict(titles.get(label, label), rows, names) for label, rows in contrasts.items()]
    short = _shorten_scenarios(manifest)
    if verdicts:
        yield Section("", [*verdicts], first=True)
    for label, rows in contrasts.items():
        contrast, baskets = titles.get(label, label), list_baskets(row["measure"] for row in rows)
        second, _, first = label.rpartition(" − ")
        ends = (short.get(first, first), short.get(second, second))
        columns = ("Measure", *ends, "Difference", "95% interval", "p, corrected")
        main = [row for row in rows if is_main(row["measure"], baskets)]
        pairs = max(row["n"] for row in rows)
        cells = [_format_row(row, names) for row in main]
        section.blocks.append(Table(f"{contrast}: {pairs:,.0f} runs each", columns, cells))
        others = [row for row in rows if row not in main]
        if others:
            cells = [_format_row(row, names) for row in others]
            section.blocks.append(Table(f"{contrast}: other measures", columns, cells))
    yield section


def _describe_verdict(contrast: str, rows: list[dict[str, Any]], names: Names) -> str:
    """Describe the largest difference of a share of runs that survives the correction, or say that none does."""
    baskets = list_baskets(row["measure"] for row in rows)
    main = [row for row in rows if is_main(row["measure"], baskets) and row["kind"] == "share"]
    sure = [row for row in main if row["p_holm"] < 0.05]
    if not sure:
        return f"{contrast}: no share of runs in the main table differs after Holm's correction."
    row = max(sure, key=lambda row: abs(row["difference"]))
    first, second = (f"{row[name]:.1%}" for name in ("first", "second"))
    difference, low, high = (f"{100 * row[name]:+z.1f}" for name in ("difference", "low", "high"))
    title = describe_measure(row["measure"], row["level"], names).text
    text = f"{contrast}: the largest difference of a share is in “{title}”: {second} of runs instead of {first} "
    return text + f"({difference} points, 95% interval {low} to {high})."


def _shorten_scenarios(manifest: dict[str, Any]) -> dict[str, str]:
    """Name every scenario by what stands before the colon of its title, and its changes; none where two are alike."""
    names = {
        entry["label"]: name_scenario({**entry, "title": entry["title"].split(":")[0]})
        for entry in manifest.get("scenarios", [])
    }
    return names if len(set(names.values())) == len(names) else {}


def _name_contrasts(manifest: dict[str, Any]) -> dict[str, str]:
    """Name every contrast by titles instead of labels."""
    first, *others = manifest.get("scenarios", [{"label": "", "title": ""}])
    return {
        f"{entry['label']} − {first['label']}": f"{name_scenario(entry)}, compared with {name_scenario(first)}"
        for entry in others
    }


def _read_changes(manifest: dict[str, Any]) -> Iterator[tuple[dict[str, int], str]]:
    """Numbers of pairs of runs that changed, and the name of the scenario, where the manifest has them."""
    for entry in manifest.get("scenarios", [])[1:]:
        if entry["label"] in manifest.get("changed", {}):
            yield manifest["changed"][entry["label"]], name_scenario(entry)


_TEXTS = ("measure", "level", "kind")
_NUMBERS = ("n", "first", "second", "difference", "low", "high", "p_holm")


def _read_contrasts(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by contrast, numbers as floats; NaN is the p of a difference that was not tested. Raises ParleyError."""
    contrasts: dict[str, list[dict[str, Any]]] = {}
    try:
        for row in csv.DictReader(io.StringIO(read_text(path, MOST_TABLE))):
            numbers = {name: float(row[name] or "nan") for name in _NUMBERS}
            texts = {name: str(row[name] or "") for name in _TEXTS}
            contrasts.setdefault(row["contrast"] or "", []).append(texts | numbers)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise ParleyError(f"{path} is not a table of differences as `parley compare` writes it ({error})") from None
    return contrasts


_LEAST = 1e-12
"""Smaller numbers are what rounding leaves of 0."""


def _format_row(row: dict[str, Any], names: Names) -> tuple[str, ...]:
    """A row with the title of its measure."""
    title = describe_measure(row["measure"], row["level"], names)

    def number(value: float, sign: str = "") -> str:
        value = 0.0 if abs(value) < _LEAST else value
        return f"{100 * value:{sign}z.1f}" if title.is_percent else f"{value:{sign}z.3g}"

    p = row["p_holm"]
    star, p_text = "*" if p < 0.05 else "", "<0.001" if p < 0.001 else f"{p:.3f}" if p == p else "–"
    interval = f"{number(row['low'], '+')} to {number(row['high'], '+')}"
    means = (number(row["first"]), number(row["second"]), number(row["difference"], "+") + star)
    return (str(title), *means, interval, p_text)
