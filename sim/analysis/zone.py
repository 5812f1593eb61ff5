"""Zone of agreement (ZOPA): the chance over the assumed ranges that some package suits all parties of a basket.

There are two zones. That of the `interests` lies between the reservation values. That of `commitment` lies above the
floors, which count what a party fears to lose if the others do not comply; it can be empty where the first is not.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49, 379-414.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.game import Game, build_games, start_talks
from sim.core.errors import ParleyError
from sim.core.jit import EPS
from sim.core.layout import Floats
from sim.core.statistics import wilson
from sim.scenario.resolve import Problem
from sim.solvers.multi_party import coalition_work, max_min_many
from sim.solvers.two_party import WORK_ROWS, max_min_two


@dataclass(frozen=True)
class Zone:
    """Chance of a zone of agreement on one basket.

    Attributes
    ----------
    name : str
        Name of the basket.
    n : int
        Number of assumption indices.
    interests, commitment : float
        Share of indices with a zone above the reservation values and above the floors.
    interests_interval, commitment_interval : tuple of float
        95% intervals of these shares (Wilson).
    surplus : ndarray of float, shape (n,)
        Greatest least gain over the floors, a utility.
    """

    name: str
    n: int
    interests: float
    interests_interval: tuple[float, float]
    commitment: float
    commitment_interval: tuple[float, float]
    surplus: Floats


def compute_max_min_gain(game: Game, floor: Floats) -> float:
    """Compute the greatest least gain over `floor` (P,), by the engines' rules; -inf where red lines clash."""
    d, r, w, red = game.demand, game.reservation, game.salience, game.red
    out = np.zeros(d.shape[1])
    if floor.size == 2:
        scratch = np.zeros((WORK_ROWS, d.shape[1])), np.zeros(d.shape[1], dtype=np.int64)
        return max_min_two(
            d[0], r[0], w[0], floor[0], red[0], d[1], r[1], w[1], floor[1], red[1], *scratch, out
        )  # fmt: skip
    member = np.ones(floor.size, dtype=np.int64)
    return max_min_many(d, r, w, floor, red, member, coalition_work(*d.shape), out)


def estimate_zones(problem: Problem, n: int) -> list[Zone]:
    """Estimate the chance of a zone for every basket and for all baskets at once.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    n : int
        Number of assumption indices, from 0 on.

    Returns
    -------
    list of Zone
        One zone a basket.

    Raises
    ------
    ParleyError
        `n` is below 1, or there is nothing to bargain over.
    """
    if n < 1:
        raise ParleyError(f"n is {n}; at least one assumption index is needed")
    names: list[str] = []
    exists: list[list[bool]] = []
    surplus: list[list[float]] = []
    for k in range(n):
        games = build_games(start_talks(problem, k))
        names = [game.name for game in games]
        exists.append([compute_max_min_gain(game, np.zeros(game.floor.size)) >= -EPS for game in games])
        surplus.append([compute_max_min_gain(game, game.floor) for game in games])
    by_basket, gains = np.array(exists).T, np.array(surplus).T
    return [_zone(name, by_basket[b], gains[b]) for b, name in enumerate(names)]


def _zone(name: str, interests: Floats, surplus: Floats) -> Zone:
    """Zone of a basket from its interests (n,) and its surplus (n,) at every assumption index."""
    n, first, second = surplus.size, int(interests.sum()), int((surplus >= -EPS).sum())
    return Zone(name, n, first / n, wilson(first, n), second / n, wilson(second, n), surplus)
