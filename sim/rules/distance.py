"""Distances between the parties' latest offers."""

from __future__ import annotations

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
def pair_weight(own: float, other: float) -> float:
    """Return the sum of the weights that `pair_distance` uses.

    Parameters
    ----------
    own, other : float
        Both parties' sums of salience over the basket, at least 0.

    Returns
    -------
    float
        Sum of weights, at least 0.
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
