"""What a summary answers: shares of runs, spreads of numbers, quantiles of the gap."""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple

from sim.core.layout import Floats, Ints
from sim.core.statistics import Z95, quantile, wilson

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
FINE = 1000
"""Distances and terms are counted in thousandths, so that their quantiles are exact to ±0.0005."""


class Share(NamedTuple):
    """A share of runs with its 95% interval.

    Attributes
    ----------
    runs, of : int
        Number of runs counted, and of all runs.
    share, low, high : float
        `runs / of`, and the ends of its Wilson interval.
    """

    runs: int
    of: int
    share: float
    low: float
    high: float


class Spread(NamedTuple):
    """A number over the runs that have it: mean with 95% interval, and quantiles.

    Attributes
    ----------
    runs : int
        Runs that have a value.
    mean, low, high : float
        Mean, and the ends of its 95% interval: how far another seed would move it; NaN without runs.
    quantiles : dict of float to float
        Value by quantile as in QUANTILES.
    """

    runs: int
    mean: float
    low: float
    high: float
    quantiles: dict[float, float]


class GapQuantiles(NamedTuple):
    """Quantiles of the gap between positions after each round held.

    Attributes
    ----------
    rounds : ndarray of int, shape (R,)
        Number of the round held, from 1.
    runs : ndarray of int, shape (R,)
        Runs that held so many rounds.
    quantiles : ndarray of float, shape (5, R)
        Gap in [0, 1] at each of QUANTILES over these runs.
    """

    rounds: Ints
    runs: Ints
    quantiles: Floats


def compute_share(count: int, of: int) -> Share:
    """Compute a share and its 95% interval.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association 22, 209-212.
    """
    return Share(count, of, count / of if of else math.nan, *wilson(count, of))


def compute_spread(counts: Counter[int]) -> Spread:
    """Compute mean, 95% interval and quantiles of a number that was counted in thousandths; one run has no interval."""
    runs = counts.total()
    if not runs:
        return Spread(0, math.nan, math.nan, math.nan, dict.fromkeys(QUANTILES, math.nan))
    mean = sum(value * times for value, times in counts.items()) / runs
    squares = sum((value - mean) ** 2 * times for value, times in sorted(counts.items()))
    half = Z95 * math.sqrt(squares / (runs - 1) / runs) if runs > 1 else math.nan
    ends = (mean / FINE, (mean - half) / FINE, (mean + half) / FINE)
    return Spread(runs, *ends, {q: quantile(counts, q) / FINE for q in QUANTILES})


def format_interval(spread: Spread) -> str:
    """Format the 95% interval of a mean share; a dash where fewer than two runs give none."""
    return "–" if math.isnan(spread.low) else f"{spread.low:.1%} to {spread.high:.1%}"


def format_percent(share: float, count: int) -> str:
    """Format a share in percent, with a decimal near 0 and 1.

    Parameters
    ----------
    share : float
        Share in [0, 1].
    count : int
        Number of cases behind it; with one or more the text is never 0%.

    Returns
    -------
    str
        For instance `25%`, `1.2%` or `<0.1%`.
    """
    if count and share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share:.1%}" if 0 < share < 0.0995 or 0.9005 < share < 1 else f"{share:.0%}"
