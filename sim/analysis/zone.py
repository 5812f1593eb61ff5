"""Is there anything all could agree to? The chance of it over the assumed ranges, basket by basket.

Two questions are kept apart: whether reservation points leave room (`interests`), and whether room is left above the
floors, which count what a party fears to lose if the others do not comply (`commitment`; Fearon 1995 on why the second
can fail where the first does not).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.game import Game, at, games
from sim.core.errors import ParleyError
from sim.core.jit import EPS
from sim.core.layout import Floats
from sim.core.statistics import wilson
from sim.scenario.resolve import Problem
from sim.solvers.multi_party import coalition_work, max_min_many
from sim.solvers.two_party import WORK_ROWS, max_min_two


@dataclass(frozen=True)
class Zone:
    """Chance of a zone of agreement on one basket over n assumption indices, and what it rests on.

    `interests`, `commitment`: share of indices with a zone at the reservation points and at the floors, each with its
    95 % interval (Wilson 1927); `surplus` (n,): the greatest least gain over the floors, a utility.
    """

    name: str
    n: int
    interests: float
    interests_interval: tuple[float, float]
    commitment: float
    commitment_interval: tuple[float, float]
    surplus: Floats


def greatest_least(game: Game, floor: Floats) -> float:
    """The greatest least gain over `floor` (P,), by the rules of the engines; -inf where red lines clash."""
    d, r, w, red = game.demand, game.reservation, game.salience, game.red
    out = np.zeros(d.shape[1])
    if floor.size == 2:
        scratch = np.zeros((WORK_ROWS, d.shape[1])), np.zeros(d.shape[1], dtype=np.int64)
        return max_min_two(
            d[0], r[0], w[0], floor[0], red[0], d[1], r[1], w[1], floor[1], red[1], *scratch, out
        )  # fmt: skip
    member = np.ones(floor.size, dtype=np.int64)
    return max_min_many(d, r, w, floor, red, member, coalition_work(*d.shape), out)


def zones(problem: Problem, n: int) -> list[Zone]:
    """Chance of a zone for every basket and for all at once, over assumption indices 0 … n-1. Raises ParleyError."""
    if n < 1:
        raise ParleyError(f"n is {n}; at least one assumption index is needed")
    names: list[str] = []
    room: list[list[bool]] = []
    surplus: list[list[float]] = []
    for k in range(n):
        found = games(at(problem, k))
        names = [game.name for game in found]
        room.append([greatest_least(game, np.zeros(game.floor.size)) >= -EPS for game in found])
        surplus.append([greatest_least(game, game.floor) for game in found])
    by_basket, gains = np.array(room).T, np.array(surplus).T
    return [_zone(name, by_basket[b], gains[b]) for b, name in enumerate(names)]


def _zone(name: str, room: Floats, gains: Floats) -> Zone:
    n, open_, kept = gains.size, int(room.sum()), int((gains >= -EPS).sum())
    return Zone(name, n, open_ / n, wilson(open_, n), kept / n, wilson(kept, n), gains)
