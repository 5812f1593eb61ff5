"""The checks without which no posterior is reported, all from one shared reference table of simulations.

Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): the rank of the true value among posterior draws is
uniform if the method is right. Recovery: how often a 90% interval holds the true value. Posterior predictive checks.
Contraction: how much narrower than the prior the posterior is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.inference import Sample, Table, adjust_by_regression, reject_distant
from calibration.priors import draw_values
from calibration.problem import FitProblem, Progress
from calibration.summaries import Observation
from sim.core.draws import stream_key, uniform
from sim.core.layout import Floats, Ints

INFORMED, WEAKLY = 0.5, 0.15
"""Contraction from which a parameter is called informed, or weakly informed."""
COVERAGE = (0.85, 0.95)
"""Shares of true values between which the 90% intervals of an informed parameter must hold."""
RECORDS_FROM = 1 << 37
"""Numbers of the simulated records' fates start here, far from those of the reference table."""
_BINS = 10

Method = Callable[[Sample, Observation], Sample]


@dataclass(frozen=True)
class Recovery:
    """Recoveries of simulated records, an entry a record and parameter (r, k).

    Attributes
    ----------
    truth, low, high : ndarray (r, k)
        True value and ends of the 90% interval.
    ranks : ndarray of int (r, k)
        Rank of the truth among `draws` posterior draws.
    draws : int
        Posterior draws of each record.
    contraction : ndarray (r, k)
        1 minus the ratio of posterior to prior variance.
    """

    truth: Floats
    low: Floats
    high: Floats
    ranks: Ints  # rank of the truth among `draws` posterior draws
    draws: int
    contraction: Floats

    def coverage(self) -> Floats:
        """Return the share of records whose 90% interval holds the truth (k,)."""
        return ((self.low <= self.truth) & (self.truth <= self.high)).mean(axis=0)


def recover_records(
    problem: FitProblem, table: Table, records: Table, method: Method | None = None, progress: Progress | None = None
) -> Recovery:
    """Fit every simulated record from the reference table.

    Parameters
    ----------
    problem : FitProblem
        The fit.
    table : Table
        Reference table.
    records : Table
        Simulated records with their true values.
    method : callable, optional
        Turns the nearest simulations and the record into the posterior; regression adjustment by default.
    progress : callable, optional
        Called with 1 after each record.
    """
    file, count = problem.file, len(records.values)
    k, draws = len(problem.parameters), file.checks.draws
    low, high, contraction = np.empty((3, count, k))
    ranks = np.empty((count, k), dtype=np.int64)
    prior = np.array([p.variance() for p in problem.parameters])
    key = stream_key(file.seed, "calibration check", "draws")
    for r in range(count):
        record = Observation.exact(records.codes[r], records.numbers[r])
        nearest = reject_distant(table, problem.layout, record, file.reference.accept)
        sample = (
            method(nearest, record)
            if method
            else adjust_by_regression(nearest, problem.layout, record, problem.parameters)
        )
        low[r], high[r] = sample.quantile([0.05, 0.95])
        draws_of_posterior = sample.draw(np.array([uniform(key, r, 0, n) for n in range(draws)]))
        ranks[r] = (draws_of_posterior < records.values[r]).sum(axis=0)
        contraction[r] = 1 - sample.variance() / prior
        if progress:
            progress(1)
    return Recovery(records.values, low, high, ranks, draws, contraction)


def simulate_records(problem: FitProblem, workers: int | None = None) -> Table:
    """Simulate the records to recover: parameters from the prior under a stream of their own, fates of their own."""
    count = problem.file.checks.records
    values = draw_values(problem.parameters, range(count), problem.file.seed, "records")
    codes, numbers = problem.simulate(values, np.arange(count, dtype=np.int64) + RECORDS_FROM, workers)
    return Table(values, codes, numbers)


def compute_rank_p_values(ranks: Ints, draws: int) -> Floats:
    """Compute the p-value of uniform ranks for each parameter: chi-squared over ten equal bins.

    Parameters
    ----------
    ranks : ndarray of int (r, k)
        Ranks from 0 to `draws`.
    draws : int
        Posterior draws of each record.

    Returns
    -------
    ndarray (k,)
    """
    from scipy import stats

    p_values = []
    for column in ranks.T:
        counts = np.bincount(column * _BINS // (draws + 1), minlength=_BINS)
        p_values.append(stats.chisquare(counts).pvalue)
    return np.array(p_values)


def is_uniform(ranks: Ints, draws: int, level: float = 0.01) -> bool:
    """Return whether all ranks are uniform, at a family-wise error rate `level` (Bonferroni)."""
    return bool(compute_rank_p_values(ranks, draws).min() > level / ranks.shape[1])


def describe_contraction(contraction: float) -> str:
    """Return `informed`, `weakly` or `not informed by this record`."""
    if contraction >= INFORMED:
        return "informed"
    return "weakly" if contraction >= WEAKLY else "not informed by this record"


def judge_contraction(contraction: float, coverage: float) -> str:
    """Describe a contraction, but give no verdict where intervals that would inform do not cover."""
    p_values = describe_contraction(contraction)
    low, high = COVERAGE
    if p_values == "informed" and not low <= coverage <= high:
        return "no verdict: intervals do not cover"
    return p_values


def tabulate_contraction(
    problem: FitProblem, posterior: Sample, checked: Sample, recovery: Recovery
) -> list[dict[str, Any]]:
    """Tabulate prior, posterior, contraction, verdict and coverage of every parameter.

    A contraction far above that of simulated records means that this record lies at the edge of what the model can
    produce.
    A parameter that would be called informed gets no verdict if its 90% intervals do not hold 85 to 95% of true values.

    Parameters
    ----------
    problem : FitProblem
        The fit.
    posterior : Sample
        Posterior whose interval is reported (ABC-SMC).
    checked : Sample
        Posterior of the same threshold from the table, for contraction and verdict: it has many more effective draws,
        and recovery was checked on its method.
    recovery : Recovery
        Recoveries of simulated records.

    Returns
    -------
    list of dict
        One row a parameter.
    """
    prior = np.array([p.variance() for p in problem.parameters])
    here, expected = 1 - checked.variance() / prior, recovery.contraction.mean(axis=0)
    bounds, p_values = posterior.quantile([0.05, 0.5, 0.95]), compute_rank_p_values(recovery.ranks, recovery.draws)
    return [
        {
            "parameter": p.name,
            "prior_low": p.low,
            "prior_high": p.high,
            "q05": float(bounds[0, j]),
            "median": float(bounds[1, j]),
            "q95": float(bounds[2, j]),
            "contraction": float(here[j]),
            "expected_contraction": float(expected[j]),
            "verdict": judge_contraction(float(here[j]), float(recovery.coverage()[j])),
            "coverage_90": float(recovery.coverage()[j]),
            "rank_p_value": float(p_values[j]),
        }
        for j, p in enumerate(problem.parameters)
    ]


def narrow_sample(sample: Sample, factor: float = 0.4) -> Sample:
    """Return a posterior deliberately too narrow: the control that the calibration checks must catch."""
    centre = sample.mean()
    return Sample(
        centre + (sample.values - centre) * factor, sample.weights, sample.codes, sample.numbers, sample.epsilon
    )
