"""Utility, floor, concession and aspiration of a party."""

from __future__ import annotations

import math

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.core.jit import inline_part, rule
from sim.core.layout import DYAD, LEVER_PARTY, PARTY, PI, Floats, W
from sim.rules import aspiration, commitment, concession, mediation, urgency
from sim.rules.value import utility


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
    kind = view.concession_rule(mem)[p]
    risk, least = 0.0, math.inf
    if concession.compares_risk(kind):
        risk = risk_limit(mem, p)
        for q in range(x.parties):
            if q != p and seat[q] != 0:
                least = min(least, risk_limit(mem, q))
    return concession.concede(
        kind,
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
        risk,
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
def aspire(mem: Memory, p: int, b: int) -> None:
    """Set floor, `F_min` and aspiration of a party on a basket for this round."""
    s = view.scalar(mem)
    pb = view.party_basket(mem)
    floor = floor_of(mem, p, b)
    lowest = least_floor_of(mem, p, b, pull_of(mem, p, s[S.LEVERAGE]))
    pb[PB.FLOOR, p, b] = floor
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
    announced = 0.0
    if view.announces(mem)[p, b] != 0:
        announced = aspiration.announced_concession(
            strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
            strip.reservation(mem, (p,), lo, hi),
            strip.th_party_issue(mem, (PI.ANNOUNCED, p), lo, hi),
            strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        )
    audience = aspiration.audience_cost(w[W.BARGAINING_AUDIENCE], s[S.PUBLICITY], conceded, announced)
    leverage = mediation.leverage_on_aspiration(x.leverage, s[S.LEVERAGE])
    return aspiration.aspiration(floor, lowest, conceded, party[P.HARDENING, p], audience, leverage)
