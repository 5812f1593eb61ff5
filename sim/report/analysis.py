"""The section of an analysis without runs: zones of agreement, and acceptability by clause where it was asked for."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError
from sim.report.sections import Section, Table
from sim.results.reader import read_text
from sim.tables.quantities import format_percent

MOST_TABLE = 16 * 2**20
"""Bytes of the largest table that is read."""

_CLAUSES = (
    "Share of draws of the assumed ranges, at the start of the talks, in which an option alone is worth at least the "
    "party's floor; in brackets at least its reservation value. The floor also counts what a party loses if the others "
    "do not comply, and the pain of war."
)
_PACKAGES = (
    "Packages of labelled options, by the share of draws in which the party that could live with them least often can. "
    "The clause that costs most is the one without which that share is highest."
)


def describe_analysis(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """List the zones, and the clauses and packages if the folder has them. Raises ParleyError."""
    resolved = manifest["scenario"]["resolved"]
    baskets, issues, parties = (
        {name: entry.get("title") or name for name, entry in resolved.get(kind, {}).items()}
        for kind in ("baskets", "issues", "parties")
    )
    yield Section("Zones of agreement", [_list_zones(_read_rows(folder / "zones.csv"), baskets)])
    if (folder / "clauses.csv").is_file():
        rows, packages = _read_rows(folder / "clauses.csv"), _read_rows(folder / "packages.csv")
        tables = _list_packages(packages, baskets, issues, parties)
        yield Section("Packages that each party could live with", [_PACKAGES, tables])
        yield Section("Acceptability by clause", [_CLAUSES, *_list_clauses(rows, baskets, issues, parties)])


def _read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table. Raises ParleyError."""
    try:
        return list(csv.DictReader(io.StringIO(read_text(path, MOST_TABLE)), strict=True))
    except csv.Error as error:
        raise ParleyError(f"{path} is not a table as `parley analyse` writes it ({error})") from None


def _list_zones(rows: list[dict[str, str]], baskets: dict[str, str]) -> Table:
    """Chance of a zone of agreement by basket."""
    cells = [
        (
            baskets.get(row["basket"], row["basket"]),
            *(text for name in ("zone_interests", "zone_commitment") for text in _format_share(row, name)),
        )
        for row in rows
    ]
    columns = ("Settled together", "Interests alone", "95% interval", "Above the floors", "95% interval")
    return Table("Share of draws in which some package suits all parties", columns, cells)


def _list_clauses(
    rows: list[dict[str, str]], baskets: dict[str, str], issues: dict[str, str], parties: dict[str, str]
) -> Iterator[Table]:
    """One table a basket: a row an option, a column a party."""
    for basket, own in itertools.groupby(rows, key=lambda row: row["basket"]):
        lines, names = [], list[str]()
        for (issue, option), cells in itertools.groupby(own, key=lambda row: (row["issue"], row["option"])):
            entries = list(cells)
            names = [entry["party"] for entry in entries]
            texts = [f"{_percent(entry['floors'])} ({_percent(entry['interests'])})" for entry in entries]
            lines.append((issues.get(issue, issue), option, *texts))
        columns = ("Issue", "Option", *(parties.get(name, name) for name in names))
        yield Table(baskets.get(basket, basket), columns, lines, labels=True)


def _list_packages(
    rows: list[dict[str, str]], baskets: dict[str, str], issues: dict[str, str], parties: dict[str, str]
) -> Table:
    """The best package of every basket, a row a clause."""
    lines = []
    for row in rows:
        if row["rank"] != "1":
            continue
        rest = f"{_percent(row['least_without'])}" if row["least_without"] else "–"
        shares = (_percent(row["least"]), parties.get(row["party_least"], row["party_least"]))
        mark = "costs most" if row["costliest"] == "True" else ""
        names = baskets.get(row["basket"], row["basket"]), f"{issues.get(row['issue'], row['issue'])}: {row['option']}"
        lines.append((*names, *shares, _percent(row["all_parties"]), rest, mark))
    columns = ("Settled together", "Clause", "Least", "Least often", "All at once", "Least without the clause", "")
    return Table("The best package of every basket", columns, lines, labels=True)


def _format_share(row: dict[str, str], name: str) -> tuple[str, str]:
    """A share and its interval."""
    return _percent(row[name]), f"{float(row[f'{name}_low']):.1%} to {float(row[f'{name}_high']):.1%}"


def _percent(text: str) -> str:
    """A share in percent."""
    return format_percent(float(text), int(float(text) > 0))
