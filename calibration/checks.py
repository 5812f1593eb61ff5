"""The checks without which no posterior is reported, all from one shared reference table of simulations.

Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): the rank of the true value among posterior draws is
uniform if the method is right. Recovery: how often a 90% interval holds the true value. Posterior predictive checks.
Contraction: how much narrower than the prior the posterior is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.inference import Sample, Table, adjust, reject
from calibration.problem import FitProblem, Progress
from calibration.summaries import Observed
from sim.core.draws import stream_key, uniform
from sim.core.layout import Floats, Ints

INFORMED, WEAKLY = 0.5, 0.15
"""Contraction from which a parameter is called informed, or weakly informed."""
COVERAGE = (0.85, 0.95)
"""Shares of true values between which the 90% intervals of an informed parameter must hold."""
RECORDS_FROM = 1 << 37
"""Numbers of the simulated records' fates start here, far from those of the reference table."""
_BINS = 10

Method = Callable[[Sample, Observed], Sample]


@dataclass(frozen=True)
class Recovery:
    """Recoveries of simulated records, an entry a record and parameter (r, k)."""

    truth: Floats
    low: Floats
    high: Floats
    ranks: Ints  # rank of the truth among `draws` posterior draws
    draws: int
    contraction: Floats

    def coverage(self) -> Floats:
        """Share of records whose 90% interval holds the truth (k,)."""
        return ((self.low <= self.truth) & (self.truth <= self.high)).mean(axis=0)


def recover(
    problem: FitProblem, table: Table, records: Table, method: Method | None = None, progress: Progress | None = None
) -> Recovery:
    """Fit every simulated record from the table. `method` turns what rejection kept into the posterior (adjustment)."""
    file, count = problem.file, len(records.values)
    k, draws = len(problem.wanted), file.checks.draws
    low, high, contraction = np.empty((3, count, k))
    ranks = np.empty((count, k), dtype=np.int64)
    prior = np.array([p.variance() for p in problem.wanted])
    key = stream_key(file.seed, "calibration check", "draws")
    for r in range(count):
        record = Observed.exact(records.codes[r], records.numbers[r])
        kept = reject(table, problem.layout, record, file.reference.accept)
        sample = method(kept, record) if method else adjust(kept, problem.layout, record, problem.wanted)
        low[r], high[r] = sample.quantile([0.05, 0.95])
        picked = sample.draws(np.array([uniform(key, r, 0, n) for n in range(draws)]))
        ranks[r] = (picked < records.values[r]).sum(axis=0)
        contraction[r] = 1 - sample.variance() / prior
        if progress:
            progress(1)
    return Recovery(records.values, low, high, ranks, draws, contraction)


def simulated_records(problem: FitProblem, workers: int | None = None) -> Table:
    """Records to recover: parameters drawn from the prior under a stream of their own, fates of their own."""
    from calibration.priors import draw

    count = problem.file.checks.records
    values = draw(problem.wanted, range(count), problem.file.seed, "records")
    codes, numbers = problem.simulate(values, np.arange(count, dtype=np.int64) + RECORDS_FROM, workers)
    return Table(values, codes, numbers)


def rank_test(ranks: Ints, draws: int) -> Floats:
    """P-value of uniform ranks per parameter: chi-squared over ten equal bins (k,)."""
    from scipy import stats

    found = []
    for column in ranks.T:
        counts = np.bincount(column * _BINS // (draws + 1), minlength=_BINS)
        found.append(stats.chisquare(counts).pvalue)
    return np.array(found)


def passes(ranks: Ints, draws: int, level: float = 0.01) -> bool:
    """Whether all ranks are uniform, at a family-wise error rate `level` (Bonferroni)."""
    return bool(rank_test(ranks, draws).min() > level / ranks.shape[1])


def word(contraction: float) -> str:
    """`informed`, `weakly` or `not informed by this record`."""
    if contraction >= INFORMED:
        return "informed"
    return "weakly" if contraction >= WEAKLY else "not informed by this record"


def verdict(contraction: float, coverage: float) -> str:
    """The word for a contraction, withheld where intervals that would inform do not cover."""
    found = word(contraction)
    low, high = COVERAGE
    if found == "informed" and not low <= coverage <= high:
        return "no verdict: intervals do not cover"
    return found


def contraction_table(
    problem: FitProblem, posterior: Sample, checked: Sample, recovery: Recovery
) -> list[dict[str, Any]]:
    """One row a parameter: prior, posterior, contraction here and the mean one on simulated records, verdict, coverage.

    The interval is that of `posterior` (ABC-SMC); contraction and verdict are those of `checked`, the posterior of the
    same threshold from the table: it has many more effective draws, and is the method that recovery was checked on.
    A contraction far above that of simulated records means that this record lies at the edge of what the model makes.
    A parameter that would be called informed gets no verdict if its 90% intervals do not hold 85 to 95% of true values.
    """
    prior = np.array([p.variance() for p in problem.wanted])
    here, expected = 1 - checked.variance() / prior, recovery.contraction.mean(axis=0)
    bounds, p_values = posterior.quantile([0.05, 0.5, 0.95]), rank_test(recovery.ranks, recovery.draws)
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
            "verdict": verdict(float(here[j]), float(recovery.coverage()[j])),
            "coverage_90": float(recovery.coverage()[j]),
            "rank_p_value": float(p_values[j]),
        }
        for j, p in enumerate(problem.wanted)
    ]


def predictive(problem: FitProblem, codes: Ints, numbers: Floats, weights: Floats) -> list[dict[str, Any]]:
    """Posterior predictive check of each summary: chance of the record's code, or where its number lies."""
    w, rows = weights / weights.sum(), []
    for j, name in enumerate(problem.layout.codes):
        share = float(w @ problem.record.allowed[j, codes[:, j]])
        rows.append({"summary": name, "record": _codes(problem.record, j), "predicted": share, "fits": share >= 0.05})
    for j, name in enumerate(problem.layout.numbers):
        low, high = problem.record.low[j], problem.record.high[j]
        below, above = float(w @ (numbers[:, j] < low - 1e-9)), float(w @ (numbers[:, j] > high + 1e-9))
        tail = 1 - max(below, above)
        rows.append({"summary": name, "record": f"{low:.3g} to {high:.3g}", "predicted": tail, "fits": tail >= 0.05})
    return rows


def _codes(record: Observed, j: int) -> str:
    from sim.rules.outcome import CODES

    return " or ".join(c for c, ok in zip(CODES, record.allowed[j], strict=True) if ok)


def broken(sample: Sample, factor: float = 0.4) -> Sample:
    """A posterior deliberately too narrow: the control that calibration checks must catch."""
    centre = sample.mean()
    return Sample(
        centre + (sample.values - centre) * factor, sample.weights, sample.codes, sample.numbers, sample.epsilon
    )


def failing(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Names of summaries the posterior predictive distribution does not fit."""
    return [row["summary"] for row in rows if not row["fits"]]
