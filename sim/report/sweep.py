"""The section of a sweep: results of every point under its name, and the points that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError
from sim.report.sections import Section, Table
from sim.tables.titles import Names, describe_measure, read_names

if TYPE_CHECKING:
    from experiments.results import Results

MOST_POINTS = 200
"""Rows of a table; a longer one is not readable."""
MOST_FACTORS = 6
"""Factors whose values name a point; with more, a point has its number."""

Cell = dict[str, Any]
Cells = dict[tuple[int, str, str], Cell]
"""Rows of the summary by point, measure and level."""


def describe_sweep(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """List outcomes, settlements and main means of every point, and the points that failed. Raises ParleyError."""
    from experiments.results import load

    results = load(folder)
    try:
        points, rows = results.points.to_dict("records"), results.summary.to_dict("records")
    except (OSError, ValueError) as error:  # Arrow reports a damaged file by a ValueError
        raise ParleyError(f"the tables of `{folder}` cannot be read: {error}") from None
    cells = {(int(row["point"]), row["measure"], row["level"]): row for row in rows}
    labels, head = _label_points(results)
    failed = {int(point["point"]): point["error"] for point in points if isinstance(point["error"], str)}
    complete = [point for point in labels if point in {point for point, _, _ in cells}]
    verdict = _describe_verdict(cells, {point: labels[point] for point in complete}, head)
    if verdict:
        yield Section("", [verdict], first=True)
    section = Section("In numbers", [*_remarks(results, len(complete), len(failed))])
    measures = list(dict.fromkeys(key[1:] for key in cells))
    for caption, columns, cell in _tables(cells, measures, read_names([manifest["asked"]["scenario"]])):
        lines = [
            (labels[point], *(cell(cells.get((point, *key))) for key, _ in columns)) for point in complete[:MOST_POINTS]
        ]
        section.blocks.append(Table(caption, (head, *(title for _, title in columns)), lines))
    if failed:
        errors = [(labels[point], error) for point, error in list(failed.items())[:MOST_POINTS]]
        section.blocks.append(Table("Points that failed", (head, "Why"), errors, text=True))
    yield section


_VERDICTS = (("outcome_at_least", "ceasefire", "a ceasefire or more"), ("closed", "", "the distance closed"))
"""Measures of which the first one at hand says what a sweep comes to."""


def _describe_verdict(cells: Cells, labels: dict[int, str], head: str) -> str:
    """Describe in a sentence between which points the main measure moves; empty where no such measure is at hand."""
    for measure, level, what in _VERDICTS:
        rows = {point: cells[point, measure, level] for point in labels if (point, measure, level) in cells}
        if len(rows) < 2:
            continue
        most, least = (choose(rows, key=lambda point: rows[point]["mean"]) for choose in (max, min))
        if rows[most]["mean"] == rows[least]["mean"]:
            return f"Over {len(rows):,} points, {what} does not move: {rows[most]['mean']:.1%} at each."
        ends = [f"{rows[k]['mean']:.1%} at {labels[k]} (95% {_format_ends(rows[k])})" for k in (least, most)]
        about = "" if head == "Point" else f" by {head}"
        return f"Over {len(rows):,} points{about}, {what}: from {ends[0]} to {ends[1]}."
    return ""


def _format_ends(cell: Cell) -> str:
    """Interval of a share in percent."""
    return f"{cell['low']:.1%} to {cell['high']:.1%}"


def _label_points(results: Results) -> tuple[dict[int, str], str]:
    """A name for every point, and what the names are: `Point` where there are no factors, or too many."""
    from experiments.figure_layout import get_title, label_rows
    from experiments.results import label_points

    factors = results.factors
    if len(factors) > MOST_FACTORS:
        return {int(point): str(point) for point in results.points["point"]}, "Point"
    if len(factors) == 1:
        return label_points(results, with_names=False), get_title(results, factors[0])
    labels, titles = label_rows(results)
    return labels, titles.removeprefix("Points by: ") or " × ".join(factors) or "Point"


def _remarks(results: Results, complete: int, failed: int) -> Iterator[str]:
    """One paragraph on what the tables below omit, and why."""
    remarks = []
    if not complete:
        remarks.append("No point has a result: all failed." if failed else "No point has a result.")
    elif complete > MOST_POINTS:
        remarks.append(f"The first {MOST_POINTS} of {complete:,} points; summary.parquet holds them all.")
    if failed and complete:
        total = len(results.points)
        remarks.append(f"{failed:,} of {total:,} points failed, entirely or in part; they are listed below.")
    if len(results.factors) > MOST_FACTORS:
        count = len(results.factors)
        remarks.append(f"Points have their numbers here; points.parquet holds the values of {count} factors.")
    names = results.summary["measure"]
    if complete and not (names.isin(("outcome", "rounds_held", "days")) | names.str.startswith("settled_")).any():
        remarks.append("The experiment keeps neither outcomes nor settlements; summary.parquet holds what it keeps.")
    if remarks:
        yield " ".join(remarks)


Columns = list[tuple[tuple[str, str], str]]
"""Measure and level of each column, with its heading."""


def _tables(
    cells: Cells, measures: Sequence[tuple[str, str]], names: Names
) -> Iterator[tuple[str, Columns, Callable[[Cell | None], str]]]:
    """Caption, columns and format of a cell of each table that has columns."""
    reached = {key[2] for key, cell in cells.items() if key[1] == "outcome" and cell["mean"] > 0}
    codes: Columns = [
        (("outcome", code), title.partition(":")[0]) for code, title in names.outcomes.items() if code in reached
    ]
    baskets = {(name, level): name.removeprefix("settled_") for name, level in measures if name.startswith("settled_")}
    settled: Columns = [(key, names.baskets.get(of, of.replace("_", " "))) for key, of in baskets.items()]
    means: Columns = [
        ((name, ""), str(describe_measure(name))) for name in ("rounds_held", "days") if (name, "") in measures
    ]
    share = "share of runs (95% interval)"
    tables = (
        (f"Outcome standing at the end: {share}", codes, _format_share),
        (f"Settled at the end: {share}", settled, _format_share),
        ("Means over runs (95% interval)", means, _format_mean),
    )
    yield from (table for table in tables if table[1])


def _format_share(cell: Cell | None) -> str:
    """A share with its interval in percent."""
    return f"{cell['mean']:.1%} ({100 * cell['low']:.1f} to {100 * cell['high']:.1f})" if cell else "–"


def _format_mean(cell: Cell | None) -> str:
    """A mean with its interval."""
    return f"{cell['mean']:.4g} ({cell['low']:.4g} to {cell['high']:.4g})" if cell else "–"
