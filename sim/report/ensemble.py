"""The section of a run: tables counted from its files. Nothing is simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError
from sim.figures.style import CODE_TITLES, format_percent
from sim.report.sections import Section, Table

if TYPE_CHECKING:
    from sim.tables.summary import Share, Summary


def describe_run(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """Count outcomes, settlements, what stood in the way, and means. Raises ParleyError if a table is unreadable."""
    from sim.tables.summary import Summary

    runs, rounds = _read_parquet(folder / "runs.parquet"), _read_parquet(folder / "rounds.parquet")
    summary = Summary.of(runs.schema, [(runs, rounds)])
    titles = {name: basket["title"] for name, basket in manifest["scenario"]["resolved"]["baskets"].items()}
    tables = [_outcomes(summary), _settlements(summary, titles), _blocks(summary, titles), _means(summary)]
    yield Section("In numbers", [*tables])


def _outcomes(summary: Summary) -> Table:
    """Outcomes at the end, with the highest outcome reached."""
    peak = summary.outcomes("peak_outcome")
    rows = [
        (CODE_TITLES[code], *_format_share(share), format_percent(peak[code].share, peak[code].runs))
        for code, share in summary.outcomes().items()
    ]
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    return Table("How the talks ended", columns, rows)


def _settlements(summary: Summary, titles: dict[str, str]) -> Table:
    """Settlements by basket, with the median day of the first agreement."""
    rows = []
    for name in summary.baskets:
        day = summary.days(name, "first_settled")[0.5]
        rows.append((titles[name], *_format_share(summary.settled(name)), "–" if math.isnan(day) else f"{day:.0f}"))
    return Table("Settlements", ("Basket", "Runs", "Share", "95% interval", "Median day of first agreement"), rows)


def _blocks(summary: Summary, titles: dict[str, str]) -> Table:
    """Reasons why a basket was not settled."""
    rows = [
        (f"{titles[name]}: {reason}", *_format_share(share))
        for name in summary.baskets
        for reason, share in summary.blocked(name).items()
    ]
    return Table("What stood in the way", ("Basket and reason", "Runs", "Share of all runs", "95% interval"), rows)


def _means(summary: Summary) -> Table:
    """Means over runs."""
    means = summary.as_dict()["means"].items()
    rows = [(name.replace("_", " "), "–" if mean is None else f"{mean:.3g}") for name, mean in means]
    return Table("Means over runs", ("Measure", "Mean"), rows)


def _format_share(share: Share) -> tuple[str, str, str]:
    """Runs, share and interval."""
    return f"{share.runs:,}", format_percent(share.share, share.runs), f"{share.low:.1%} to {share.high:.1%}"


def _read_parquet(path: Path) -> Any:
    """A table of a run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ParleyError(f"{path} cannot be read: {error}") from None
