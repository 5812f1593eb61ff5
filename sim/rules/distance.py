"""How far apart the parties' latest offers are."""

from __future__ import annotations

import math

from sim.core.jit import melted, rule
from sim.core.layout import Floats


@melted
def pair_distance(x: Floats, y: Floats, w: Floats, v: Floats) -> float:
    """Sum of distances between two parties' offers (n,), each issue weighing the mean of both saliences."""
    s = 0.0
    for i in range(x.size):
        s += 0.5 * (w[i] + v[i]) * abs(x[i] - y[i])
    return s


@melted
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


@rule
def closed_share(gap: float, at_demands: float) -> float:
    """Share of the distance at the demands of day 0 that is closed; NaN where there was none. May be negative."""
    return 1.0 - gap / at_demands if at_demands > 0.0 else math.nan


@melted
def pair_weight(own: float, other: float) -> float:
    """Sum of the weights that `pair_distance` uses, from both parties' sums of salience."""
    return 0.5 * (own + other)


@rule
def ratio(part: float, whole: float) -> float:
    """`part / whole`, or 0 where there is no whole."""
    return part / whole if whole > 0.0 else 0.0
