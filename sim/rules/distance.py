"""How far apart the parties' latest offers are."""

from __future__ import annotations

from sim.compiled import rule
from sim.layout import Floats


@rule
def pair_distance(x: Floats, y: Floats, w: Floats, v: Floats) -> float:
    """Sum of distances between two parties' offers (n,), each issue weighing the mean of both saliences."""
    s = 0.0
    for i in range(x.size):
        s += 0.5 * (w[i] + v[i]) * abs(x[i] - y[i])
    return s


@rule
def pair_weight(w: Floats, v: Floats) -> float:
    """Sum of the weights that `pair_distance` uses."""
    s = 0.0
    for i in range(w.size):
        s += 0.5 * (w[i] + v[i])
    return s


@rule
def ratio(part: float, whole: float) -> float:
    """`part / whole`, or 0 where there is no whole."""
    return part / whole if whole > 0.0 else 0.0
