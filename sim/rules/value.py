"""What a point or a package is worth to a party.

The value of a point x on an issue is 1 at the party's demand d and 0 at its reservation point r, linear between and
beyond (Raiffa 1982, additive scoring of packages); a package's utility is the salience-weighted mean. All of d, r and x
are on the issue's scale [0, 1], |d - r| ≥ 0.05; salience w ≥ 0 needs no particular sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.jit import EPS, melted, rule

LEAST_VALUE = -2.0
"""A point far beyond the reservation point is no worse than this."""


@melted
def value(x: float, d: float, r: float) -> float:
    """Value of point x: (x - r)/(d - r), clipped to [-2, 1]."""
    v = (x - r) / (d - r)
    return 1.0 if v > 1.0 else (LEAST_VALUE if v < LEAST_VALUE else v)


@melted
def value_open(x: float, d: float, r: float) -> float:
    """Value of point x clipped above only, at 1: concave in x."""
    v = (x - r) / (d - r)
    return 1.0 if v > 1.0 else v


@rule
def weighted_mean(a: NDArray[np.float64], w: NDArray[np.float64]) -> float:
    """Mean of a (n,) with weights w (n,) ≥ 0; 0 where the weights sum to nothing."""
    total, weight = 0.0, 0.0
    for k in range(a.shape[0]):
        total += w[k] * a[k]
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@melted
def utility(x: NDArray[np.float64], d: NDArray[np.float64], r: NDArray[np.float64], w: NDArray[np.float64]) -> float:
    """Utility in [-2, 1] of package x, all arrays (n,): salience-weighted mean of `value`; 0 without any salience."""
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        total += w[k] * value(x[k], d[k], r[k])
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@rule
def utility_open(
    x: NDArray[np.float64], d: NDArray[np.float64], r: NDArray[np.float64], w: NDArray[np.float64]
) -> float:
    """Utility ≤ 1 of package x with values clipped above only (concave in x), all arrays (n,)."""
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        total += w[k] * value_open(x[k], d[k], r[k])
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@melted
def acceptable_utility(
    x: NDArray[np.float64],
    d: NDArray[np.float64],
    r: NDArray[np.float64],
    w: NDArray[np.float64],
    red: NDArray[np.int64],
) -> float:
    """`utility_open` of package x, or -inf where it lies beyond the reservation point on an issue with red[k] = 1."""
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        v = value_open(x[k], d[k], r[k])
        if red[k] != 0 and v < -EPS:
            return -np.inf
        total += w[k] * v
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@melted
def crosses_red_line(
    x: NDArray[np.float64], d: NDArray[np.float64], r: NDArray[np.float64], red: NDArray[np.int64]
) -> bool:
    """Whether package x lies beyond the reservation point on some issue with red[k] = 1, all arrays (n,)."""
    for k in range(x.shape[0]):
        if red[k] != 0 and (x[k] - r[k]) / (d[k] - r[k]) < -EPS:
            return True
    return False
