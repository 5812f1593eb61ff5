"""A stopping rule: add runs until the Monte Carlo standard error is small enough, checked at fixed multiples only.

The resulting number of runs depends on the scenario and the seed, not on the machine or the number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.measures import Measure, compute_measures
from sim.core.errors import ParleyError, nearest
from sim.core.statistics import Z95, wilson
from sim.results.plan import Plan, plan
from sim.results.simulation import simulate_tables
from sim.scenario.load import Loaded

if TYPE_CHECKING:
    import pyarrow as pa

STEP = 1000
"""Runs between two checks."""

MOST = 1_000_000


class StoppingResult(NamedTuple):
    """Runs when the rule stopped, the standard error then, and whether it is as small as asked for."""

    runs: int
    se: float
    reached: bool


class Sums(NamedTuple):
    """Number of values of a measure, their sum, and the sum of their squares."""

    n: int
    total: float
    squares: float


def parse_rule(text: str) -> tuple[str, float]:
    """Parse `outcome=0.005` into a measure and a standard error. Raises ParleyError."""
    measure, mark, number = text.rpartition("=")
    try:
        tolerance = float(number)
    except ValueError:
        tolerance = math.nan
    if not mark or not measure.strip() or not tolerance > 0.0 or math.isinf(tolerance):
        raise ParleyError(f"`{text}`: write measure=standard error, for instance outcome=0.005")
    return measure.strip(), tolerance


def run_until(
    scenario: str | Path | Loaded,
    until: str,
    seed: int = 0,
    *,
    most: int = MOST,
    on_progress: Callable[[int, float], None] = lambda runs, se: None,
    transform_plan: Callable[[Plan], Plan] = lambda job: job,
    engine: str = "auto",
    workers: int | None = None,
    chunk: int | None = None,
) -> StoppingResult:
    """Add runs until the standard error of a measure is small enough.

    Parameters
    ----------
    scenario : str, Path or Loaded
        Scenario to run.
    until : str
        `outcome=0.005` (the largest standard error among the shares of all codes), or any one measure with its standard
        error, such as `days=0.5`.
    seed : int
        Seed.
    most : int
        Runs at most.
    on_progress : callable
        Called with runs and standard error at every check.
    transform_plan : callable
        Changes how the runs are made, as a posterior does.
    engine : str
        One of `sim.results.plan.Engine`.
    workers : int, optional
        Threads or processes; by default one a processor.
    chunk : int, optional
        Runs in a chunk.

    Returns
    -------
    StoppingResult
        Its runs are the least multiple of STEP that suffices.

    Raises
    ------
    ParleyError
        The measure is unknown.
    """
    measure, tolerance = parse_rule(until)
    job = transform_plan(plan(scenario, most, seed, engine=engine, workers=workers, chunk=chunk))
    job = replace(job, chunk=math.gcd(job.chunk, STEP))  # so that chunks end where checks are due
    sums: dict[Measure, Sums] = {}
    done, se = 0, math.inf
    with closing(simulate_tables(job)) as parts:
        for runs, _ in parts:
            _add_runs(runs, measure, sums)
            done += runs.num_rows
            if done % STEP and done < most:
                continue
            se = max(_compute_error(entry, of_entry) for entry, of_entry in sums.items())
            on_progress(done, se)
            if se <= tolerance:
                return StoppingResult(done, se, True)
    return StoppingResult(done, se, False)


def _add_runs(runs: pa.Table, measure: str, sums: dict[Measure, Sums]) -> None:
    """Add runs to the sums of the measure. Raises ParleyError where it is unknown."""
    measures = list(compute_measures(runs))
    matches = [(entry, values) for entry, values in measures if measure in (entry.label, entry.measure)]
    if not matches:
        labels = [entry.label for entry, _ in measures]
        raise ParleyError(f"no measure `{measure}`{nearest(measure, labels)}; for instance outcome or days")
    for entry, values in matches:
        present = values[~np.isnan(values)]
        n, total, squares = sums.get(entry, Sums(0, 0.0, 0.0))
        sums[entry] = Sums(n + present.size, total + float(present.sum()), squares + float((present**2).sum()))


def _compute_error(measure: Measure, sums: Sums) -> float:
    """Compute the standard error of a measure; of a share at least half of Wilson's 95% interval in units of 1.96.

    Where something has not happened once, or always, the standard error proper is 0 after any number of runs.
    """
    standard = compute_standard_error(*sums)
    if not measure.share:
        return standard
    low, high = wilson(round(sums.total), sums.n)
    return max(standard, (high - low) / (2.0 * Z95))


def compute_standard_error(n: float, total: float, squares: float) -> float:
    """Compute the standard error of a mean; infinite with fewer than two values.

    Parameters
    ----------
    n, total, squares : float
        Number of values, their sum, and the sum of their squares.
    """
    if n < 2:
        return math.inf
    return math.sqrt(max(squares - total * total / n, 0.0) / (n - 1) / n)
