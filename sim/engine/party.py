"""A party in phase 7: how far it concedes, what it holds out for, what it puts on the table and what it takes."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import EPS, inlined, rule
from sim.draws import uniform
from sim.engine.fields import PB, P, S
from sim.engine.memory import Memory, sizes, strip, view
from sim.engine.table import floor_of, lowest_of
from sim.layout import CLOCK, EXPONENTIAL, MIXED, PARTY, PI, READINESS, RECIPROCAL, Floats, W
from sim.rules import aspiration, concession, offer, salience
from sim.rules.acceptance import accepts, certain
from sim.rules.value import acceptable_utility, weighted_mean


@rule
def concede(mem: Memory) -> None:
    """Every party's concession for this round, by its named rule, from what the last round left."""
    x = sizes(mem)
    party = view.party(mem)
    for p in range(x.parties):
        party[P.CONCESSION_BEFORE, p] = party[P.CONCESSION, p]
    for p in range(x.parties):
        party[P.CONCESSION, p] = conceded(mem, p)


@inlined
def conceded(mem: Memory, p: int) -> float:
    """One party's concession by its rule."""
    x = sizes(mem)
    concession_rule = view.concession_rule(mem)
    given = view.th_party(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    seat = view.seat(mem)
    kind = concession_rule[p]
    k0, beta = given[PARTY.K0, p], given[PARTY.BETA, p]
    time, deadline = s[S.TALK_TIME], given[PARTY.DEADLINE, p]
    last = max(party[P.CONCESSION_BEFORE, p], k0)
    if kind == CLOCK:
        return concession.clock(k0, beta, time, deadline)
    if kind == EXPONENTIAL:
        return concession.exponential(k0, beta, time, deadline)
    if kind == RECIPROCAL:
        return concession.reciprocal(last, given[PARTY.SHARE, p], party[P.RECEIVED, p])
    if kind == MIXED:
        by_clock = concession.clock(k0, beta, time, deadline)
        returned = concession.reciprocal(last, given[PARTY.SHARE, p], party[P.RECEIVED, p])
        return concession.mixed(by_clock, returned, given[PARTY.WEIGHT, p])
    if kind == READINESS:
        return concession.by_readiness(last, given[PARTY.RATE, p], party[P.READINESS, p])
    least = math.inf
    for q in range(x.parties):
        if q != p and seat[q] != 0:
            least = min(least, risk_of(mem, q))
    return concession.zeuthen(last, given[PARTY.STEP, p], risk_of(mem, p), least)


@rule
def risk_of(mem: Memory, p: int) -> float:
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
            hold_out(mem, p, b)
            weigh_issues(mem, p, b)


@inlined
def hold_out(mem: Memory, p: int, b: int) -> None:
    """A party's floor and aspiration on a basket for this round."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    floor, lowest = floor_of(mem, p, b), lowest_of(mem, p, b)
    announced = aspiration.announced_concession(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.ANNOUNCED, p), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
    )
    audience = aspiration.audience_cost(w[W.AUDIENCE], s[S.PUBLICITY], party[P.CONCESSION, p], announced)
    pb[PB.FLOOR, p, b] = floor
    pb[PB.LOWEST, p, b] = lowest
    pb[PB.ASPIRATION, p, b] = aspiration.aspiration(
        floor, lowest, party[P.CONCESSION, p], party[P.HARDENING, p], audience, s[S.LEVERAGE]
    )


@inlined
def weigh_issues(mem: Memory, p: int, b: int) -> None:
    """A party's priorities and caps for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    others, own_share = strip.believed(mem, (), lo, hi), strip.own_share(mem, (p,), lo, hi)
    salience.believed(strip.others_share(mem, (p,), lo, hi), s[S.INFORMATION], others)
    offer.priorities(own_share, others, w[W.LOGROLL], strip.priority(mem, (p,), lo, hi))
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
def put(mem: Memory, p: int, b: int, level: float) -> None:
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
def worth_of(mem: Memory, p: int, b: int, package: Floats) -> float:
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
def agrees(
    mem: Memory, p: int, b: int, package: Floats, threshold: float, key: np.uint64, fate: int, step: int, sub: int
) -> bool:
    """Whether a party takes a package (of the basket's issues): floor in reach, no red line crossed, worth enough.

    The noise is drawn, at its address, only where the answer hangs on it.
    """
    pb = view.party_basket(mem)
    w = view.th_world(mem)
    if pb[PB.FLOOR, p, b] > 1.0 + EPS:
        return False
    worth = worth_of(mem, p, b, package)
    answer = certain(worth, threshold, w[W.WIDTH])
    if answer != 0:
        return answer > 0
    return accepts(worth, threshold, w[W.WIDTH], uniform(key, fate, step, sub))


@inlined
def next_own(mem: Memory, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    last, target, floor = pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b]
    level = aspiration.walked(last, target, floor, turn + 1, x.exchanges)
    return aspiration.own_next(level, pb[PB.CAP_MEAN, p, b])
