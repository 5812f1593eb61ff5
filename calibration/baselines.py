"""Forecasts that know no model: every code alike, base rates of earlier rounds, the last outcome once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.core.layout import Floats
from sim.rules.outcome import CODES, POSTPONED

OTHER = "other"
"""Stands for every venue that a scenario does not know."""
JEFFREYS = 0.5
"""Count that Jeffreys' prior adds to every class, so that no share is 0."""
ALIKE, BASE_RATES, LAST = "all alike", "base rates", "last round repeats"
"""Names of the baselines."""


class KnownRound(NamedTuple):
    """What a baseline knows of a round held by the date of a forecast: codes, gap in days or None, venue or None."""

    codes: Sequence[str]
    gap: float | None
    venue: str | None


def predict_baselines(forecast: dict[str, Any], earlier: Sequence[KnownRound], ahead: int) -> dict[str, dict[str, Any]]:
    """Predict a round by each baseline, in the form of a forecast's rounds.

    Parameters
    ----------
    forecast : dict
        For its bins of the gap, its venues, and the days without a round that it knows of.
    earlier : sequence of KnownRound
        Rounds by the date of the forecast, in order.
    ahead : int
        Number of the round, from 0; the first cannot come within the days that have passed.

    Returns
    -------
    dict of dict
        By baseline: shares of `code`, `gap_bins` and `venue`.
    """
    edges, venues = forecast["gap_edges"], [*forecast.get("venues", {}), OTHER]
    passed = forecast.get("since_last", 0) if ahead == 0 else 0
    nothing = np.zeros(len(CODES)), np.zeros(len(edges)), np.zeros(len(venues))
    every, last = nothing, nothing
    for entry in earlier:
        last = _count_round(entry, edges, venues)
        every = (every[0] + last[0], every[1] + last[1], every[2] + last[2])
    counts = {ALIKE: nothing, BASE_RATES: every}
    predictions = {name: _format(values, edges, venues, passed) for name, values in counts.items()}
    base, repeat = predictions[BASE_RATES], _format(last, edges, venues, passed, 0.0)
    predictions[LAST] = base if not earlier else {key: _mix(base[key], repeat[key]) for key in base}
    return predictions


def _count_round(entry: KnownRound, edges: Sequence[float], venues: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Count one round: its codes share a count, gap and venue have one if they are known."""
    codes = np.array([float(code in entry.codes) for code in CODES])
    gaps, places = np.zeros(len(edges)), np.zeros(len(venues))
    if entry.gap is not None:
        gaps[np.searchsorted(np.asarray(edges, dtype=float), entry.gap, side="right") - 1] = 1.0
    if entry.venue is not None:
        places[venues.index(entry.venue)] = 1.0
    return codes / codes.sum(), gaps, places


def _format(
    counts: tuple[Floats, Floats, Floats],
    edges: Sequence[float],
    venues: Sequence[str],
    passed: float,
    pseudo: float = JEFFREYS,
) -> dict[str, Any]:
    """Turn counts into shares, each class with a pseudo-count; no share where a round held cannot lie."""
    codes, gaps, places = (values + pseudo for values in counts)
    codes[POSTPONED] = 0.0
    gaps[:-1][np.asarray(edges[1:], dtype=float) <= passed] = 0.0
    return {
        "code": dict(zip(CODES, _normalise(codes).tolist(), strict=True)),
        "gap_bins": _normalise(gaps).tolist(),
        "venue": dict(zip(venues, _normalise(places).tolist(), strict=True)),
    }


def _normalise(counts: Floats) -> Floats:
    """Return shares; zeros where nothing was counted."""
    total = counts.sum()
    return np.asarray(counts / total if total > 0 else counts)


def _mix(base: Any, repeat: Any) -> Any:
    """Return half of one prediction and half of the other; the base alone where the other knows nothing."""
    if isinstance(base, dict):
        values = _mix(list(base.values()), list(repeat.values()))
        return dict(zip(base, values, strict=True))
    if sum(repeat) == 0:
        return base
    return [0.5 * a + 0.5 * b for a, b in zip(base, repeat, strict=True)]
