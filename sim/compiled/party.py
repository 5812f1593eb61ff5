"""What a party wants, feels, concedes, offers and accepts."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.core.draws import uniform
from sim.core.jit import EPS, inline_part, rule
from sim.core.layout import DYAD, LEVER_PARTY, PARTY, PI, Floats, W
from sim.rules import aspiration, commitment, concession, mediation, offer, salience, urgency
from sim.rules.acceptance import answer_without_noise, is_acceptable
from sim.rules.value import acceptable_utility, utility, weighted_mean


@inline_part
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


@inline_part
def pull_of(mem: Memory, p: int, leverage: float) -> float:
    """Pull of a party toward a settlement: pain, and leverage where it works on the floor."""
    x = sizes(mem)
    party = view.party(mem)
    return party[P.PAIN, p] + mediation.leverage_on_floor(x.leverage, leverage)


@inline_part
def least_floor_of(mem: Memory, p: int, b: int, pull: float) -> float:
    """`F_min` of a party on a basket under a pull."""
    red_share = view.red_share(mem)
    return commitment.least_floor(pull, red_share[p, b])


@inline_part
def floor_under(mem: Memory, p: int, b: int, leverage: float) -> float:
    """Floor of a party on a basket under a leverage: the least chance of compliance among the others counts."""
    x = sizes(mem)
    obligated = view.obligated(mem)
    trusts = view.trust(mem)
    dyad = view.th_dyad(mem)
    exposure = view.th_exposure(mem)
    s = view.scalar(mem)
    guarantee = s[S.GUARANTEE]
    chance = 1.0
    for q in range(x.parties):
        if q != p and obligated[b, q] != 0:
            chance = min(chance, commitment.compliance_chance(trusts[p, q], guarantee, dyad[DYAD.AUTHORITY, p, q]))
    pull = pull_of(mem, p, leverage)
    lowest = least_floor_of(mem, p, b, pull)
    return commitment.floor(x.relief, x.certain_loss, chance, exposure[0, p, b], pull, lowest)


@inline_part
def floor_of(mem: Memory, p: int, b: int) -> float:
    """Floor of a party on a basket under the leverage of the last round held."""
    s = view.scalar(mem)
    return floor_under(mem, p, b, s[S.LEVERAGE])


@inline_part
def concession_on(mem: Memory, p: int, b: int) -> float:
    """Concession of a party on a basket, the urgency of the basket counted; in abeyance it starts from `k0`."""
    own = view.th_party(mem)
    party = view.party(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    days = view.th_urgency(mem)
    k0 = own[PARTY.K0, p]
    conceded = k0 if n[N.ABEYANCE] != 0 else party[P.CONCESSION, p]
    return urgency.urgent_concession(conceded, k0, own[PARTY.BETA, p], s[S.DAY], basket[B.SINCE, b], days[0, b])


@inline_part
def pressure_on(mem: Memory, p: int) -> float:
    """Pressure of sponsors on a party to talk."""
    x = sizes(mem)
    lever = view.lever(mem)
    lever_party = view.th_lever_party(mem)
    total = 0.0
    for k in range(x.levers):
        if lever[k] != 0:
            total += lever_party[LEVER_PARTY.PRESSURE, k, p]
    return total


@rule
def least_readiness(mem: Memory) -> float:
    """The least readiness among the parties that must come."""
    x = sizes(mem)
    seat = view.seated(mem)
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
        if view.entered(mem)[p] != 0:
            party[P.CONCESSION, p] = concession_of(mem, p)


@inline_part
def concession_of(mem: Memory, p: int) -> float:
    """Concession of one party for this round by its named rule."""
    x = sizes(mem)
    own = view.th_party(mem)
    party = view.party(mem)
    seat = view.seated(mem)
    least = math.inf
    for q in range(x.parties):
        if q != p and seat[q] != 0:
            least = min(least, risk_limit(mem, q))
    return concession.concede(
        view.concession_rule(mem)[p],
        own[PARTY.K0, p],
        own[PARTY.BETA, p],
        view.scalar(mem)[S.TALK_TIME] - party[P.ENTRY_TIME, p],
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
    return concession.risk_limit(
        sizes(mem).risk_limit, party[P.OWN_VALUE, p], party[P.OFFERED_VALUE, p], party[P.FLOOR_VALUE, p]
    )


@inline_part
def prepare(mem: Memory, b: int) -> None:
    """Floors, aspirations, priorities and caps of every party with a stake in a basket."""
    x = sizes(mem)
    stake = view.member(mem)
    for p in range(x.parties):
        if stake[p, b] != 0:
            aspire(mem, p, b)
            rank_issues(mem, p, b)


@inline_part
def aspire(mem: Memory, p: int, b: int) -> None:
    """Set floor, `F_min` and aspiration of a party on a basket for this round."""
    s = view.scalar(mem)
    pb = view.party_basket(mem)
    floor = floor_of(mem, p, b)
    lowest = least_floor_of(mem, p, b, pull_of(mem, p, s[S.LEVERAGE]))
    pb[PB.FLOOR, p, b] = floor
    pb[PB.LOWEST, p, b] = lowest
    pb[PB.ASPIRATION, p, b] = aspiration_above(mem, p, b, floor, lowest)


@rule
def present_aspiration(mem: Memory, p: int, b: int, floor: float) -> float:
    """Aspiration a party would hold out for now above its present floor; nothing of it is kept."""
    s = view.scalar(mem)
    return aspiration_above(mem, p, b, floor, least_floor_of(mem, p, b, pull_of(mem, p, s[S.LEVERAGE])))


@rule
def aspiration_above(mem: Memory, p: int, b: int, floor: float, lowest: float) -> float:
    """Aspiration of a party on a basket above a floor and `F_min`."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    conceded = concession_on(mem, p, b)
    announced = aspiration.announced_concession(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.ANNOUNCED, p), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
    )
    audience = aspiration.audience_cost(w[W.BARGAINING_AUDIENCE], s[S.PUBLICITY], conceded, announced)
    leverage = mediation.leverage_on_aspiration(x.leverage, s[S.LEVERAGE])
    return aspiration.aspiration(floor, lowest, conceded, party[P.HARDENING, p], audience, leverage)


@inline_part
def rank_issues(mem: Memory, p: int, b: int) -> None:
    """Set priorities and caps of a party for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    caps = strip.cap(mem, (p,), lo, hi)
    rank_into(mem, p, b, strip.priority(mem, (p,), lo, hi), caps)
    pb[PB.CAP_MEAN, p, b] = weighted_mean(caps, strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi))


@inline_part
def rank_into(mem: Memory, p: int, b: int, priority: Floats, caps: Floats) -> None:
    """Write priorities and caps of a party for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    others, own_share = strip.believed(mem, (), lo, hi), strip.own_share(mem, (p,), lo, hi)
    salience.estimate_shares(strip.others_share(mem, (p,), lo, hi), s[S.INFORMATION], others)
    offer.compute_priorities(own_share, others, w[W.BARGAINING_LOGROLL], priority)
    offer.compute_caps(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.nearest(mem, (p,), lo, hi),
        strip.red(mem, (p,), lo, hi),
        party[P.PAIN, p],
        caps,
    )


@rule
def offer_now(mem: Memory, p: int, b: int) -> None:
    """Write the offer a party would make now on a basket into `offers_now`; nothing else of it is kept."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    priority, caps = strip.priority_now(mem, (), lo, hi), strip.cap_now(mem, (), lo, hi)
    rank_into(mem, p, b, priority, caps)
    conceding = strip.conceded(mem, (), lo, hi)
    offer.water_fill(
        1.0 - present_aspiration(mem, p, b, floor_of(mem, p, b)),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        priority,
        caps,
        conceding,
    )
    offer.compute_points(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        conceding,
        strip.offers_now(mem, (p,), lo, hi),
    )


@inline_part
def would_accept(mem: Memory, p: int, b: int, package: Floats) -> bool:
    """Whether a party would take a package of the basket at this round's aspiration, answering sharply."""
    pb = view.party_basket(mem)
    if pb[PB.FLOOR, p, b] > 1.0 + EPS:
        return False
    threshold = aspiration.next_utility(pb[PB.ASPIRATION, p, b], pb[PB.CAP_MEAN, p, b])
    return is_acceptable(acceptable_worth(mem, p, b, package), threshold, 0.0, 0.5)


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
    offer.compute_points(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        conceding,
        strip.offers(mem, (p,), lo, hi),
    )


@inline_part
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


@inline_part
def accept(
    mem: Memory, p: int, b: int, package: Floats, threshold: float, key: np.uint64, fate: int, step: int, sub: int
) -> bool:
    """Whether a party takes a package (of the basket's issues): floor in reach, no red line crossed, worth enough.

    The noise is drawn, at its address, only where the answer hangs on it.
    """
    pb = view.party_basket(mem)
    w = view.th_world(mem)
    if not commitment.is_reachable(pb[PB.FLOOR, p, b]):
        return False
    worth = acceptable_worth(mem, p, b, package)
    answer = answer_without_noise(worth, threshold, w[W.BARGAINING_WIDTH])
    if answer != 0:
        return answer > 0
    return is_acceptable(worth, threshold, w[W.BARGAINING_WIDTH], uniform(key, fate, step, sub))


@inline_part
def next_utility(mem: Memory, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    last, target, floor = pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b]
    level = aspiration.aspiration_at(last, target, floor, turn + 1, x.exchanges)
    return aspiration.next_utility(level, pb[PB.CAP_MEAN, p, b])


@inline_part
def level_at(mem: Memory, p: int, b: int, turn: int) -> float:
    """What a party holds out for in a turn."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    return aspiration.aspiration_at(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b], turn, x.exchanges)
