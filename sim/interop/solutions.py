"""Exact solution points of a domain, by looking at every outcome.

All are taken among the outcomes that give every side at least its reservation value (its worth of no agreement), and of
equal ones those are kept that no other outcome beats for all sides (Pareto). Gain: utility minus reservation value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.solutions import EGALITARIAN, KALAI_SMORODINSKY, NASH, UTILITARIAN
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.interop.domain import Domain

DEFINITIONS = {
    NASH: "greatest product of gains (Nash 1950)",
    KALAI_SMORODINSKY: "greatest least share of the most that a side could gain (Kalai & Smorodinsky 1975)",
    EGALITARIAN: "greatest least gain (Kalai 1977; NegMAS calls it Kalai)",
    UTILITARIAN: "greatest sum of utilities",
}
"""What each solution maximises, in the order in which they are shown."""
_TIE = 1e-9
"""Utilities and scores nearer than this are equal."""


@dataclass(frozen=True)
class Solutions:
    """Solution points of a domain.

    Attributes
    ----------
    worth : Floats
        Utilities (outcomes, sides) in the order of `Domain.list_outcomes`.
    zone : Ints
        Numbers of the outcomes that give every side at least its reservation value.
    efficient : Ints
        Numbers of the Pareto-efficient outcomes of the whole domain, one of each set of utilities.
    points : dict of str to Ints
        For each name of `DEFINITIONS` the numbers of the outcomes that solve; empty without a zone.
    """

    worth: Floats
    zone: Ints
    efficient: Ints
    points: dict[str, Ints]


def solve(domain: Domain) -> Solutions:
    """Return all solution points. Raises ParleyError where there are too many outcomes to list."""
    worth = domain.compute_worth()
    floor = domain.list_reserved_values()
    zone = np.flatnonzero(np.all(worth >= floor - _TIE, axis=1))
    points = {name: _find_best(worth, floor, zone, name) for name in DEFINITIONS}
    return Solutions(worth, zone, find_efficient(worth), points)


def _find_best(worth: Floats, floor: Floats, zone: Ints, name: str) -> Ints:
    """Find the outcomes of a zone that solve, without those that another one of them beats."""
    if not zone.size:
        return zone
    gain = worth[zone] - floor
    best = zone[_find_greatest(_score_gains(gain, name))]
    unbeaten = find_efficient(worth[best])
    # Outcomes with equal utilities solve alike: all of them are listed.
    keep = [bool(np.any(np.all(np.abs(worth[best[unbeaten]] - worth[k]) <= _TIE, axis=1))) for k in best]
    remaining: Ints = best[np.array(keep, dtype=bool)]
    return remaining


def _score_gains(gain: Floats, name: str) -> Floats:
    """Compute what a solution maximises, for gains (outcomes, sides)."""
    score: Floats
    if name == NASH:
        score = np.prod(np.maximum(gain, 0.0), axis=1)
    elif name == EGALITARIAN:
        score = gain.min(axis=1)
    elif name == UTILITARIAN:
        score = gain.sum(axis=1)
    elif name == KALAI_SMORODINSKY:
        most = gain.max(axis=0)
        score = (gain / np.where(most > _TIE, most, 1.0)).min(axis=1, initial=np.inf, where=most > _TIE)
    else:
        raise ParleyError(f"no solution is called `{name}`")
    return score


def _find_greatest(score: Floats) -> Ints:
    """Find the places of the greatest scores."""
    return np.flatnonzero(score >= score.max() - _TIE)


def find_efficient(worth: Floats) -> Ints:
    """Return the numbers of Pareto-efficient rows of utilities (outcomes, sides); of equal rows the first.

    A row is beaten by one that is no worse for any side and better by more than 1e-9 for some side.
    """
    order = np.lexsort([np.arange(len(worth)), -worth.sum(axis=1)])
    left, remaining = order, []
    while left.size:
        first = int(left[0])
        remaining.append(first)
        better = np.any(worth[left] > worth[first] + _TIE, axis=1)
        left = left[better]
    return np.array(sorted(remaining), dtype=np.int64)
