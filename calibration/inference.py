"""A posterior from a table of simulations: keep what lies nearest the record, adjust it by regression.

Rejection ABC (Pritchard et al. 1999, Mol. Biol. Evol. 16) with a uniform kernel, so that it aims at the same
distribution as ABC-SMC with the same distance and threshold; local linear adjustment (Beaumont, Zhang & Balding 2002,
Genetics 162) of the parameters on a logit scale between their prior bounds (Hamilton et al. 2005), with a ridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calibration.priors import Parameter
from calibration.summaries import Layout, Observed, distance
from sim.core.layout import Floats, Ints
from sim.rules.outcome import HUMANITARIAN, PROCEDURAL, TABLED

_STEPS = (PROCEDURAL, TABLED, HUMANITARIAN)
_RIDGE = 1e-2
_EDGE = 1e-4


class Table(NamedTuple):
    """Simulations: parameter values (n, k), codes (n, c), numbers (n, m); row i has fates numbered i."""

    values: Floats
    codes: Ints
    numbers: Floats


@dataclass(frozen=True)
class Sample:
    """Weighted draws of the parameters (n, k) with the summaries they came with; `epsilon` is the threshold."""

    values: Floats
    weights: Floats
    codes: Ints
    numbers: Floats
    epsilon: float

    def effective(self) -> float:
        """Effective sample size."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def mean(self) -> Floats:
        """Weighted mean of each parameter."""
        return np.average(self.values, axis=0, weights=self.weights)

    def variance(self) -> Floats:
        """Weighted variance of each parameter."""
        return np.average((self.values - self.mean()) ** 2, axis=0, weights=self.weights)

    def quantile(self, levels: Sequence[float]) -> Floats:
        """Weighted quantiles (levels, k)."""
        return np.column_stack(
            [weighted_quantile(self.values[:, j], self.weights, levels) for j in range(self.values.shape[1])]
        )

    def draws(self, us: Floats) -> Floats:
        """Rows picked by uniforms `us` through the cumulated weights (len(us), k)."""
        edges = np.cumsum(self.weights) / self.weights.sum()
        return self.values[np.minimum(np.searchsorted(edges, us), len(edges) - 1)]


def weighted_quantile(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles of a weighted sample, interpolated between the middles of the cumulated weights."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(levels, middle / weights.sum(), values[order])


def reject(table: Table, layout: Layout, record: Observed, accept: float, left_out: Sequence[int] = ()) -> Sample:
    """The share `accept` of the table nearest the record, equally weighted; ties at the threshold are kept."""
    d = distance(table.codes, table.numbers, layout, record, left_out)
    epsilon = float(np.quantile(d, accept))
    kept = np.flatnonzero(d <= epsilon + 1e-12)
    return Sample(table.values[kept], np.ones(kept.size), table.codes[kept], table.numbers[kept], epsilon)


def residuals(codes: Ints, numbers: Floats, layout: Layout, record: Observed) -> Floats:
    """How simulations differ from the record, with sign (n, q); 0 inside the record's set or interval."""
    parts = [(numbers - np.clip(numbers, record.low, record.high)) / layout.scale]
    for j in range(codes.shape[1]):
        inside = record.allowed[j, codes[:, j]]
        admitted = np.flatnonzero(record.allowed[j])
        for step in _STEPS:
            off = (codes[:, j] >= step) - float((admitted >= step).mean())
            parts.append(np.where(inside, 0.0, off)[:, None])
    return np.concatenate(parts, axis=1)


def adjust(
    sample: Sample, layout: Layout, record: Observed, wanted: Sequence[Parameter], source: Sample | None = None
) -> Sample:
    """Local linear regression adjustment: each draw moved to where it would lie had it hit the record.

    The slopes come from `source`, another and larger sample of the same distribution, or from the sample itself: a
    weighted sample of a hundred effective draws would fit its own noise.
    """
    from_, low, high = source or sample, np.array([p.low for p in wanted]), np.array([p.high for p in wanted])
    x = residuals(from_.codes, from_.numbers, layout, record)
    spread = x.std(axis=0)
    used = spread > 1e-9
    if not used.any() or len(x) < 4 * used.sum():
        return sample
    x = x[:, used] / spread[used]
    w = from_.weights / from_.weights.sum()
    y = _logit(from_.values, low, high)
    mx, my = w @ x, w @ y
    gram = (x - mx).T @ ((x - mx) * w[:, None])
    slope = np.linalg.solve(gram + _RIDGE * np.eye(len(gram)), (x - mx).T @ ((y - my) * w[:, None]))
    own = residuals(sample.codes, sample.numbers, layout, record)[:, used] / spread[used]
    values = low + (high - low) / (1 + np.exp(own @ slope - _logit(sample.values, low, high)))
    return Sample(values, sample.weights, sample.codes, sample.numbers, sample.epsilon)


def _logit(values: Floats, low: Floats, high: Floats) -> Floats:
    """Parameters (n, k) on the logit scale between their bounds."""
    share = np.clip((values - low) / (high - low), _EDGE, 1 - _EDGE)
    return np.log(share / (1 - share))
