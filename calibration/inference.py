"""A posterior from a table of simulations: rejection, then regression adjustment.

Rejection ABC (Pritchard et al. 1999, Mol. Biol. Evol. 16) has a uniform kernel, so that it aims at the same
distribution as ABC-SMC with the same distance and threshold. The local linear adjustment (Beaumont, Zhang & Balding
2002, Genetics 162) works on a logit scale between the prior bounds (Hamilton et al. 2005) and has a ridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calibration.priors import Parameter
from calibration.summaries import Layout, Observation, compute_distance
from sim.core.layout import Floats, Ints
from sim.rules.outcome import HUMANITARIAN, PROCEDURAL, TEXTS

_STEPS = (PROCEDURAL, TEXTS, HUMANITARIAN)
_RIDGE = 1e-2
_EDGE = 1e-4


class Table(NamedTuple):
    """Simulations: parameter values (n, k), codes (n, c) and numbers (n, m); row i has fates numbered i."""

    values: Floats
    codes: Ints
    numbers: Floats


@dataclass(frozen=True)
class Sample:
    """Weighted draws of the parameters.

    Attributes
    ----------
    values : ndarray (n, k)
        Parameter values.
    weights : ndarray (n,)
        Weights, not normalised.
    codes, numbers : ndarray (n, c) and (n, m)
        Summaries that the draws came with.
    epsilon : float
        Threshold of the distance.
    """

    values: Floats
    weights: Floats
    codes: Ints
    numbers: Floats
    epsilon: float

    def effective_size(self) -> float:
        """Return the effective sample size."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def mean(self) -> Floats:
        """Return the weighted mean of each parameter (k,)."""
        return np.average(self.values, axis=0, weights=self.weights)

    def variance(self) -> Floats:
        """Return the weighted variance of each parameter (k,)."""
        return np.average((self.values - self.mean()) ** 2, axis=0, weights=self.weights)

    def quantile(self, levels: Sequence[float]) -> Floats:
        """Return weighted quantiles (levels, k)."""
        return np.column_stack(
            [compute_weighted_quantile(self.values[:, j], self.weights, levels) for j in range(self.values.shape[1])]
        )

    def draw(self, us: Floats) -> Floats:
        """Draw rows (len(us), k) by uniforms `us`, through the cumulated weights."""
        edges = np.cumsum(self.weights) / self.weights.sum()
        return self.values[np.minimum(np.searchsorted(edges, us), len(edges) - 1)]


def compute_weighted_quantile(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Compute quantiles of a weighted sample, interpolated between the middles of the cumulated weights.

    Parameters
    ----------
    values, weights : ndarray (n,)
        The sample.
    levels : sequence of float
        Levels in [0, 1].
    """
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(levels, middle / weights.sum(), values[order])


def reject_distant(
    table: Table, layout: Layout, record: Observation, accept: float, omit: Sequence[int] = ()
) -> Sample:
    """Keep the share of a table that lies nearest the record.

    Parameters
    ----------
    table : Table
        Simulations.
    layout, record
        As in `summaries.compute_distance`.
    accept : float
        Share to keep; ties at the threshold are kept too.
    omit : sequence of int
        Summaries that do not count.

    Returns
    -------
    Sample
        Equally weighted.

    References
    ----------
    Pritchard et al. 1999, Molecular Biology and Evolution 16, 1791-1798.
    """
    d = compute_distance(table.codes, table.numbers, layout, record, omit)
    epsilon = float(np.quantile(d, accept))
    rows = np.flatnonzero(d <= epsilon + 1e-12)
    return Sample(table.values[rows], np.ones(rows.size), table.codes[rows], table.numbers[rows], epsilon)


def compute_residuals(codes: Ints, numbers: Floats, layout: Layout, record: Observation) -> Floats:
    """Compute how simulations differ from the record, with sign; 0 inside the record's set or interval.

    Parameters are those of `summaries.compute_terms`.

    Returns
    -------
    ndarray (n, q)
        One column a number, and one a code and step of the scale of outcomes.
    """
    parts = [(numbers - np.clip(numbers, record.low, record.high)) / layout.scale]
    for j in range(codes.shape[1]):
        inside = record.allowed[j, codes[:, j]]
        admitted = np.flatnonzero(record.allowed[j])
        for step in _STEPS:
            off = (codes[:, j] >= step) - float((admitted >= step).mean())
            parts.append(np.where(inside, 0.0, off)[:, None])
    return np.concatenate(parts, axis=1)


def adjust_by_regression(
    sample: Sample, layout: Layout, record: Observation, parameters: Sequence[Parameter], source: Sample | None = None
) -> Sample:
    """Adjust draws by local linear regression: move each to where it would lie had it hit the record.

    Parameters
    ----------
    sample : Sample
        Draws to adjust.
    layout, record
        As in `summaries.compute_distance`.
    parameters : sequence of Parameter (k,)
        Bounds of the priors.
    source : Sample, optional
        A larger sample of the same distribution, from which the slopes come; the sample itself by default. A weighted
        sample of a hundred effective draws would fit its own noise.

    Returns
    -------
    Sample

    References
    ----------
    Beaumont, Zhang & Balding 2002, Genetics 162, 2025-2035.
    """
    from_, low, high = source or sample, np.array([p.low for p in parameters]), np.array([p.high for p in parameters])
    x = compute_residuals(from_.codes, from_.numbers, layout, record)
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
    own = compute_residuals(sample.codes, sample.numbers, layout, record)[:, used] / spread[used]
    values = low + (high - low) / (1 + np.exp(own @ slope - _logit(sample.values, low, high)))
    return Sample(values, sample.weights, sample.codes, sample.numbers, sample.epsilon)


def _logit(values: Floats, low: Floats, high: Floats) -> Floats:
    """Map parameters (n, k) to the logit scale between their bounds."""
    share = np.clip((values - low) / (high - low), _EDGE, 1 - _EDGE)
    return np.log(share / (1 - share))
