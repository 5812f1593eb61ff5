"""Scores of a forecast against the record of one unit. Higher is better for log scores, lower for all others.

A forecast is a set of weighted runs, or probabilities by window from a baseline. Where the record admits several codes,
the log score is the average of the logs of their probabilities; their probabilities are never added up, which would
reward a forecast for the vagueness of the record. (`calibration.score` and `calibration.theories` do add them up.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.score import compute_ranked_score
from calibration.validation.windows import Observed, Runs
from sim.core.layout import Floats
from sim.rules.outcome import CODES

COVERAGE = 0.8
"""Probability inside the interval that the interval score of terms judges."""

PRIOR_COUNT = 1.0
"""Runs, spread evenly over the classes, that are added to those counted, so that no probability is 0."""


@dataclass(frozen=True)
class Forecast:
    """Probabilities for one unit.

    Attributes
    ----------
    highest : ndarray (w, c)
        Of the highest code in each window; `postponed` stands for no round held.
    settled : ndarray (w, b), optional
        That each basket is settled in the window.
    codes : ndarray (k, c), optional
        Of the code of each of the first rounds, given that it is held.
    silence, terms, gaps : arrays of draws with `weight`, optional
        Draws of the longest silence (n,), of first terms (n, t), and of the days between rounds held (n, k).
    weight : ndarray (n,), optional
        Weights of the draws, adding up to 1.
    """

    highest: Floats
    settled: Floats | None = None
    codes: Floats | None = None
    silence: Floats | None = None
    terms: Floats | None = None
    gaps: Floats | None = None
    weight: Floats | None = None


def summarise_forecast(runs: Runs, weight: Floats) -> Forecast:
    """Turn weighted runs into a forecast.

    Parameters
    ----------
    runs : Runs
        n runs of the unit.
    weight : ndarray (n,)
        Weights that add up to 1.
    """
    effective = 1.0 / float((weight**2).sum())
    share = effective / (effective + PRIOR_COUNT)

    def smooth(p: Floats, classes: int) -> Floats:
        mixed: Floats = share * p + (1.0 - share) / classes
        return mixed

    kinds = len(CODES)
    highest = np.array([np.bincount(column, weights=weight, minlength=kinds) for column in runs.highest.T])
    settled = np.einsum("n,nwb->wb", weight, runs.settled)
    codes = np.zeros((runs.codes.shape[1], kinds))
    for k, column in enumerate(runs.codes.T):
        held = column >= 0
        count = np.bincount(column[held], weights=weight[held], minlength=kinds)
        codes[k] = smooth(count / count.sum(), kinds) if count.sum() > 0 else 1.0 / kinds
    with np.errstate(invalid="ignore"):
        gaps = np.diff(runs.days, axis=1, prepend=0.0)
    gaps[np.isinf(runs.days)] = np.inf
    return Forecast(smooth(highest, kinds), smooth(settled, 2), codes, runs.silence, runs.terms, gaps, weight)


def compute_scores(forecast: Forecast, record: Observed) -> dict[str, float]:
    """Compute all scores that a forecast admits, by name; a score that the record does not admit is left out.

    Returns
    -------
    dict
        `meeting`, `highest` and `baskets`: mean log scores over windows; `rounds`: mean log score of codes, round by
        round; `ranked`: ranked probability score of the highest code; `silence` and `gaps`: continuous ranked
        probability scores, in days; `terms`: interval score on the scale from 0 to 1.

    References
    ----------
    Good 1952 (log score); Epstein 1969 (ranked probability score); Gneiting & Raftery 2007, Journal of the American
    Statistical Association 102, 359-378 (interval score, continuous ranked probability score).
    """
    scores: dict[str, float] = {}
    coded = record.highest.any(axis=1)
    if coded.any():
        pairs = list(zip(forecast.highest[coded], record.highest[coded], strict=True))
        scores["highest"] = float(np.mean([log_score(p, hit) for p, hit in pairs]))
        scores["ranked"] = float(np.mean([ranked_score(p, hit) for p, hit in pairs]))
    met = record.meeting
    none = np.clip(forecast.highest[:, 0], 1e-12, 1.0 - 1e-12)
    scores["meeting"] = float(np.where(met, np.log1p(-none), np.log(none)).mean())
    if forecast.settled is not None and forecast.settled.size:
        p = np.clip(forecast.settled, 1e-12, 1.0 - 1e-12)
        scores["baskets"] = float(np.where(record.settled, np.log(p), np.log1p(-p)).mean())
    if forecast.codes is not None:
        rows = [(p, hit) for p, hit in zip(forecast.codes, record.codes, strict=False) if hit.any()]
        if rows:
            scores["rounds"] = float(np.mean([log_score(p, hit) for p, hit in rows]))
    if forecast.weight is not None:
        scores |= _scores_of_draws(forecast, record)
    return scores


def _scores_of_draws(forecast: Forecast, record: Observed) -> dict[str, float]:
    """Scores of silence, gaps and terms from weighted draws."""
    scores, weight = {}, forecast.weight
    assert weight is not None
    if forecast.silence is not None:
        scores["silence"] = ranked_score_of_draws(forecast.silence, weight, record.silence)
    if forecast.gaps is not None and record.days.size > 1:
        each = []
        for k in range(1, record.days.size):
            reached = np.isfinite(forecast.gaps[:, k])
            draws = np.where(reached, forecast.gaps[:, k], record.observed)
            each.append(ranked_score_of_draws(draws, weight, record.days[k] - record.days[k - 1]))
        scores["gaps"] = float(np.mean(each))
    if forecast.terms is not None and record.low.size:
        each = [
            interval_score(forecast.terms[:, t], weight, record.low[t], record.high[t]) for t in range(record.low.size)
        ]
        scores["terms"] = float(np.mean(each))
    return scores


def log_score(p: Floats, hit: np.ndarray) -> float:
    """Return the average log of the probabilities (c,) of the codes that the record admits, a mask (c,)."""
    return float(np.log(np.maximum(p[hit], 1e-12)).mean())


def ranked_score(p: Floats, hit: np.ndarray) -> float:
    """Return the ranked probability score of probabilities (c,), averaged over the codes that the record admits."""
    return float(np.mean([compute_ranked_score(p, at) for at in np.flatnonzero(hit).tolist()]))


def ranked_score_of_draws(draws: Floats, weight: Floats, at: float) -> float:
    """Return the continuous ranked probability score of weighted draws (n,) at a value, in the unit of the value.

    It is `E|X - x| - E|X - X'| / 2` for independent draws X, X'.
    """
    order = np.argsort(draws)
    x, w = draws[order], weight[order]
    total = np.cumsum(w)
    spread = 2.0 * float((w * x * (2.0 * total - w - 1.0)).sum())
    return float((w * np.abs(x - at)).sum()) - 0.5 * spread


def interval_score(draws: Floats, weight: Floats, low: float, high: float) -> float:
    """Return the interval score of the central `COVERAGE` interval; the nearest value that the record admits counts.

    Draws without terms (NaN) are left out; where none has terms, the interval is the whole scale.
    """
    known = np.isfinite(draws) & (weight > 0.0)
    tail = (1.0 - COVERAGE) / 2.0
    lower, upper = (0.0, 1.0) if not known.any() else weighted_quantiles(draws[known], weight[known], (tail, 1 - tail))
    at = min(max((lower + upper) / 2.0, low), high)
    return (upper - lower) + (max(lower - at, 0.0) + max(at - upper, 0.0)) / tail


def weighted_quantiles(draws: Floats, weight: Floats, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Return quantiles of weighted draws (n,): the least draw at which the cumulated weight reaches each level."""
    order = np.argsort(draws)
    total = np.cumsum(weight[order])
    at = np.searchsorted(total, np.array(levels) * total[-1]).clip(0, draws.size - 1)
    return tuple(float(draws[order][k]) for k in at)
