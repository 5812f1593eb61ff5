"""A stopping rule: add runs until the Monte Carlo standard error is small enough, checked at fixed multiples only.

The number of runs that comes out depends on the scenario and the seed, not on the machine or the number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.measures import Measure, measures
from sim.core.errors import ParleyError, nearest
from sim.core.statistics import Z95, wilson
from sim.results.ensemble import tables
from sim.results.plan import Plan, plan
from sim.scenario.load import Loaded

if TYPE_CHECKING:
    import pyarrow as pa

STEP = 1000
"""Runs between two checks."""

MOST = 1_000_000


class Stopped(NamedTuple):
    """After how many runs, with which standard error, and whether that is what was asked for."""

    runs: int
    se: float
    reached: bool


class Sums(NamedTuple):
    """What the mean and spread of a measure are reckoned from: how many values, their sum, the sum of their squares."""

    n: int
    total: float
    squares: float


def parsed(text: str) -> tuple[str, float]:
    """`outcome=0.005` as measure and standard error. Raises ParleyError."""
    measure, mark, number = text.rpartition("=")
    try:
        wanted = float(number)
    except ValueError:
        wanted = math.nan
    if not mark or not measure.strip() or not wanted > 0.0 or math.isinf(wanted):
        raise ParleyError(f"`{text}`: write measure=standard error, for instance outcome=0.005")
    return measure.strip(), wanted


def runs_until(
    scenario: str | Path | Loaded,
    until: str,
    seed: int = 0,
    *,
    most: int = MOST,
    told: Callable[[int, float], None] = lambda runs, se: None,
    laid: Callable[[Plan], Plan] = lambda job: job,
    **options: Any,
) -> Stopped:
    """The least multiple of STEP runs at which the standard error of a measure is at most what `until` asks.

    `until` is `outcome=0.005` (the largest standard error among the shares of all codes) or any one measure with its
    standard error, `days=0.5`. `told(runs, se)` hears of every check; `laid` may change how the runs are made, as a
    posterior does. Raises ParleyError for an unknown measure.
    """
    measure, wanted = parsed(until)
    job = laid(plan(scenario, most, seed, **options))
    job = replace(job, chunk=math.gcd(job.chunk, STEP))  # so that chunks end where checks are due
    sums: dict[Measure, Sums] = {}
    done, se = 0, math.inf
    with closing(tables(job)) as parts:
        for runs, _ in parts:
            _add(runs, measure, sums)
            done += runs.num_rows
            if done % STEP and done < most:
                continue
            se = max(_error(found, entry) for found, entry in sums.items())
            told(done, se)
            if se <= wanted:
                return Stopped(done, se, True)
    return Stopped(done, se, False)


def _add(runs: pa.Table, measure: str, sums: dict[Measure, Sums]) -> None:
    """Count, sum and sum of squares of the measure that is asked for, some more runs added."""
    known = list(measures(runs))
    wanted = [(found, values) for found, values in known if measure in (found.label, found.measure)]
    if not wanted:
        labels = [found.label for found, _ in known]
        raise ParleyError(f"no measure `{measure}`{nearest(measure, labels)}; for instance outcome or days")
    for found, values in wanted:
        there = values[~np.isnan(values)]
        n, total, squares = sums.get(found, Sums(0, 0.0, 0.0))
        sums[found] = Sums(n + there.size, total + float(there.sum()), squares + float((there**2).sum()))


def _error(measure: Measure, sums: Sums) -> float:
    """Standard error of a measure; of a share at least half of Wilson's 95% interval in units of 1.96.

    Where something has not happened once, or always, the usual error is 0 after any number of runs.
    """
    usual = standard_error(*sums)
    if not measure.share:
        return usual
    low, high = wilson(round(sums.total), sums.n)
    return max(usual, (high - low) / (2.0 * Z95))


def standard_error(n: float, total: float, squares: float) -> float:
    """Standard error of a mean from count, sum and sum of squares; infinite with fewer than two values."""
    if n < 2:
        return math.inf
    return math.sqrt(max(squares - total * total / n, 0.0) / (n - 1) / n)
