"""What a party wants, feels, concedes, offers and accepts."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, P, S
from sim.core.draws import uniform
from sim.core.jit import EPS, inlined, rule
from sim.core.layout import DYAD, PARTY, PI, Floats, W
from sim.rules import aspiration, commitment, concession, offer, salience
from sim.rules.acceptance import accepts, certain
from sim.rules.value import acceptable_utility, utility, weighted_mean


@inlined
def utility_of(mem: Memory, p: int, b: int, package: Floats) -> float:
    """Utility to one party of a package of the basket's issues."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return utility(
        package,
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
    )


@inlined
def least_floor_of(mem: Memory, p: int, b: int) -> float:
    """`F_min` of a party on a basket."""
    party = view.party(mem)
    red_share = view.red_share(mem)
    return commitment.least_floor(party[P.PAIN, p], red_share[p, b])


@inlined
def floor_of(mem: Memory, p: int, b: int) -> float:
    """The floor of a party on a basket: the least chance of compliance among the others obligated by it counts."""
    x = sizes(mem)
    obligated = view.obligated(mem)
    trusts = view.trust(mem)
    dyad = view.th_dyad(mem)
    exposure = view.th_exposure(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    guarantee = s[S.GUARANTEE]
    chance = 1.0
    for q in range(x.parties):
        if q != p and obligated[b, q] != 0:
            chance = min(chance, commitment.compliance_chance(trusts[p, q], guarantee, dyad[DYAD.AUTHORITY, p, q]))
    return commitment.floor(chance, exposure[0, p, b], party[P.PAIN, p], least_floor_of(mem, p, b))


@rule
def least_readiness(mem: Memory) -> float:
    """The least readiness among the parties that must come."""
    x = sizes(mem)
    seat = view.seat(mem)
    party = view.party(mem)
    least = 1.0
    for p in range(x.parties):
        if seat[p] != 0:
            least = min(least, party[P.READINESS, p])
    return least


@rule
def concede(mem: Memory) -> None:
    """Every party's concession for this round, by its named rule, from what the last round left."""
    x = sizes(mem)
    party = view.party(mem)
    for p in range(x.parties):
        party[P.CONCESSION_BEFORE, p] = party[P.CONCESSION, p]
    for p in range(x.parties):
        party[P.CONCESSION, p] = concession_of(mem, p)


@inlined
def concession_of(mem: Memory, p: int) -> float:
    """Concession of one party for this round by its named rule."""
    x = sizes(mem)
    own = view.th_party(mem)
    party = view.party(mem)
    seat = view.seat(mem)
    least = math.inf
    for q in range(x.parties):
        if q != p and seat[q] != 0:
            least = min(least, risk_limit(mem, q))
    return concession.concede(
        view.concession_rule(mem)[p],
        own[PARTY.K0, p],
        own[PARTY.BETA, p],
        view.scalar(mem)[S.TALK_TIME],
        own[PARTY.DEADLINE, p],
        max(party[P.CONCESSION_BEFORE, p], own[PARTY.K0, p]),
        own[PARTY.SHARE, p],
        party[P.RECEIVED, p],
        own[PARTY.WEIGHT, p],
        own[PARTY.RATE, p],
        party[P.READINESS, p],
        own[PARTY.STEP, p],
        risk_limit(mem, p),
        least,
    )


@rule
def risk_limit(mem: Memory, p: int) -> float:
    """Zeuthen's risk limit of a party after the last round."""
    party = view.party(mem)
    return concession.risk_limit(party[P.OWN_VALUE, p], party[P.OFFERED_VALUE, p], party[P.FLOOR_VALUE, p])


@inlined
def prepare(mem: Memory, b: int) -> None:
    """Floors, aspirations, priorities and caps of every party with a stake in a basket."""
    x = sizes(mem)
    stake = view.stake(mem)
    for p in range(x.parties):
        if stake[p, b] != 0:
            aspire(mem, p, b)
            rank_issues(mem, p, b)


@inlined
def aspire(mem: Memory, p: int, b: int) -> None:
    """A party's floor and aspiration on a basket for this round."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    floor, lowest = floor_of(mem, p, b), least_floor_of(mem, p, b)
    announced = aspiration.announced_concession(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.ANNOUNCED, p), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
    )
    audience = aspiration.audience_cost(w[W.BARGAINING_AUDIENCE], s[S.PUBLICITY], party[P.CONCESSION, p], announced)
    pb[PB.FLOOR, p, b] = floor
    pb[PB.LOWEST, p, b] = lowest
    pb[PB.ASPIRATION, p, b] = aspiration.aspiration(
        floor, lowest, party[P.CONCESSION, p], party[P.HARDENING, p], audience, s[S.LEVERAGE]
    )


@inlined
def rank_issues(mem: Memory, p: int, b: int) -> None:
    """A party's priorities and caps for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    others, own_share = strip.believed(mem, (), lo, hi), strip.own_share(mem, (p,), lo, hi)
    salience.believed(strip.others_share(mem, (p,), lo, hi), s[S.INFORMATION], others)
    offer.priorities(own_share, others, w[W.BARGAINING_LOGROLL], strip.priority(mem, (p,), lo, hi))
    caps = strip.cap(mem, (p,), lo, hi)
    offer.caps(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.nearest(mem, (p,), lo, hi),
        strip.red(mem, (p,), lo, hi),
        party[P.PAIN, p],
        caps,
    )
    pb[PB.CAP_MEAN, p, b] = weighted_mean(caps, strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi))


@rule
def make_offer(mem: Memory, p: int, b: int, level: float) -> None:
    """A party's offer on a basket at an aspiration level, written into its row of `offer`."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    conceding = strip.conceded(mem, (), lo, hi)
    offer.water_fill(
        1.0 - level,
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.priority(mem, (p,), lo, hi),
        strip.cap(mem, (p,), lo, hi),
        conceding,
    )
    offer.offer_points(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        conceding,
        strip.offers(mem, (p,), lo, hi),
    )


@inlined
def acceptable_worth(mem: Memory, p: int, b: int, package: Floats) -> float:
    """What a package of the basket's issues is worth to a party that answers; -inf where it crosses a red line."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return acceptable_utility(
        package,
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.red(mem, (p,), lo, hi),
    )


@inlined
def accept(
    mem: Memory, p: int, b: int, package: Floats, threshold: float, key: np.uint64, fate: int, step: int, sub: int
) -> bool:
    """Whether a party takes a package (of the basket's issues): floor in reach, no red line crossed, worth enough.

    The noise is drawn, at its address, only where the answer hangs on it.
    """
    pb = view.party_basket(mem)
    w = view.th_world(mem)
    if pb[PB.FLOOR, p, b] > 1.0 + EPS:
        return False
    worth = acceptable_worth(mem, p, b, package)
    answer = certain(worth, threshold, w[W.BARGAINING_WIDTH])
    if answer != 0:
        return answer > 0
    return accepts(worth, threshold, w[W.BARGAINING_WIDTH], uniform(key, fate, step, sub))


@inlined
def next_utility(mem: Memory, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    last, target, floor = pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b]
    level = aspiration.aspiration_at(last, target, floor, turn + 1, x.exchanges)
    return aspiration.next_utility(level, pb[PB.CAP_MEAN, p, b])


@inlined
def level_at(mem: Memory, p: int, b: int, turn: int) -> float:
    """What a party holds out for in a turn."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    return aspiration.aspiration_at(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b], turn, x.exchanges)
