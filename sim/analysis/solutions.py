"""Solutions of a game (Nash, Kalai-Smorodinsky, egalitarian, utilitarian) and its Pareto frontier.

All are efficient packages among those that cross no red line and leave every party at or above its floor, which is the
disagreement point. They are exact to about 1e-9: linear programmes; for Nash the walk along the frontier of two parties
(`sim.solvers.two_party`) and the concave ascent of several (`sim.solvers.multi_party`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.analysis.game import Game
from sim.analysis.linear import Programme, maximise_equal_gain, maximise_utility
from sim.core.layout import Floats
from sim.solvers.multi_party import coalition_work, nash_many
from sim.solvers.two_party import WORK_ROWS, max_min_two, nash_two

NASH, WEIGHTED, KALAI_SMORODINSKY = "Nash", "weighted Nash", "Kalai-Smorodinsky"
EGALITARIAN, UTILITARIAN = "egalitarian", "utilitarian"
_TINY = 1e-9


@dataclass(frozen=True)
class Point:
    """A solution point.

    Attributes
    ----------
    name : str
        Name of the solution.
    package : ndarray of float, shape (n,)
        Points on the scales of the issues.
    utility : ndarray of float, shape (P,)
        Utilities of the parties.
    """

    name: str
    package: Floats
    utility: Floats


def nash(game: Game, weights: Floats | None = None) -> Floats | None:
    """Compute the package with the greatest product of gains over the floors.

    Parameters
    ----------
    game : Game
        The game.
    weights : ndarray of float, shape (P,), optional
        Bargaining power above 0: the exponents of the gains.

    Returns
    -------
    ndarray of float, shape (n,), or None
        The package; None without a zone of agreement.

    References
    ----------
    Nash, J. F. (1950). The bargaining problem. Econometrica 18, 155-162.
    Harsanyi, J. C., & Selten, R. (1972). A generalized Nash solution for two-person bargaining games with incomplete
    information. Management Science 18, P80-P106.
    """
    power = np.ones(game.floor.size) if weights is None else weights
    d, r, w, red, floor = game.demand, game.reservation, game.salience, game.red, game.floor
    out = np.zeros(d.shape[1])
    if floor.size == 2:
        scratch = np.zeros((WORK_ROWS, d.shape[1])), np.zeros(d.shape[1], dtype=np.int64)
        first = (d[0], r[0], w[0], floor[0], red[0], power[0])
        exists = nash_two(*first, d[1], r[1], w[1], floor[1], red[1], power[1], *scratch, out)
    else:
        member = np.ones(floor.size, dtype=np.int64)
        exists = nash_many(d, r, w, floor, red, power, member, coalition_work(*d.shape), out)
    return out if exists else None


def egalitarian(game: Game) -> Floats | None:
    """Compute the package with the greatest least gain over the floors, made efficient; None without a zone.

    References
    ----------
    Kalai, E. (1977). Proportional solutions to bargaining situations. Econometrica 45, 1623-1630.
    """
    result = maximise_equal_gain(game, np.ones(game.floor.size))
    return None if result is None else result[1]


def kalai_smorodinsky(game: Game) -> Floats | None:
    """Compute the package at which all parties gain the same share of the most they could; None without a zone.

    The most is taken among the packages that leave every party at or above its floor, as in the original definition.

    References
    ----------
    Kalai, E., & Smorodinsky, M. (1975). Other solutions to Nash's bargaining problem. Econometrica 43, 513-518.
    """
    ideal = [maximise_utility(game, i) for i in range(game.floor.size)]
    if any(best is None for best in ideal):
        return None
    gain = np.array(ideal, dtype=np.float64) - game.floor
    result = maximise_equal_gain(game, np.maximum(gain, _TINY))
    return None if result is None else result[1]


def utilitarian(game: Game) -> Floats | None:
    """Compute the package with the greatest sum of utilities and, among several, the greatest least gain."""
    programme = Programme(game)
    best = programme.maximise(programme.utility.sum(axis=0))
    if best is None:
        return None
    programme.add_constraint(-programme.utility.sum(axis=0), -best[0] + _TINY)
    goal = np.zeros(programme.utility.shape[1])
    goal[-1] = 1.0
    for i in range(game.floor.size):
        line = -programme.utility[i].copy()
        line[-1] = 1.0
        programme.add_constraint(line, -game.floor[i])
    fair = programme.maximise(goal)
    return best[1] if fair is None else fair[1]


def solve_all(game: Game, weights: Mapping[str, float] | None = None) -> list[Point]:
    """Compute all solutions of a game.

    Parameters
    ----------
    game : Game
        The game.
    weights : mapping of str to float, optional
        Bargaining power by party (1 by default), for a weighted Nash solution beside the others.

    Returns
    -------
    list of Point
        The solution points; none without a zone of agreement.
    """
    packages = {NASH: nash(game)}
    if weights:
        packages[WEIGHTED] = nash(game, np.array([weights.get(party, 1.0) for party in game.parties]))
    packages[KALAI_SMORODINSKY] = kalai_smorodinsky(game)
    packages[EGALITARIAN] = egalitarian(game)
    packages[UTILITARIAN] = utilitarian(game)
    balanced = {name: balance_package(game, package) for name, package in packages.items() if package is not None}
    return [Point(name, package, game.utilities(package)) for name, package in balanced.items()]


def balance_package(game: Game, package: Floats) -> Floats:
    """Replace a package of two parties by the one of equal utilities in which issues at equal rates move together.

    A linear programme returns an end of the set of such packages, and with it a winner on each issue that nothing in
    the numbers justifies. With more parties the package stays as it is.
    """
    if game.floor.size != 2:
        return package
    utility, out = game.utilities(package), np.zeros(package.size)
    d, r, w, red = game.demand, game.reservation, game.salience, game.red
    scratch = np.zeros((WORK_ROWS, package.size)), np.zeros(package.size, dtype=np.int64)
    max_min_two(d[0], r[0], w[0], utility[0], red[0], d[1], r[1], w[1], utility[1], red[1], *scratch, out)
    return out if np.all(game.utilities(out) >= utility - _TINY) else package


def find_frontier(game: Game, rational: bool = False) -> list[Floats]:
    """Find the corners of the Pareto frontier of two parties; between them it is straight.

    The method looks for a corner beyond every straight line between two corners that are known.

    Parameters
    ----------
    game : Game
        A game of two parties.
    rational : bool
        Whether to admit only packages at or above the floors.

    Returns
    -------
    list of ndarray
        Packages (n,) from the first party's best to the second's; none where red lines clash.

    References
    ----------
    Aneja, Y. P., & Nair, K. P. K. (1979). Bicriteria transportation problem. Management Science 25, 73-78.
    """
    programme = Programme(game, rational)
    ends = [_find_end(programme, i) for i in (0, 1)]
    if ends[0] is None or ends[1] is None:
        return []
    return [ends[0], *_find_corners(programme, ends[0], ends[1]), ends[1]]


def _find_end(programme: Programme, party: int) -> Floats | None:
    """Find the package best for one party and, among several, best for the other."""
    best = programme.maximise(programme.utility[party])
    if best is None:
        return None
    last = programme.copy()
    last.add_constraint(-programme.utility[party], -best[0] + 1e-12)
    second = last.maximise(programme.utility[1 - party])
    return best[1] if second is None else second[1]


def _find_corners(programme: Programme, a: Floats, b: Floats) -> list[Floats]:
    """Find the corners strictly between the packages `a` and `b`."""
    corners: list[Floats] = []
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
                corners.append(right)
            continue
        stack += [(best[1], right), (left, best[1])]
    return corners
