"""Value of a point and utility of a package to a party.

The value of a point x on an issue is 1 at the party's demand d and 0 at its reservation value r, linear between and
beyond (Raiffa 1982, additive scoring of packages); a package's utility is the salience-weighted mean. All of d, r and x
are on the issue's scale [0, 1], |d - r| ≥ 0.05; salience w ≥ 0 needs no particular sum.
"""

from __future__ import annotations

import numpy as np

from sim.core.jit import EPS, inline_rule, rule
from sim.core.layout import Floats, Ints

LEAST_VALUE = -2.0
"""A point far beyond the reservation value has this value and no lower one."""


@inline_rule
def value(x: float, d: float, r: float) -> float:
    """Return the value of a point: `(x - r)/(d - r)`, clipped to [-2, 1].

    Parameters
    ----------
    x, d, r : float
        The point, the party's demand and its reservation value, in [0, 1].

    Returns
    -------
    float
        Value in [-2, 1].

    References
    ----------
    Raiffa 1982, The Art and Science of Negotiation.
    """
    v = (x - r) / (d - r)
    return 1.0 if v > 1.0 else (LEAST_VALUE if v < LEAST_VALUE else v)


@inline_rule
def concave_value(x: float, d: float, r: float) -> float:
    """Return the value of a point clipped above only, at 1: concave in x.

    Parameters
    ----------
    x, d, r : float
        The point, the party's demand and its reservation value, in [0, 1].

    Returns
    -------
    float
        Value, at most 1.
    """
    v = (x - r) / (d - r)
    return 1.0 if v > 1.0 else v


@rule
def weighted_mean(a: Floats, w: Floats) -> float:
    """Return a weighted mean.

    Parameters
    ----------
    a : (n,) float
        Numbers.
    w : (n,) float
        Weights, at least 0.

    Returns
    -------
    float
        The mean; 0 where the weights add up to 0.
    """
    total, weight = 0.0, 0.0
    for k in range(a.shape[0]):
        total += w[k] * a[k]
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@inline_rule
def utility(x: Floats, d: Floats, r: Floats, w: Floats) -> float:
    """Return the utility of a package: the salience-weighted mean of `value`.

    Parameters
    ----------
    x : (n,) float
        The package, in [0, 1].
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    w : (n,) float
        Its saliences, at least 0.

    Returns
    -------
    float
        Utility in [-2, 1]; 0 without any salience.

    References
    ----------
    Raiffa 1982, The Art and Science of Negotiation.
    """
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        total += w[k] * value(x[k], d[k], r[k])
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@rule
def concave_utility(x: Floats, d: Floats, r: Floats, w: Floats) -> float:
    """Return the utility of a package with values clipped above only: concave in the package.

    Parameters
    ----------
    x : (n,) float
        The package, in [0, 1].
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    w : (n,) float
        Its saliences, at least 0.

    Returns
    -------
    float
        Utility, at most 1; 0 without any salience.
    """
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        total += w[k] * concave_value(x[k], d[k], r[k])
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@inline_rule
def acceptable_utility(x: Floats, d: Floats, r: Floats, w: Floats, red: Ints) -> float:
    """Return `concave_utility` of a package, or -inf where it crosses a red line.

    Parameters
    ----------
    x : (n,) float
        The package, in [0, 1].
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    w : (n,) float
        Its saliences, at least 0.
    red : (n,) int
        1 on red-line issues, else 0.

    Returns
    -------
    float
        Utility, at most 1, or -inf.
    """
    total, weight = 0.0, 0.0
    for k in range(x.shape[0]):
        v = concave_value(x[k], d[k], r[k])
        if red[k] != 0 and v < -EPS:
            return -np.inf
        total += w[k] * v
        weight += w[k]
    return total / weight if weight > 0.0 else 0.0


@inline_rule
def crosses_red_line(x: Floats, d: Floats, r: Floats, red: Ints) -> bool:
    """Whether a package lies beyond the reservation value on some red-line issue.

    Parameters
    ----------
    x : (n,) float
        The package, in [0, 1].
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    red : (n,) int
        1 on red-line issues, else 0.
    """
    for k in range(x.shape[0]):
        if red[k] != 0 and (x[k] - r[k]) / (d[k] - r[k]) < -EPS:
            return True
    return False
