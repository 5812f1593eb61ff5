"""Bargaining problems: one basket, or all baskets at once, as a cooperative game of the parties with a say.

A game is the problem from which the talks start: demands, reservation values and saliences of an assumption index, and
the floors of the parties on the first day (trust, exposure and guarantees; no pain yet). Values are clipped at 1 but
not below, so that utilities are concave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import PI, Floats, Ints, Priors
from sim.rules.value import concave_utility
from sim.scenario.resolve import Problem

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel

MIDDLE = -1
"""Stands for an assumption index with every range at its mode (a uniform one at its middle)."""
WHOLE = "all baskets"
"""Name of the game of all baskets."""
_TOUCH = 1e-9
"""How far beyond a red line a package still counts as on it."""


@dataclass(frozen=True)
class Game:
    """A bargaining problem of P parties on n issues.

    Attributes
    ----------
    name : str
        Name of the basket, or `WHOLE`.
    parties, issues : tuple of str
        Names.
    demand, reservation : ndarray of float, shape (P, n)
        Points on the scales of the issues.
    salience : ndarray of float, shape (P, n)
        Weights; each row sums to 1, and an issue in which a party has no stake has 0.
    red : ndarray of int, shape (P, n)
        1 where the reservation value is a red line.
    floor : ndarray of float, shape (P,)
        Utilities without an agreement: the disagreement point.
    """

    name: str
    parties: tuple[str, ...]
    issues: tuple[str, ...]
    demand: Floats
    reservation: Floats
    salience: Floats
    red: Ints
    floor: Floats

    def utilities(self, package: Floats) -> Floats:
        """Compute the utilities (P,) of a package (n,)."""
        rows = zip(self.demand, self.reservation, self.salience, strict=True)
        return np.array([concave_utility(package, d, r, w) for d, r, w in rows])

    def admits(self, package: Floats, slack: float = 1e-9) -> bool:
        """Tell whether a package (n,) crosses no red line and leaves no party below its floor (to `slack`)."""
        values = (package - self.reservation) / (self.demand - self.reservation)
        return bool(np.all(values[self.red == 1] >= -slack) and np.all(self.utilities(package) >= self.floor - slack))


def start_talks(problem: Problem, assumption: int) -> NegotiationModel:
    """Create the talks on their first day.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    assumption : int
        Assumption index from 0, or `MIDDLE`.

    Returns
    -------
    NegotiationModel
        The reference engine before its first step.
    """
    from sim.agents.model import NegotiationModel  # Mesa takes half a second to load

    if assumption == MIDDLE:
        none, no = np.zeros(0), np.zeros(0, dtype=np.int64)
        middle = Priors(problem.priors.base, no, no, none, none, none, np.zeros(0, dtype=np.uint64))
        return NegotiationModel(Problem(problem.names, problem.structure, middle, problem.streams, problem.paths))
    return NegotiationModel(problem, assumption, 0)


def build_games(model: NegotiationModel, whole: bool = True) -> list[Game]:
    """Build the games of all baskets in which at least two parties have a say.

    Parameters
    ----------
    model : NegotiationModel
        Talks on their first day, as `start_talks` creates them.
    whole : bool
        Whether to append the game of all baskets, if there are several.

    Returns
    -------
    list of Game
        One game a basket.

    Raises
    ------
    ParleyError
        No basket has two parties.
    """
    result = [_basket_game(model, b) for b, basket in enumerate(model.baskets) if len(basket.members) > 1]
    if whole and len(result) > 1:
        result.append(_whole_game(model))
    if not result:
        raise ParleyError("no basket has two parties with a stake in it: there is nothing to bargain over")
    return result


def compute_utilities(game: Game, packages: Floats) -> Floats:
    """Compute the utilities (packages, P) of packages (packages, n); -inf where a package crosses a red line."""
    columns = []
    for i in range(game.floor.size):
        values = (packages - game.reservation[i]) / (game.demand[i] - game.reservation[i])
        utility = np.minimum(values, 1.0) @ game.salience[i]
        crossed = np.any((values < -_TOUCH) & (game.red[i] == 1), axis=1)
        columns.append(np.where(crossed, -np.inf, utility))
    return np.column_stack(columns)


def normalise(salience: Floats) -> Floats:
    """Scale the rows of saliences to a sum of 1."""
    total = salience.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, salience / np.where(total > 0.0, total, 1.0), 0.0)


def _basket_game(model: NegotiationModel, b: int) -> Game:
    """Game of one basket."""
    basket, own = model.baskets[b], model.theta.party_issue
    rows = [party.index for party in basket.members]
    return Game(
        basket.name,
        tuple(party.name for party in basket.members),
        model.names.issues[basket.slice],
        own[PI.DEMAND, rows, basket.slice],
        np.array([party.reservation[basket.slice] for party in basket.members]),
        normalise(own[PI.SALIENCE, rows, basket.slice]),
        model.structure.red[rows, basket.slice],
        np.array([party.floor_of(basket) for party in basket.members]),
    )


def _whole_game(model: NegotiationModel) -> Game:
    """Game of all baskets; a party's floor is the mean of its floors, weighted by its salience of each basket."""
    members = [party for party in model.parties if any(party in basket.members for basket in model.baskets)]
    rows = [party.index for party in members]
    salience = model.theta.party_issue[PI.SALIENCE, rows].copy()
    demand, reservation = model.theta.party_issue[PI.DEMAND, rows].copy(), np.array([p.reservation for p in members])
    for m, party in enumerate(members):
        for basket in model.baskets:
            if party not in basket.members:
                # Any line will do where the party has no stake: its weight is 0.
                salience[m, basket.slice], demand[m, basket.slice], reservation[m, basket.slice] = 0.0, 1.0, 0.0
    share = normalise(salience)
    floor = np.zeros(len(members))
    for m, party in enumerate(members):
        for basket in model.baskets:
            if party in basket.members:
                floor[m] += share[m, basket.slice].sum() * party.floor_of(basket)
    names = tuple(party.name for party in members)
    return Game(WHOLE, names, model.names.issues, demand, reservation, share, model.structure.red[rows], floor)
