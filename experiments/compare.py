"""Paired comparison of scenarios on common random numbers: run k of each has the same draws of assumption and fate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.measures import Measure, compute_measures
from experiments.variants import parse_variant
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.core.statistics import Z95, holm
from sim.results.plan import plan, simulate_chunks
from sim.scenario.load import Loaded
from sim.tables.schema import build_run_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.core.columns import Chunk
    from sim.results.plan import Plan

Marks = npt.NDArray[np.uint64]

CORRECTION = "Holm (1979) over all {tests} tests of this table; 5% family-wise"


class Difference(NamedTuple):
    """Second minus first of one measure, over the runs in which both have a value.

    Attributes
    ----------
    n : int
        Such runs.
    first, second, difference : float
        Means and their difference, in the measure's unit.
    low, high : float
        95% interval from the paired differences.
    unpaired_low, unpaired_high : float
        95% interval as it would be from separate draws.
    variance_saved : float
        1 - Var(paired) / Var(unpaired) of the estimated difference.
    p : float
        Two-sided, normal.
    """

    n: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    unpaired_low: float
    unpaired_high: float
    variance_saved: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with the first of them.

    Attributes
    ----------
    labels : list of str
        Labels of the scenarios.
    n, seed : int
        Runs of each and their seed.
    frame : pd.DataFrame
        One row a contrast and measure: the fields of `Difference`, and `p_holm`.
    tables : list of pa.Table
        Table of runs of each scenario.
    plans : list of Plan
        Plan of each scenario.
    marks : list of ndarray of int, shape (n,)
        Digest of all rows of each run, of the run and of its rounds, for each scenario.
    """

    labels: list[str]
    n: int
    seed: int
    frame: pd.DataFrame
    tables: list[pa.Table]
    plans: list[Plan]
    marks: list[Marks]

    @property
    def correction(self) -> str:
        """How multiple comparisons were corrected."""
        return CORRECTION.format(tests=int(self.frame["p"].notna().sum()))


def compare_scenarios(
    scenarios: Sequence[str] | Mapping[str, Loaded],
    n: int = 2000,
    seed: int = 0,
    *,
    engine: str = "auto",
    workers: int | None = None,
    chunk: int | None = None,
) -> Comparison:
    """Run two or more scenarios on the same draws and compare every other with the first.

    Parameters
    ----------
    scenarios : sequence of str, or mapping of str to Loaded
        Scenarios as `parse_variant` takes them, or loaded ones by label.
    n, seed : int
        Runs of each, and their seed.
    engine : str
        One of `sim.results.plan.Engine`.
    workers : int, optional
        Threads or processes; by default one a processor.
    chunk : int, optional
        Runs in a chunk.

    Returns
    -------
    Comparison

    Raises
    ------
    ParleyError
        There are fewer than two scenarios, or one cannot be loaded.
    """
    variants = scenarios if isinstance(scenarios, Mapping) else dict(map(parse_variant, scenarios))
    if len(variants) < 2:
        raise ParleyError("a comparison needs two scenarios that differ")
    labels = list(variants)
    plans = [plan(loaded, n, seed, engine=engine, workers=workers, chunk=chunk) for loaded in variants.values()]
    runs, marks = zip(*map(_simulate, plans), strict=True)
    first, *others = variants.values()
    paired = [not describe_mismatch(first, other) for other in others]
    return Comparison(labels, n, seed, compute_contrasts(labels, runs, paired), [*runs], plans, [*marks])


def _simulate(job: Plan) -> tuple[pa.Table, Marks]:
    """Simulate a scenario: its table of runs, and the digest of all rows of each run."""
    import pyarrow as pa

    tables, marks = [], []
    for chunk in simulate_chunks(job):
        some = slice(chunk.start, chunk.start + chunk.rows.size)
        run = np.arange(some.start, some.stop, dtype=np.int64)
        tables.append(build_run_table(chunk.runs, run, job.assumptions[some], job.fates[some], job.problem.names))
        marks.append(digest_runs(chunk))
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks(), np.concatenate(marks)


def digest_runs(chunk: Chunk) -> Marks:
    """Digest the rows of each run, so that two runs with one digest are the same but for one chance in 2^64.

    Parameters
    ----------
    chunk : Chunk
        Raw rows of runs and of their rounds.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Digest of each run.
    """
    count = np.repeat(np.arange(chunk.rows.size), chunk.rows)
    place = np.arange(count.size) - np.repeat(np.cumsum(chunk.rows) - chunk.rows, chunk.rows)
    marks = _digest_rows(chunk.runs, np.zeros(chunk.rows.size, dtype=np.int64))
    np.add.at(marks, count, _digest_rows(chunk.rounds, place + 1))
    return marks


def _digest_rows(rows: Floats, place: Ints) -> Marks:
    """Digest rows of numbers, each with its place in the run; equal numbers have equal bits here, NaN included."""
    plain = np.where(np.isnan(rows), np.nan, rows + 0.0)
    bits = np.ascontiguousarray(plain).view(np.uint64)
    mark = _mix(place.astype(np.uint64))
    for k in range(bits.shape[1]):
        mark = _mix(mark ^ bits[:, k])
    return mark


def _mix(bits: Marks) -> Marks:
    """Mix bits, after splitmix64 (Steele, Lea & Flood 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def compute_contrasts(
    labels: Sequence[str], runs: Sequence[pa.Table], paired: Sequence[bool] | None = None
) -> pd.DataFrame:
    """Compare every table of runs with the first, in every measure that both have.

    Parameters
    ----------
    labels : sequence of str
        Label of each table.
    runs : sequence of pa.Table
        Tables of runs; row k of each has the same draws.
    paired : sequence of bool, optional
        Whether that holds for each table but the first; it does by default.

    Returns
    -------
    pd.DataFrame
        One row a contrast and measure, with Holm's correction over the whole table in `p_holm`.
    """
    import pandas as pd

    base = dict(compute_measures(runs[0]))
    rows: list[dict[str, Any]] = []
    for label, other, same in zip(labels[1:], runs[1:], paired or [True] * len(runs[1:]), strict=True):
        for measure, values in compute_measures(other):
            if measure in base and (difference := compute_difference(base[measure], values, same)) is not None:
                contrast = {"contrast": f"{label} − {labels[0]}", **_describe_measure(measure)}
                rows.append(contrast | difference._asdict())
    frame = pd.DataFrame(rows, columns=["contrast", "measure", "level", "kind", *Difference._fields])
    frame["p_holm"] = holm(frame["p"].to_numpy(dtype=np.float64))
    return frame


def _describe_measure(measure: Measure) -> dict[str, str]:
    """Return the columns that name a measure."""
    return {"measure": measure.measure, "level": measure.level, "kind": "share" if measure.share else "mean"}


def compute_difference(first: Floats, second: Floats, same_draws: bool = True) -> Difference | None:
    """Compute a mean difference with 95% intervals, paired and unpaired.

    Parameters
    ----------
    first, second : ndarray (n,)
        A measure in each run of two scenarios; NaN where a run has none.
    same_draws : bool
        Whether run k of both has the same draws; if not, interval and p-value are those of separate draws.

    Returns
    -------
    Difference or None
        None where fewer than two runs have both values, or nothing varies and nothing differs.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n < 2:
        return None
    a, b = first[both], second[both]
    gap = b - a
    unpaired = float(a.var(ddof=1) + b.var(ddof=1)) / n
    paired = float(gap.var(ddof=1)) / n if same_draws else unpaired
    mean = float(gap.mean())
    if unpaired <= 0.0 and mean == 0.0:
        return None
    half, wide = Z95 * math.sqrt(paired), Z95 * math.sqrt(unpaired)
    saved = 1.0 - paired / unpaired if unpaired > 0.0 else 0.0
    return Difference(
        n,
        float(a.mean()),
        float(b.mean()),
        mean,
        mean - half,
        mean + half,
        mean - wide,
        mean + wide,
        saved,
        compute_p_value(mean, paired),
    )


def compute_p_value(mean: float, variance: float) -> float:
    """Compute the normal two-sided p-value of a mean with a known variance."""
    if variance <= 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return math.erfc(abs(mean) / math.sqrt(2.0 * variance))


def list_changed_runs(comparison: Comparison, second: int = 1) -> list[int]:
    """List the numbers of the runs whose outcome differs between the first scenario and another.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    second : int
        Number of the other scenario.
    """
    outcomes = [table.column("outcome").to_pylist() for table in (comparison.tables[0], comparison.tables[second])]
    return [k for k, (a, b) in enumerate(zip(*outcomes, strict=True)) if a != b]


_KINDS = ("parties", "issues", "baskets", "mediators", "venues", "incidents")
"""Parts of a scenario whose names are addresses of draws."""


def describe_mismatch(first: Loaded, other: Loaded) -> str:
    """Describe in what two scenarios differ so that runs do not pair; empty where run k pairs with run k.

    Draws are addressed by the names of parties, issues and so on. Where these differ, a draw of one scenario decides
    something else in the other, or nothing.

    Parameters
    ----------
    first, other : Loaded
        The scenarios.
    """
    kinds = [kind for kind in _KINDS if list(getattr(first.scenario, kind)) != list(getattr(other.scenario, kind))]
    return f"other {' and '.join([', '.join(kinds[:-1]), kinds[-1]] if kinds[:-1] else kinds)}" if kinds else ""


def count_changes(comparison: Comparison) -> dict[str, dict[str, int]]:
    """Count in how many pairs of runs anything, and the outcome, differs between the first scenario and each other.

    No change in any row means that what differs cannot have an effect. Scenarios whose runs do not pair are left out.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict of str to dict of str to int
        By label of the other scenario: `any`, `outcome` and `of`, the number of pairs.
    """
    counts = {}
    for k, label in enumerate(comparison.labels[1:], 1):
        if describe_mismatch(comparison.plans[0].loaded, comparison.plans[k].loaded):
            continue
        any_row = int((comparison.marks[0] != comparison.marks[k]).sum())
        outcome = len(list_changed_runs(comparison, k))
        counts[label] = {"any": any_row, "outcome": outcome, "of": comparison.n}
    return counts


def describe_changes(counts: Mapping[str, int]) -> str:
    """Describe in a sentence in how many pairs of runs anything changed.

    Parameters
    ----------
    counts : mapping of str to int
        `any`, `outcome` and `of`, as in `count_changes`.
    """
    if not counts["any"]:
        return f"No row of any of {counts['of']:,} runs changed: what differs cannot have an effect in these runs."
    changed = f"Something changed in {counts['any']:,} of {counts['of']:,} runs"
    return f"{changed}, the outcome in {counts['outcome']:,}."
