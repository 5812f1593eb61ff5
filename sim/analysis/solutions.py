"""The named solutions of a game: Nash, Kalai-Smorodinsky, egalitarian, utilitarian; and its Pareto frontier.

All are taken among the packages that cross no red line and leave every party at or above its floor (its disagreement
point), and are efficient. Exact to about 1e-9: linear programmes; for Nash the walk along the frontier of two parties
(`sim.solvers.two_party`) and the concave ascent of several (`sim.solvers.multi_party`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.analysis.game import Game
from sim.analysis.linear import Programme, best_for, raise_together
from sim.core.layout import Floats
from sim.solvers.multi_party import coalition_work, nash_many
from sim.solvers.two_party import WORK_ROWS, max_min_two, nash_two

NASH, WEIGHTED, KALAI_SMORODINSKY = "Nash", "weighted Nash", "Kalai-Smorodinsky"
EGALITARIAN, UTILITARIAN = "egalitarian", "utilitarian"
_TINY = 1e-9


@dataclass(frozen=True)
class Point:
    """A solution: its name, the package (n,) on the scales, the parties' utilities (P,)."""

    name: str
    package: Floats
    utility: Floats


def nash(game: Game, weights: Floats | None = None) -> Floats | None:
    """The package with the greatest product of gains over the floors, each to the power of its weight (P,) > 0.

    Nash (1950); weighted: Harsanyi & Selten (1972), Kalai (1977). None without a zone of agreement.
    """
    power = np.ones(game.floor.size) if weights is None else weights
    d, r, w, red, floor = game.demand, game.reservation, game.salience, game.red, game.floor
    out = np.zeros(d.shape[1])
    if floor.size == 2:
        scratch = np.zeros((WORK_ROWS, d.shape[1])), np.zeros(d.shape[1], dtype=np.int64)
        first = (d[0], r[0], w[0], floor[0], red[0], power[0])
        found = nash_two(*first, d[1], r[1], w[1], floor[1], red[1], power[1], *scratch, out)
    else:
        member = np.ones(floor.size, dtype=np.int64)
        found = nash_many(d, r, w, floor, red, power, member, coalition_work(*d.shape), out)
    return out if found else None


def egalitarian(game: Game) -> Floats | None:
    """The package with the greatest least gain over the floors (Kalai 1977), made efficient; None without a zone."""
    found = raise_together(game, np.ones(game.floor.size))
    return None if found is None else found[1]


def kalai_smorodinsky(game: Game) -> Floats | None:
    """The package at which all gain the same share of the most they could (Kalai & Smorodinsky 1975).

    The most is taken among packages that leave everyone at or above the floor, as they define it. None without a zone.
    """
    ideal = [best_for(game, i) for i in range(game.floor.size)]
    if any(best is None for best in ideal):
        return None
    gain = np.array(ideal, dtype=np.float64) - game.floor
    found = raise_together(game, np.maximum(gain, _TINY))
    return None if found is None else found[1]


def utilitarian(game: Game) -> Floats | None:
    """The package with the greatest sum of utilities; among several the one with the greatest least gain."""
    programme = Programme(game)
    found = programme.maximise(programme.utility.sum(axis=0))
    if found is None:
        return None
    programme.require(-programme.utility.sum(axis=0), -found[0] + _TINY)
    goal = np.zeros(programme.utility.shape[1])
    goal[-1] = 1.0
    for i in range(game.floor.size):
        line = -programme.utility[i].copy()
        line[-1] = 1.0
        programme.require(line, -game.floor[i])
    fair = programme.maximise(goal)
    return found[1] if fair is None else fair[1]


def surplus(game: Game) -> float:
    """The greatest least gain over the floors: at or above 0 there is a zone. -inf where red lines clash."""
    found = raise_together(game, np.ones(game.floor.size), rational=False)
    return -np.inf if found is None else found[0]


def solutions(game: Game, weights: Mapping[str, float] | None = None) -> list[Point]:
    """All named solutions of a game; empty without a zone of agreement."""
    ways = {NASH: nash(game)}
    if weights:
        ways[WEIGHTED] = nash(game, np.array([weights.get(party, 1.0) for party in game.parties]))
    ways[KALAI_SMORODINSKY] = kalai_smorodinsky(game)
    ways[EGALITARIAN] = egalitarian(game)
    ways[UTILITARIAN] = utilitarian(game)
    found = [(name, even(game, package)) for name, package in ways.items() if package is not None]
    return [Point(name, package, game.utilities(package)) for name, package in found]


def even(game: Game, package: Floats) -> Floats:
    """Of all packages worth as much to each of two parties, the one in which issues at equal rates move together.

    A linear programme picks an end of them, and with it a winner on each issue that nothing in the numbers names. With
    more parties the package stays as it is: one of those worth as much.
    """
    if game.floor.size != 2:
        return package
    worth, out = game.utilities(package), np.zeros(package.size)
    d, r, w, red = game.demand, game.reservation, game.salience, game.red
    scratch = np.zeros((WORK_ROWS, package.size)), np.zeros(package.size, dtype=np.int64)
    max_min_two(d[0], r[0], w[0], worth[0], red[0], d[1], r[1], w[1], worth[1], red[1], *scratch, out)
    return out if np.all(game.utilities(out) >= worth - _TINY) else package


def frontier(game: Game, rational: bool = False) -> list[Floats]:
    """Packages at the corners of the Pareto frontier of a game of two, from the first party's best to the second's.

    Between corners the frontier is straight. Found by looking for a corner beyond every straight line between two that
    are known (Aneja & Nair 1979). Empty where red lines clash.
    """
    programme = Programme(game, rational)
    ends = [_end(programme, i) for i in (0, 1)]
    if ends[0] is None or ends[1] is None:
        return []
    return [*_between(programme, ends[0], ends[1], [ends[0]]), ends[1]]


def _end(programme: Programme, party: int) -> Floats | None:
    """The package best for one party and, among those, best for the other."""
    best = programme.maximise(programme.utility[party])
    if best is None:
        return None
    last = programme.copy()
    last.require(-programme.utility[party], -best[0] + 1e-12)
    second = last.maximise(programme.utility[1 - party])
    return best[1] if second is None else second[1]


def _between(programme: Programme, a: Floats, b: Floats, found: list[Floats]) -> list[Floats]:
    """Corners found so far up to `a`, then those strictly between `a` and `b`."""
    stack = [(a, b)]
    while stack:
        left, right = stack.pop()
        u, v = programme.game.utilities(left), programme.game.utilities(right)
        normal = np.array([v[1] - u[1], u[0] - v[0]])
        if np.all(normal <= _TINY):
            continue
        best = programme.maximise(normal @ programme.utility)
        if best is None or best[0] <= normal @ u + _TINY * float(np.abs(normal).sum()):
            if right is not b:
                found.append(right)
            continue
        stack += [(best[1], right), (left, best[1])]
    return found
