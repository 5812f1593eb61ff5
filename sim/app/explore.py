"""A scenario and its changed twin, run on the same draws: shares, days, gap, and the paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.compare import difference
from sim.core.columns import ROUND
from sim.core.layout import Floats
from sim.figures.style import CODE_TITLES
from sim.results.plan import chunks, plan
from sim.rules.outcome import CODES
from sim.scenario.load import Loaded
from sim.tables.schema import run_schema, run_table
from sim.tables.summary import Summary

if TYPE_CHECKING:
    import pyarrow as pa


_CHUNK = 500
"""Runs that a thread takes at a time: few enough that the last one does not leave the others long without work."""


@dataclass(frozen=True)
class Result:
    """An ensemble in memory: the scenario it is of, its table of runs, its summary."""

    loaded: Loaded
    n: int
    seed: int
    runs: pa.Table
    summary: Summary

    def values(self, column: str) -> Floats:
        """A numeric column (n,), NaN where a run has no value."""
        return np.asarray(self.runs.column(column).to_numpy(), dtype=np.float64)

    def codes(self, column: str) -> list[str | None]:
        """A column of names, run by run."""
        found: list[str | None] = self.runs.column(column).to_pylist()
        return found


class Contrast(NamedTuple):
    """One measure: its value in the scenario and in the changed one, the paired difference and its 95% interval."""

    group: str
    name: str
    share: bool
    first: float
    second: float
    difference: float
    low: float
    high: float


def simulate(loaded: Loaded, n: int, seed: int) -> Result:
    """Run a scenario in memory. Raises ParleyError. Run k has assumption and fate k, so that results pair up."""
    job = replace(plan(loaded, n, seed, chunk=_CHUNK), keep_rounds=(ROUND.CODE, ROUND.GAP))
    summary = Summary.of(run_schema(job.problem.names))
    run = np.arange(n, dtype=np.int64)
    raw = []
    for chunk in chunks(job):
        # A table of all rounds would take longer to make than all that is asked of it here.
        of = np.repeat(run[: chunk.rows.size], chunk.rows)
        code, gap = chunk.rounds.T
        summary.add_gaps(of, code.astype(np.int64), gap)
        raw.append(chunk.runs)
    runs = run_table(np.concatenate(raw), run, job.assumptions, job.fates, job.problem.names)
    summary.add_runs(runs)
    return Result(loaded, n, seed, runs, summary)


OUTCOMES, SETTLED, MEANS = "How the talks ended", "Settled at the end", "On average"
FIRST = "Median day of the first agreement, whether or not it stood"
_MEANS = {
    "days": "days until the talks end",
    "rounds_held": "rounds held",
    "rounds_postponed": "rounds postponed",
    "days_in_abeyance": "days in abeyance",
    "incidents": "incidents",
    "gap": "gap between positions at the end",
}


def contrasts(base: Result, changed: Result) -> list[Contrast]:
    """Every measure of the page: outcome shares, settlements, days to them, means, worth to each party."""
    s = base.loaded.scenario
    found = [_code(base, changed, code) for code in CODES]
    shared = [basket for basket in base.summary.baskets if basket in changed.summary.baskets]
    for measure in (_settled, _first_agreed):
        found += [measure(base, changed, basket, s.baskets[basket].title) for basket in shared]
    for name, title in _MEANS.items():
        found.append(_contrast(MEANS, title, False, base.values(name), changed.values(name)))
    for party in base.summary.parties:
        if party in changed.summary.parties:
            title, name = f"worth of what stands to {s.parties[party].title}", f"utility_{party}"
            found.append(_contrast(MEANS, title, False, base.values(name), changed.values(name)))
    return found


def _code(base: Result, changed: Result, code: str) -> Contrast:
    pair = (_indicator(result, "outcome", code) for result in (base, changed))
    return _contrast(OUTCOMES, CODE_TITLES[code], True, *pair)


def _indicator(result: Result, column: str, label: str) -> Floats:
    """1 in the runs whose name in a column is `label`."""
    column_ = result.runs.column(column).combine_chunks()
    labels = column_.dictionary.to_pylist()
    index = column_.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    wanted = labels.index(label) if label in labels else -2
    return (index == wanted).astype(np.float64)


def _settled(base: Result, changed: Result, basket: str, title: str) -> Contrast:
    first, second = (~np.isnan(result.values(f"settled_{basket}")) for result in (base, changed))
    return _contrast(SETTLED, title, True, first.astype(np.float64), second.astype(np.float64))


def _first_agreed(base: Result, changed: Result, basket: str, title: str) -> Contrast:
    """The day as the report and the command line have it, of the runs of each that agreed: they do not pair up."""
    first, second = (result.summary.days(basket, "first_settled")[0.5] for result in (base, changed))
    return Contrast(FIRST, title, False, first, second, second - first, math.nan, math.nan)


def _contrast(group: str, name: str, share: bool, first: Floats, second: Floats) -> Contrast:
    found = difference(first, second)
    if found is None:
        # Nothing varies or nothing pairs: the means say it all, and there is no interval to give.
        both = ~(np.isnan(first) | np.isnan(second))
        a, b = (float(x[both].mean()) if both.any() else math.nan for x in (first, second))
        return Contrast(group, name, share, a, b, b - a, b - a, b - a)
    return Contrast(group, name, share, found.first, found.second, found.difference, found.low, found.high)


def moved(contrast: Contrast) -> bool:
    """Whether the interval of the difference leaves 0 out."""
    return contrast.low > 0 or contrast.high < 0


def sentence(base: Result, changed: Result) -> str:
    """How many runs end otherwise than in the scenario as it is, in one sentence."""
    if base is changed or base.loaded.changes == changed.loaded.changes:
        return f"The scenario as it is, {base.n:,} runs. Move a control to see what it does."
    first, second = (np.array(result.runs.column("outcome").cast("string")) for result in (base, changed))
    other = int((first != second).sum())
    return f"{other:,} of {base.n:,} runs end otherwise than in the unmodified scenario, under the same draws."


def formatted(contrast: Contrast) -> tuple[str, str, str, str]:
    """Value before, value now, difference, and its interval, as shown."""
    if contrast.share and not math.isnan(contrast.difference):
        points = f"{contrast.low * 100:+.1f} to {contrast.high * 100:+.1f}"
        return f"{contrast.first:.1%}", f"{contrast.second:.1%}", f"{contrast.difference * 100:+.1f} points", points
    form = ".0f" if contrast.group == FIRST else ".2f" if abs(contrast.first) < 10 else ".1f"
    between = "–" if math.isnan(contrast.low) else f"{contrast.low:+{form}} to {contrast.high:+{form}}"
    first, second = _number(contrast.first, form), _number(contrast.second, form)
    return first, second, _number(contrast.difference, f"+{form}"), between


def _number(value: float, form: str) -> str:
    return "–" if math.isnan(value) else f"{value:{form}}"


def as_data(found: list[Contrast]) -> list[dict[str, Any]]:
    """Contrasts as rows of plain data."""
    return [contrast._asdict() for contrast in found]
