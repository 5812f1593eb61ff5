"""Distances between the parties' latest offers."""

from __future__ import annotations

import math

from sim.core.jit import inline_rule, rule
from sim.core.layout import Floats


@inline_rule
def pair_distance(x: Floats, y: Floats, w: Floats, v: Floats) -> float:
    """Return the sum of distances between two parties' offers: `Σ (w + v)/2 · |x - y|`.

    Parameters
    ----------
    x, y : (n,) float
        Latest offers of the two parties on the issues of a basket, in [0, 1].
    w, v : (n,) float
        Their saliences, at least 0.

    Returns
    -------
    float
        Sum of weighted distances, at least 0.
    """
    s = 0.0
    for i in range(x.size):
        s += 0.5 * (w[i] + v[i]) * abs(x[i] - y[i])
    return s


@inline_rule
def crossed_distance(x: Floats, y: Floats, d: Floats, e: Floats, w: Floats, v: Floats) -> float:
    """Sum of distances between two parties' offers, where offers that crossed are no divergence.

    The distance on an issue is `max(0, sgn(d - e) (x - y))`; with equal demands `|x - y|`.

    Parameters
    ----------
    x, y : (n,) float
        Offers of the two parties.
    d, e : (n,) float
        Their demands.
    w, v : (n,) float
        Their saliences; each issue weighs the mean of both.
    """
    s = 0.0
    for i in range(x.size):
        gap = x[i] - y[i] if d[i] > e[i] else y[i] - x[i]
        if d[i] == e[i]:
            gap = abs(x[i] - y[i])
        s += 0.5 * (w[i] + v[i]) * max(gap, 0.0)
    return s


@inline_rule
def both_distances(x: Floats, y: Floats, d: Floats, e: Floats, w: Floats, v: Floats) -> tuple[float, float]:
    """`pair_distance` and `crossed_distance` of two parties' offers, in one pass."""
    plain, crossed = 0.0, 0.0
    for i in range(x.size):
        weight = 0.5 * (w[i] + v[i])
        gap = x[i] - y[i]
        plain += weight * abs(gap)
        if d[i] == e[i]:
            gap = abs(gap)
        elif d[i] < e[i]:
            gap = -gap
        crossed += weight * max(gap, 0.0)
    return plain, crossed


@rule
def closed_share(gap: float, at_demands: float) -> float:
    """Share of the distance at the demands of day 0 that is closed; NaN where there was none. May be negative."""
    return 1.0 - gap / at_demands if at_demands > 0.0 else math.nan


@inline_rule
def pair_weight(own: float, other: float) -> float:
    """Return the sum of the weights that `pair_distance` uses, from both parties' sums of salience.

    Parameters
    ----------
    own, other : float
        Both parties' sums of salience over the basket, at least 0.
    """
    return 0.5 * (own + other)


@rule
def ratio(part: float, whole: float) -> float:
    """Return `part / whole`, or 0 where the whole is not above 0.

    Parameters
    ----------
    part, whole : float
        A sum, and the sum of its weights.

    Returns
    -------
    float
        The weighted mean.
    """
    return part / whole if whole > 0.0 else 0.0
