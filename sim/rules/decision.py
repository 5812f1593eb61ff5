"""Who has to consent: unanimity, sufficient consensus, named vetoes; and the coalition that suffices."""

from __future__ import annotations

import math

from sim.core.choices import Choice, dispatches
from sim.core.jit import EPS, rule
from sim.core.layout import Floats, Ints


class DecisionRule(Choice):
    """Whose consent settles a basket."""

    UNANIMITY = 0
    SUFFICIENT_CONSENSUS = 1
    NAMED_VETOES = 2


@dispatches(DecisionRule)
@rule
def is_decided(
    kind: int, consents: Ints, members: Ints, vetoes: Ints, sides: Ints, weights: Floats, share: float
) -> bool:
    """Whether the consents given settle a basket.

    Unanimity asks for every member. Named vetoes ask for every veto holder among the members. Sufficient consensus asks
    for these, and on every side for members of at least a share of the weight of that side.

    Parameters
    ----------
    kind : int
        A member of `DecisionRule`.
    consents, members, vetoes : (P,) int
        1 for the parties that consent, that are members of the basket, and that hold a veto.
    sides : (P,) int
        The side each party votes on; -1 for none.
    weights : (P,) float
        Weight of each vote, at least 0.
    share : float
        Share of the weight of a side that has to consent, in [0, 1].

    References
    ----------
    Northern Ireland Office (1996), rules of procedure of the multi-party negotiations, "sufficient consensus".
    """
    if kind == DecisionRule.UNANIMITY:
        for p in range(members.size):
            if members[p] != 0 and consents[p] == 0:
                return False
        return True
    for p in range(members.size):
        if members[p] != 0 and vetoes[p] != 0 and consents[p] == 0:
            return False
    if kind == DecisionRule.NAMED_VETOES:
        return True
    if kind == DecisionRule.SUFFICIENT_CONSENSUS:
        for p in range(members.size):
            if sides[p] >= 0 and not _has_share(sides[p], consents, members, sides, weights, share):
                return False
        return True
    return False  # never reached: `check_dispatchers` refuses a member without a branch


@rule
def _has_share(side: int, consents: Ints, members: Ints, sides: Ints, weights: Floats, share: float) -> bool:
    """Whether enough of a side consents; a side without members asks for nothing."""
    total, consenting = 0.0, 0.0
    for p in range(members.size):
        if members[p] != 0 and sides[p] == side:
            total += weights[p]
            if consents[p] != 0:
                consenting += weights[p]
    return consenting >= share * total - EPS


@rule
def choose_coalition(
    kind: int,
    members: Ints,
    vetoes: Ints,
    sides: Ints,
    weights: Floats,
    share: float,
    distances: Floats,
    coalition: Ints,
) -> None:
    """Choose the coalition that texts and measures look for: one that suffices, of the parties nearest to one another.

    Under unanimity all members. Otherwise the veto holders and, on each side that is short of its share, the nearest
    members until it has it; never fewer than two.

    Parameters
    ----------
    kind, members, vetoes, sides, weights, share
        As for `is_decided`.
    distances : (P,) float
        Distance of each party's demands from those of the veto holders (of all others where there are none).
    coalition : (P,) int
        Written: 1 for the parties of the coalition.
    """
    size = 0
    for p in range(members.size):
        belongs = members[p] != 0 and (kind == DecisionRule.UNANIMITY or vetoes[p] != 0)
        coalition[p] = 1 if belongs else 0
        size += coalition[p]
    while True:
        complete = is_decided(kind, coalition, members, vetoes, sides, weights, share)
        if complete and size >= 2:
            return
        nearest, least = -1, math.inf
        for p in range(members.size):
            if members[p] == 0 or coalition[p] != 0:
                continue
            helps = complete or (sides[p] >= 0 and not _has_share(sides[p], coalition, members, sides, weights, share))
            if helps and distances[p] < least:
                nearest, least = p, distances[p]
        if nearest < 0:
            return
        coalition[nearest] = 1
        size += 1
