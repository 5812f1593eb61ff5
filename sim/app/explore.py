"""A scenario and its changed version, run on the same draws, with paired differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.compare import compute_difference
from sim.app.intervals import write_ends
from sim.core.columns import ROUND
from sim.core.layout import Floats
from sim.results.plan import plan, simulate_chunks
from sim.scenario.load import Loaded
from sim.tables.schema import build_run_schema, build_run_table
from sim.tables.summary import Summary

if TYPE_CHECKING:
    import pyarrow as pa


_CHUNK = 500
"""Runs that a thread takes at a time: few, so that no thread waits long for the last one."""


@dataclass(frozen=True)
class Result:
    """An ensemble in memory: its scenario, its table of runs, its summary."""

    loaded: Loaded
    n: int
    seed: int
    runs: pa.Table
    summary: Summary

    def values(self, column: str) -> Floats:
        """Return a numeric column, shape (n,), NaN where a run has no value."""
        return np.asarray(self.runs.column(column).to_numpy(), dtype=np.float64)

    def codes(self, column: str) -> list[str | None]:
        """Return a column of names, run by run."""
        codes: list[str | None] = self.runs.column(column).to_pylist()
        return codes


class Contrast(NamedTuple):
    """One measure: value in the scenario and in the changed one, paired difference and its 95% interval."""

    group: str
    name: str
    share: bool
    first: float
    second: float
    difference: float
    low: float
    high: float


def simulate(loaded: Loaded, n: int, seed: int, on_progress: Callable[[int], None] | None = None) -> Result:
    """Run a scenario in memory. Run k has assumption and fate k, so results are paired. Raises ParleyError.

    `on_progress` is called with the number of runs that are done.
    """
    job = replace(plan(loaded, n, seed, chunk=_CHUNK), keep_rounds=(ROUND.CODE, ROUND.GAP_OPEN))
    summary = Summary.from_tables(build_run_schema(job.problem.names))
    run = np.arange(n, dtype=np.int64)
    raw = []
    for chunk in simulate_chunks(job):
        # Building a table of all rounds would take longer than everything that is computed from it here.
        of = np.repeat(run[: chunk.rows.size], chunk.rows)
        code, gap = chunk.rounds.T
        summary.add_gaps(of, code.astype(np.int64), gap)
        raw.append(chunk.runs)
        if on_progress is not None:
            on_progress(sum(map(len, raw)))
    runs = build_run_table(np.concatenate(raw), run, job.assumptions, job.fates, job.problem.names)
    summary.add_runs(runs)
    return Result(loaded, n, seed, runs, summary)


OUTCOMES, SETTLED, MEANS = "How the talks ended", "Settled at the end", "On average"
FIRST = "Median day of the first agreement, whether or not it stood"
MEAN_TITLES = {
    "days": "days until the talks end",
    "rounds_held": "rounds held",
    "rounds_postponed": "rounds postponed",
    "days_in_abeyance": "days in abeyance",
    "incidents": "incidents",
    "gap_open": "gap between positions at the end",
}
"""Columns whose means the page compares, with their titles."""


def compute_contrasts(base: Result, changed: Result) -> list[Contrast]:
    """Compute every measure of the page: outcome shares, settlements, first days, means, utility of each party."""
    s = base.loaded.scenario
    result = [_compare_code(base, changed, code) for code in base.summary.codes]
    shared = [basket for basket in base.summary.baskets if basket in changed.summary.baskets]
    for measure in (_compare_settled, _compare_first_day):
        result += [measure(base, changed, basket, s.baskets[basket].title) for basket in shared]
    for name, title in MEAN_TITLES.items():
        result.append(compare_values(MEANS, title, False, base.values(name), changed.values(name)))
    for party in base.summary.parties:
        if party in changed.summary.parties:
            title, name = f"utility of the standing agreements to {s.parties[party].title}", f"utility_{party}"
            result.append(compare_values(MEANS, title, False, base.values(name), changed.values(name)))
    return result


def _compare_code(base: Result, changed: Result, code: str) -> Contrast:
    """Contrast of an outcome."""
    pair = (_indicate(result, "outcome", code) for result in (base, changed))
    return compare_values(OUTCOMES, base.summary.outcomes[code], True, *pair)


def _indicate(result: Result, column: str, label: str) -> Floats:
    """Return 1 for the runs whose name in a column is `label`, else 0."""
    column_ = result.runs.column(column).combine_chunks()
    labels = column_.dictionary.to_pylist()
    index = column_.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    place = labels.index(label) if label in labels else -2
    return (index == place).astype(np.float64)


def _compare_settled(base: Result, changed: Result, basket: str, title: str) -> Contrast:
    """Contrast of the share of runs with a settlement at the end."""
    first, second = (~np.isnan(result.values(f"settled_{basket}")) for result in (base, changed))
    return compare_values(SETTLED, title, True, first.astype(np.float64), second.astype(np.float64))


def _compare_first_day(base: Result, changed: Result, basket: str, title: str) -> Contrast:
    """Contrast of the median first day. The runs that agreed differ, so there is no paired interval."""
    first, second = (result.summary.day_quantiles(basket, "first_settled")[0.5] for result in (base, changed))
    return Contrast(FIRST, title, False, first, second, second - first, math.nan, math.nan)


def compare_values(
    group: str, name: str, share: bool, first: Floats, second: Floats, *, paired: bool = True
) -> Contrast:
    """Compare two columns of values, over the runs in which both have one.

    Parameters
    ----------
    group, name : str
        Group and title of the measure.
    share : bool
        Whether the values are 0 or 1, and their mean a share of runs.
    first, second : ndarray of float, shape (n,)
        Values by run; NaN where a run has none.
    paired : bool
        Whether run k of both has the same draws; if not, the interval is that of separate draws.
    """
    result = compute_difference(first, second)
    if result is None:
        # Nothing varies or nothing pairs: there is no interval.
        both = ~(np.isnan(first) | np.isnan(second))
        a, b = (float(x[both].mean()) if both.any() else math.nan for x in (first, second))
        return Contrast(group, name, share, a, b, b - a, b - a, b - a)
    ends = (result.low, result.high) if paired else (result.unpaired_low, result.unpaired_high)
    return Contrast(group, name, share, result.first, result.second, result.difference, *ends)


def excludes_zero(contrast: Contrast) -> bool:
    """Whether the interval of the difference excludes 0."""
    return contrast.low > 0 or contrast.high < 0


def describe_change(base: Result, changed: Result) -> str:
    """Describe in one sentence how many runs end otherwise than in the baseline."""
    if base is changed or base.loaded.changes == changed.loaded.changes:
        which = "The baseline" if base.loaded.changes else "The scenario as it is"
        return f"{which}, {base.n:,} runs. Ask a question or move a control to see what it does."
    first, second = (np.array(result.runs.column("outcome").cast("string")) for result in (base, changed))
    other = int((first != second).sum())
    return f"{other:,} of {base.n:,} runs end otherwise than in the baseline, under the same draws."


def format_contrast(contrast: Contrast) -> tuple[str, str, str, str]:
    """Format the two values, the difference and its interval."""
    if contrast.share and not math.isnan(contrast.difference):
        points = " to ".join(write_ends(contrast.low * 100, contrast.high * 100, 1))
        return f"{contrast.first:.1%}", f"{contrast.second:.1%}", f"{contrast.difference * 100:+z.1f} points", points
    digits = 0 if contrast.group == FIRST else 2 if abs(contrast.first) < 10 else 1
    form = f".{digits}f"
    between = "–" if math.isnan(contrast.low) else " to ".join(write_ends(contrast.low, contrast.high, digits))
    first, second = _format_number(contrast.first, form), _format_number(contrast.second, form)
    return first, second, _format_number(contrast.difference, f"+{form}"), between


def _format_number(value: float, form: str) -> str:
    """Format a number; a dash for NaN."""
    return "–" if math.isnan(value) else f"{value:{form}}"
