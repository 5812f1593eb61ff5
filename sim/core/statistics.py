"""Statistics: intervals of shares, quantiles of counts, correction for several tests."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054
"""97.5% point of the normal distribution."""


def wilson(count: int, of: int) -> tuple[float, float]:
    """Compute Wilson's 95% interval of a share.

    Parameters
    ----------
    count, of : int
        How many of how many.

    Returns
    -------
    tuple of float
        Lower and upper end in [0, 1]; (0, 1) where nothing was observed.

    References
    ----------
    Wilson 1927, Journal of the American Statistical Association 22, 209-212.
    """
    if of == 0:
        return 0.0, 1.0
    low, high = wilson_of_shares(np.array([count / of]), np.array([float(of)]))
    # At the ends the interval touches 0 or 1 exactly; rounding would miss it.
    return (0.0 if count == 0 else float(low[0])), (1.0 if count == of else float(high[0]))


def wilson_of_shares(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Compute Wilson's 95% intervals of several shares.

    Parameters
    ----------
    share : (k,) float
        Shares, in [0, 1].
    n : (k,) float
        Numbers of cases in which they were observed.

    Returns
    -------
    tuple of (k,) float
        Lower and upper ends; NaN where n is 0.

    References
    ----------
    Wilson 1927, Journal of the American Statistical Association 22, 209-212.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1.0 + Z95 * Z95 / n
        middle = (share + Z95 * Z95 / (2.0 * n)) / scale
        half = Z95 / scale * np.sqrt(share * (1.0 - share) / n + Z95 * Z95 / (4.0 * n * n))
    return middle - half, middle + half


def quantile(counts: Counter[int], q: float) -> float:
    """Compute a quantile of counted values.

    Parameters
    ----------
    counts : Counter of int
        How often each value occurred.
    q : float
        Share in [0, 1].

    Returns
    -------
    float
        The smallest value that at least the share `q` of the observations does not exceed; NaN without any.
    """
    total, cumulated = counts.total(), 0
    # The tolerance keeps 0.1 of 10 at 1, where the product is slightly above.
    rank = max(math.ceil(q * total - 1e-9), 1)
    for value in sorted(counts):
        cumulated += counts[value]
        if cumulated >= rank:
            return float(value)
    return math.nan


def holm(p: Floats) -> Floats:
    """Adjust p-values for several tests: the k-th smallest of m times m - k + 1, never falling, at most 1.

    Parameters
    ----------
    p : (m,) float
        p-values; NaN marks a test that was not made.

    Returns
    -------
    (m,) float
        Adjusted p-values, in the same order; NaN stays NaN.

    References
    ----------
    Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6.
    """
    adjusted = np.full(p.size, np.nan)
    order = np.argsort(p, kind="stable")
    order = order[~np.isnan(p[order])]
    if order.size:
        scaled = p[order] * np.arange(order.size, 0, -1)
        adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted
