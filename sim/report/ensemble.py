"""The section of a run: tables counted from its files. Nothing is simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.core.errors import ParleyError
from sim.figures.scales import read_scales
from sim.report.convergence import caption_terms, describe_verdict, list_closed, list_terms
from sim.report.sections import Section, Table
from sim.tables.arrow import decode_labels, decode_numbers
from sim.tables.quantities import format_percent
from sim.tables.titles import Names, describe_measure, read_names

if TYPE_CHECKING:
    from sim.tables.quantities import Share
    from sim.tables.summary import Summary

MOST_ROUNDS = 5_000
"""Planned rounds a run can have, as the schema of scenarios says."""


def describe_run(folder: Path, manifest: dict[str, Any]) -> Iterator[Section]:
    """Count a verdict, convergence and terms, then outcomes, settlements, what stood in the way, and means.

    Raises ParleyError if a table is unreadable.
    """
    summary = summarise_run(folder, manifest)
    baskets = manifest["scenario"]["resolved"].get("baskets", {})
    titles = {name: baskets.get(name, {}).get("title", name) for name in summary.baskets}
    closed, terms = list_closed(summary, titles), list_terms(summary, read_scales(manifest["scenario"]["resolved"]))
    first: list[str | Table] = [describe_verdict(summary, titles)]
    if closed[1]:
        first.append(Table("How much of the distance between the first demands is closed, mean of all runs", *closed))
    if terms[1]:
        first.append(Table(caption_terms(summary), *terms, labels=True))
    yield Section("", first, first=True)
    tables = [_outcomes(summary), _settlements(summary, titles), _blocks(summary, titles)]
    tables.append(_means(summary, read_names([manifest["scenario"]["resolved"]])))
    yield Section("In numbers", [*tables])


def _outcomes(summary: Summary) -> Table:
    """Outcomes at the end, with the highest outcome reached."""
    peak = summary.outcome_shares("peak_outcome")
    rows = [
        (summary.outcomes[code], *_format_share(share), format_percent(peak[code].share, peak[code].runs))
        for code, share in summary.outcome_shares().items()
    ]
    columns = ("Outcome standing at the end", "Runs", "Share", "95% interval", "Highest reached")
    return Table("How the talks ended", columns, rows)


def _settlements(summary: Summary, titles: dict[str, str]) -> Table:
    """Settlements by basket, with the median day of the first agreement."""
    rows = []
    for name in summary.baskets:
        day = summary.day_quantiles(name, "first_settled")[0.5]
        rows.append(
            (titles[name], *_format_share(summary.settled_share(name)), "–" if math.isnan(day) else f"{day:.0f}")
        )
    return Table("Settlements", ("Basket", "Runs", "Share", "95% interval", "Median day of first agreement"), rows)


def _blocks(summary: Summary, titles: dict[str, str]) -> Table:
    """Reasons why a basket was not settled."""
    rows = [
        (f"{titles[name]}: {reason}", *_format_share(share))
        for name in summary.baskets
        for reason, share in summary.reason_shares(name).items()
    ]
    return Table("What stood in the way", ("Basket and reason", "Runs", "Share of all runs", "95% interval"), rows)


def _means(summary: Summary, names: Names) -> Table:
    """Means over runs."""
    rows = []
    for name, mean in summary.as_dict()["means"].items():
        title = describe_measure(f"day_{name}" if name == "day_of_outcome" else name, names=names)
        rows.append((str(title), "–" if mean is None else f"{100 * mean:.1f}" if title.is_percent else f"{mean:.4g}"))
    return Table("Means over runs", ("Measure", "Mean"), rows)


def _format_share(share: Share) -> tuple[str, str, str]:
    """Runs, share and interval."""
    return f"{share.runs:,}", format_percent(share.share, share.runs), f"{share.low:.1%} to {share.high:.1%}"


def summarise_run(folder: Path, manifest: dict[str, Any]) -> Summary:
    """Count the tables of a run, some thousand runs at a time. Raises ParleyError if a table is damaged."""
    from sim.results.reader import iterate_batches, open_table, report_damage
    from sim.tables.kinds import ROUND_KINDS, list_run_kinds
    from sim.tables.summary import Summary

    path = folder / "runs.parquet"
    with open_table(path, {"run": "number"}) as file:
        schema = file.schema_arrow
        if file.metadata.num_rows != manifest["n"]:
            raise ParleyError(f"{path} has {file.metadata.num_rows:,} runs; its manifest says {manifest['n']:,}")
    kinds, summary = list_run_kinds(schema.names), Summary.from_tables(schema)
    rounds = _Rounds(iterate_batches(folder / "rounds.parquet", ROUND_KINDS, list(ROUND_KINDS)), folder)
    for runs in iterate_batches(path, kinds, list(kinds)):
        numbers = runs.column("run").to_numpy()
        if not np.array_equal(numbers, np.arange(summary.n, summary.n + numbers.size)):
            raise ParleyError(f"{path} is damaged: its runs are not numbered one after the other")
        with np.errstate(all="ignore"), report_damage(folder):
            summary.add_runs(runs)
            for part in rounds.take(int(numbers[-1])):
                run, gap = decode_numbers(part.column("run")), decode_numbers(part.column("gap_open"))
                summary.add_gaps(run, decode_labels(part.column("code"), summary.codes), gap)
    return summary


class _Rounds:
    """Rounds in the order of runs, handed out up to a run."""

    def __init__(self, batches: Iterator[pa.Table], folder: Path):
        self._batches, self._path = batches, folder / "rounds.parquet"
        self._rest: pa.Table | None = None

    def take(self, last: int) -> Iterator[pa.Table]:
        """Yield the rounds of the runs up to the last one, whole runs at a time."""
        parts: list[pa.Table] = []
        for part in self._iterate():
            run = part.column("run").to_numpy()
            if (np.diff(run) < 0).any():
                raise ParleyError(f"{self._path} is damaged: its rounds are not in the order of runs")
            stop = int(np.searchsorted(run, last, side="right"))
            parts.append(part.slice(0, stop))
            if stop < run.size:
                self._rest = part.slice(stop)
                break
        whole = pa.concat_tables(parts).unify_dictionaries().combine_chunks() if parts else None
        if whole is not None and whole.num_rows:
            _, counts = np.unique(whole.column("run").to_numpy(), return_counts=True)
            if counts.max() > MOST_ROUNDS:
                raise ParleyError(f"{self._path} has a run of more than {MOST_ROUNDS:,} rounds, the most there can be")
            yield whole

    def _iterate(self) -> Iterator[pa.Table]:
        """The rest of the batch before, then further batches."""
        if self._rest is not None:
            rest, self._rest = self._rest, None
            yield rest
        yield from self._batches
