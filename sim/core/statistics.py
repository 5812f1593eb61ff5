"""Statistics used throughout: intervals of shares, quantiles of counts, correction for several tests."""

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
    # At the ends the interval touches 0 or 1, which floating point would miss by a hair.
    return (0.0 if count == 0 else float(low[0])), (1.0 if count == of else float(high[0]))


def wilson_of_shares(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Compute Wilson's 95% intervals of shares (k,) observed in n (k,) cases; NaN where n is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1.0 + Z95 * Z95 / n
        middle = (share + Z95 * Z95 / (2.0 * n)) / scale
        half = Z95 / scale * np.sqrt(share * (1.0 - share) / n + Z95 * Z95 / (4.0 * n * n))
    return middle - half, middle + half


def quantile(counts: Counter[int], q: float) -> float:
    """Return the smallest value that at least the share `q` of what was counted does not exceed; NaN of nothing."""
    total, seen = counts.total(), 0
    # The slack keeps 0.1 of 10 at 1, where the product is a hair above.
    needed = max(math.ceil(q * total - 1e-9), 1)
    for value in sorted(counts):
        seen += counts[value]
        if seen >= needed:
            return float(value)
    return math.nan


def holm(p: Floats) -> Floats:
    """Adjusted p-values (Holm 1979, Scand. J. Statist. 6): k-th smallest times m - k + 1, never falling, at most 1."""
    adjusted = np.full(p.size, np.nan)
    order = np.argsort(p, kind="stable")
    order = order[~np.isnan(p[order])]
    if order.size:
        scaled = p[order] * np.arange(order.size, 0, -1)
        adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted
