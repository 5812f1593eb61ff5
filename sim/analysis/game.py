"""A basket, or all baskets at once, as a bargaining problem: who has a say, what each wants, what each holds out for.

The problem is the one that the talks start from: demands, reservation points and saliences of an assumption index,
floors as the parties set them on the first day (trust, exposure, guarantees; no pain yet). Values are clipped at 1 but
not below, so that utilities are concave (specification, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.agents.model import NegotiationModel
from sim.core.errors import ParleyError
from sim.core.layout import PI, Floats, Ints, Priors
from sim.rules.value import concave_utility
from sim.scenario.resolve import Problem

MIDDLE = -1
"""In place of an assumption index: every range at its mode, the middle of a uniform one."""
WHOLE = "all baskets"


@dataclass(frozen=True)
class Game:
    """P parties with a say on n issues; `demand`, `reservation`, `salience` and `red` are (P, n), `floor` is (P,).

    Saliences are shares: each row sums to 1. An issue in which a party has no stake has salience 0 for it.
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
        """Utilities (P,) of a package (n,)."""
        rows = zip(self.demand, self.reservation, self.salience, strict=True)
        return np.array([concave_utility(package, d, r, w) for d, r, w in rows])

    def admits(self, package: Floats, slack: float = 1e-9) -> bool:
        """Whether a package crosses no red line and leaves everyone at or above the floor, to `slack`."""
        values = (package - self.reservation) / (self.demand - self.reservation)
        return bool(np.all(values[self.red == 1] >= -slack) and np.all(self.utilities(package) >= self.floor - slack))


def at(problem: Problem, assumption: int) -> NegotiationModel:
    """The talks on their first day under an assumption index, or in the `MIDDLE` of all ranges."""
    if assumption == MIDDLE:
        none, no = np.zeros(0), np.zeros(0, dtype=np.int64)
        middle = Priors(problem.priors.base, no, no, none, none, none, np.zeros(0, dtype=np.uint64))
        return NegotiationModel(Problem(problem.names, problem.structure, middle, problem.streams, problem.paths))
    return NegotiationModel(problem, assumption, 0)


def games(model: NegotiationModel, whole: bool = True) -> list[Game]:
    """One game a basket in which at least two parties have a say, then, if there are several, all of them at once."""
    found = [_basket(model, b) for b, basket in enumerate(model.baskets) if len(basket.members) > 1]
    if whole and len(found) > 1:
        found.append(_whole(model))
    if not found:
        raise ParleyError("no basket has two parties with a stake in it: there is nothing to bargain over")
    return found


def _shares(salience: Floats) -> Floats:
    total = salience.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, salience / np.where(total > 0.0, total, 1.0), 0.0)


def _basket(model: NegotiationModel, b: int) -> Game:
    basket, own = model.baskets[b], model.theta.party_issue
    rows = [party.index for party in basket.members]
    return Game(
        basket.name,
        tuple(party.name for party in basket.members),
        model.names.issues[basket.slice],
        own[PI.DEMAND, rows, basket.slice],
        np.array([party.reservation[basket.slice] for party in basket.members]),
        _shares(own[PI.SALIENCE, rows, basket.slice]),
        model.structure.red[rows, basket.slice],
        np.array([party.floor_of(basket) for party in basket.members]),
    )


def _whole(model: NegotiationModel) -> Game:
    """All baskets as one package: a party's floor is the mean of its floors, weighted by what lies in each basket."""
    members = [party for party in model.parties if any(party in basket.members for basket in model.baskets)]
    rows = [party.index for party in members]
    salience = model.theta.party_issue[PI.SALIENCE, rows].copy()
    demand, reservation = model.theta.party_issue[PI.DEMAND, rows].copy(), np.array([p.reservation for p in members])
    for m, party in enumerate(members):
        for basket in model.baskets:
            if party not in basket.members:
                # Any line will do where the party has no stake: its weight is 0.
                salience[m, basket.slice], demand[m, basket.slice], reservation[m, basket.slice] = 0.0, 1.0, 0.0
    share = _shares(salience)
    floor = np.zeros(len(members))
    for m, party in enumerate(members):
        for basket in model.baskets:
            if party in basket.members:
                floor[m] += share[m, basket.slice].sum() * party.floor_of(basket)
    names = tuple(party.name for party in members)
    return Game(WHOLE, names, model.names.issues, demand, reservation, share, model.structure.red[rows], floor)
