"""Forecasts that know little: uniform, rates of the other cases, a clock with fatigue, and another case's forecast.

A baseline learns from the cases of the other dyads only, as the model does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from calibration.validation.scores import Forecast, compute_scores
from calibration.validation.units import HORIZON
from calibration.validation.windows import Observed
from sim.core.layout import Floats
from sim.rules.outcome import CODES, NONE

KINDS = len(CODES)


GRID = (np.arange(100) + 0.5) / 100.0
"""Draws of what may lie anywhere between 0 and 1."""


def forecast_uniform(record: Observed) -> Forecast:
    """Return equal probabilities of all codes in each window, any silence up to the time observed, terms anywhere."""
    rounds, windows = len(record.codes), len(record.highest)
    return Forecast(
        np.full((windows, KINDS), 1.0 / KINDS),
        codes=np.full((rounds, KINDS), 1.0 / KINDS),
        silence=np.asarray(record.observed * GRID, dtype=np.float64),
        terms=np.repeat(GRID[:, None], record.low.size, axis=1),
        weight=np.full(GRID.size, 1.0 / GRID.size),
    )


def forecast_rates(others: Sequence[Observed], record: Observed) -> Forecast:
    """Return what happened in other cases as the forecast of one case; of its record only the sizes are read.

    The code of a window has the shares of the same window of other cases, one case spread evenly over all codes added.
    The longest silence has the share of the time observed that it has in another case; gaps are those of other cases.
    """
    windows = len(record.highest)
    rows = np.full((windows, KINDS), 1.0 / KINDS)
    for other in others:
        for w, hit in enumerate(other.highest[:windows]):
            if hit.any():
                rows[w] += hit / hit.sum()
    rows /= rows.sum(axis=1, keepdims=True)
    silence = record.observed * np.array([other.silence / other.observed for other in others])
    gaps = np.concatenate([np.diff(other.days) for other in others])
    n = silence.size * gaps.size
    return Forecast(
        rows,
        codes=np.repeat(count_code_shares(others)[None, :], len(record.codes), axis=0),
        silence=np.repeat(silence, gaps.size),
        gaps=np.repeat(np.tile(gaps, silence.size)[:, None], record.days.size, axis=1),
        weight=np.full(n, 1.0 / n),
    )


def count_code_shares(others: Sequence[Observed]) -> Floats:
    """Count the shares (c,) of codes among the recorded rounds of other cases, one round spread evenly added."""
    total = np.full(KINDS, 1.0 / KINDS)
    for record in others:
        for hit in record.codes:
            if hit.any():
                total += hit / hit.sum()
    share: Floats = total / total.sum()
    return share


def forecast_clock(others: Sequence[Observed], bounds: Sequence[tuple[int, int]], rounds: int) -> Forecast:
    """Return what a hazard of meetings with fatigue says: rounds at a rate `exp(a + b t)`, codes independent of it.

    The rate is fitted to the days of other cases' rounds by maximum likelihood; codes have their shares among these
    rounds. The highest of a Poisson number of codes then has a distribution in closed form.

    Parameters
    ----------
    others : sequence of Observed
        Records of the cases learned from.
    bounds : sequence of tuple of int
        First and last day of each window.
    rounds : int
        Number of rounds whose codes are forecast.
    """
    level, slope = fit_rate(others)
    held = count_code_shares(others).copy()
    held[0] = 0.0
    below = np.cumsum(held / held.sum())
    rows = []
    for first, last in bounds:
        mean = integrate_rate(level, slope, float(first), float(last + 1))
        at_most = np.exp(-mean * (1.0 - below))
        rows.append(np.concatenate([[np.exp(-mean)], np.diff(np.concatenate([[np.exp(-mean)], at_most[NONE:]]))]))
    return Forecast(np.array(rows), codes=np.repeat((held / held.sum())[None, :], rounds, axis=0))


def fit_rate(others: Sequence[Observed]) -> tuple[float, float]:
    """Fit level and slope (for `HORIZON` days, at most 0: talks tire) of the logarithm of the rate of rounds a day."""
    days = np.concatenate([record.days for record in others])
    spans = np.array([record.observed for record in others])

    def loss(theta: Floats) -> float:
        expected = sum(integrate_rate(theta[0], theta[1], 0.0, float(span)) for span in spans)
        return expected - float((theta[0] + theta[1] * days / HORIZON).sum())

    start = np.array([np.log((days.size + 0.5) / spans.sum()), 0.0])
    best = minimize(loss, start, method="L-BFGS-B", bounds=((-15.0, 5.0), (-20.0, 0.0)))
    return float(best.x[0]), float(best.x[1])


def integrate_rate(level: float, slope: float, first: float, last: float) -> float:
    """Return the integral of `exp(level + slope t / HORIZON)` over days from `first` to `last`."""
    if abs(slope) < 1e-9:
        return float(np.exp(level) * (last - first))
    scale = slope / HORIZON
    return float(np.exp(level) * (np.exp(scale * last) - np.exp(scale * first)) / scale)


def score_permuted(forecasts: Sequence[Forecast], record: Observed) -> dict[str, float]:
    """Score the forecasts made for other cases as if they were made for this one: the mean of each score.

    Parameters
    ----------
    forecasts : sequence of Forecast
        Forecasts for cases of other dyads; windows are compared in their order.
    record : Observed
        The record of this case.
    """
    windows = record.highest.shape[0]
    rows = []
    for forecast in forecasts:
        if forecast.highest.shape[0] >= windows:
            rows.append(compute_scores(Forecast(forecast.highest[:windows], codes=forecast.codes), record))
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}
