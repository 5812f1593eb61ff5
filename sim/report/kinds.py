"""What a run and a fit have of their own in a report. Tables are read, nothing is simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError
from sim.figures.style import CODE_TITLES, percent
from sim.report.parts import table

if TYPE_CHECKING:
    from sim.tables.summary import Share, Summary


def run(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Tables of an ensemble, counted from its files."""
    from sim.tables.summary import Summary

    runs, rounds = _parquet(folder / "runs.parquet"), _parquet(folder / "rounds.parquet")
    summary = Summary.of(runs.schema, [(runs, rounds)])
    titles = {name: basket["title"] for name, basket in manifest["scenario"]["resolved"]["baskets"].items()}
    yield "<h2>In numbers</h2>"
    peak = summary.outcomes("peak_outcome")
    rows = [(CODE_TITLES[c], *_share(s), percent(peak[c].share, peak[c].runs)) for c, s in summary.outcomes().items()]
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    yield table("How the talks ended", columns, rows)
    settled = [_settled(summary, name, titles[name]) for name in summary.baskets]
    yield table("Settlements", ("Basket", "Runs", "Share", "95% interval", "Median day of first agreement"), settled)
    blocked = [
        (f"{titles[name]}: {reason}", *_share(found))
        for name in summary.baskets
        for reason, found in summary.blocked(name).items()
    ]
    yield table("What stood in the way", ("Basket and reason", "Runs", "Share of all runs", "95% interval"), blocked)
    means = summary.as_dict()["means"].items()
    rows_ = [(name.replace("_", " "), "–" if mean is None else f"{mean:.3g}") for name, mean in means]
    yield table("Means over runs", ("Measure", "Mean"), rows_)


def _share(found: Share) -> tuple[str, str, str]:
    return f"{found.runs:,}", percent(found.share, found.runs), f"{found.low:.1%} to {found.high:.1%}"


def _settled(summary: Summary, basket: str, title: str) -> tuple[str, ...]:
    day = summary.days(basket, "first_settled")[0.5]
    return (title, *_share(summary.settled(basket)), "–" if math.isnan(day) else f"{day:.0f}")


def _parquet(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ParleyError(f"{path} cannot be read: {error}") from None


def calibration(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Checks of the fit, its parameters, its predictions of the record, rival theories: what `report.md` tells.

    That file holds headings, paragraphs and tables of plain text; nothing else of Markdown is read.
    """
    lines: list[str] = []
    for line in [*told_by_fit(folder)[1:], ""]:
        if line.strip():
            lines.append(line)
            continue
        if lines:
            yield _passage(lines)
        lines = []


def told_by_fit(folder: Path) -> list[str]:
    """Lines of a fit's `report.md`, the first its title. Raises ParleyError where it is not to be read."""
    try:
        return (folder / "report.md").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ParleyError(f"{folder / 'report.md'} cannot be read: {error.strerror}") from None


def _passage(lines: list[str]) -> str:
    """A heading, a table or a paragraph."""
    if lines[0].startswith("## "):
        return f"<h2>{escape(lines[0][3:])}</h2>"
    if lines[0].startswith("|"):
        columns, _, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
        return table("", columns, rows)
    return f"<p>{escape(' '.join(lines))}</p>"
