"""Inverse distribution functions: numbers of a distribution from one uniform each.

All rise in u, so that draws made at one address in two scenarios stay monotonically coupled. `1 - u` is exact for every
u that `sim.core.draws.uniform` returns.
"""

from __future__ import annotations

import math

from sim.core.jit import rule

_UNIT_LOGISTIC = math.sqrt(3.0) / math.pi


@rule
def logistic(u: float) -> float:
    """Return standard logistic noise: `ln(u / (1 - u))`.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).

    Returns
    -------
    float
        Noise of mean 0 and variance π²/3.
    """
    return math.log(u / (1.0 - u))


@rule
def logistic_unit(u: float) -> float:
    """Return logistic noise of variance 1: `ln(u / (1 - u)) · √3/π`.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).

    Returns
    -------
    float
        Noise of mean 0 and variance 1.
    """
    return math.log(u / (1.0 - u)) * _UNIT_LOGISTIC


@rule
def unit_exponential(u: float) -> float:
    """Return an exponential of mean 1: `-ln(1 - u)`.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).

    Returns
    -------
    float
        Number above 0.
    """
    return -math.log(1.0 - u)


@rule
def weibull(u: float, scale: float, shape: float) -> float:
    """Return a Weibull number: `scale · (-ln(1 - u))^(1/shape)`.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    scale, shape : float
        Scale, in the unit of the result, and shape, above 0.

    Returns
    -------
    float
        Number above 0, in the unit of the scale.
    """
    return scale * math.pow(-math.log(1.0 - u), 1.0 / shape)


@rule
def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Return a triangular number; where low, mode and high are equal, that number.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    low, mode, high : float
        Ends and mode, low ≤ mode ≤ high.

    Returns
    -------
    float
        Number in [low, high].
    """
    width = high - low
    if width <= 0.0:
        return low
    if u * width < mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


@rule
def uniform_between(u: float, low: float, high: float) -> float:
    """Return a uniform number between two ends: `low + (high - low) u`.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    low, high : float
        Ends, low ≤ high.

    Returns
    -------
    float
        Number in [low, high].
    """
    return low + (high - low) * u


@rule
def delivery_share(u: float, c: float) -> float:
    """Return the share in which an obligation is met: `u^((1-c)/c)`, a Beta(c/(1-c), 1) number of mean c.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    c : float
        Compliance of the party that is obligated, in [0, 1].

    Returns
    -------
    float
        Share in [0, 1].
    """
    if c <= 0.0:
        return 0.0
    if c >= 1.0:
        return 1.0
    return math.pow(u, (1.0 - c) / c)
