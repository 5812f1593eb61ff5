"""How far apart the parties' latest offers are."""

from __future__ import annotations

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
def pair_weight(own: float, other: float) -> float:
    """Sum of the weights that `pair_distance` uses, from both parties' sums of salience."""
    return 0.5 * (own + other)


@rule
def ratio(part: float, whole: float) -> float:
    """`part / whole`, or 0 where there is no whole."""
    return part / whole if whole > 0.0 else 0.0
