"""Phases 5 and 6: whether the round is held, where and at which level, and what may be opened."""

from __future__ import annotations

from sim.compiled import rule
from sim.draws import uniform
from sim.engine.apart import apart
from sim.engine.delivery import delivered
from sim.engine.fields import N, P, S
from sim.engine.memory import Memory, sizes, view
from sim.engine.table import attending_strength
from sim.layout import (
    DELIVERED,
    DOCUMENT,
    FIXED,
    LEVER_ON,
    LEVER_PARTY,
    MEDIATOR,
    PI,
    ROTATING,
    SETTLED,
    VENUE,
    W,
)
from sim.rules import agenda, convening, mediation
from sim.rules.outcome import NO_MANDATE, OPEN, PRECONDITION
from sim.rules.value import value


@rule
def venue_of(mem: Memory) -> int:
    """The venue of the planned round: fixed, in turn, or the one with the highest least acceptability."""
    x = sizes(mem)
    venue_order = view.venue_order(mem)
    n = view.count(mem)
    seat = view.seat(mem)
    if x.venue_rule == FIXED:
        return venue_order[0]
    if x.venue_rule == ROTATING:
        return venue_order[(n[N.HELD] + n[N.POSTPONED]) % venue_order.size]
    best, most = venue_order[0], -1e9
    for j in range(venue_order.size):
        v = venue_order[j]
        least = 1e9
        for p in range(x.parties):
            if seat[p] != 0:
                least = min(least, acceptability_of(mem, v, p))
        if least > most:
            best, most = v, least
    return best


@rule
def acceptability_of(mem: Memory, v: int, p: int) -> float:
    """Acceptability of a venue to a party, its host's leaning counted."""
    venue_host = view.venue_host(mem)
    present = view.present(mem)
    leanings = view.th_leaning(mem)
    acceptable = view.th_acceptability(mem)
    w = view.th_world(mem)
    host = venue_host[v]
    leaning = 0.0
    if host >= 0 and present[host] != 0:
        leaning = leanings[0, host, p]
    return mediation.acceptability(acceptable[0, v, p], leaning, w[W.LEANING_ACCEPTABILITY])


@rule
def holds(mem: Memory, kind: int, target: int) -> bool:
    """Whether a condition holds: basket settled or delivered, document received, lever on or off."""
    settled = view.settled(mem)
    lever = view.lever(mem)
    if kind == SETTLED:
        return settled[target] != 0
    if kind == DELIVERED:
        return settled[target] != 0 and delivered(mem, target)
    if kind == DOCUMENT:
        return received(mem, target)
    return (lever[target] != 0) == (kind == LEVER_ON)


@rule
def received(mem: Memory, document: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held."""
    document_round = view.document_round(mem)
    document_day = view.document_day(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    at_round = document_round[document]
    return document_day[document] <= s[S.DAY] or (at_round > 0 and n[N.HELD] >= at_round)


@rule
def meeting_chance(mem: Memory, p: int, v: int) -> float:
    """Chance that a party comes to the planned round at venue `v`."""
    x = sizes(mem)
    w = view.th_world(mem)
    lever = view.lever(mem)
    lever_party = view.th_lever_party(mem)
    condition = view.condition(mem)
    party = view.party(mem)
    venue = view.th_venue(mem)
    s = view.scalar(mem)
    pressure = 0.0
    for k in range(x.levers):
        if lever[k] != 0:
            pressure += lever_party[LEVER_PARTY.PRESSURE, k, p]
    unmet = 0
    for n in range(condition.shape[0]):
        if condition[n, 0] == p and not holds(mem, condition[n, 1], condition[n, 2]):
            unmet += 1
    odds = convening.meeting_odds(
        w[W.CONVENE_BASE],
        w[W.CONVENE_READINESS],
        party[P.READINESS, p],
        w[W.CONVENE_ACCEPTABILITY],
        acceptability_of(mem, v, p),
        w[W.CONVENE_FACILITATION],
        s[S.FACILITATION],
        w[W.CONVENE_PRESSURE],
        pressure,
        w[W.CONVENE_INCIDENTS],
        party[P.BLAME, p],
        venue[VENUE.INSULATION, v],
        w[W.CONVENE_CONDITIONS],
        unmet,
    )
    return convening.chance(odds)


@apart
def convene(mem: Memory, fate: int, step: int) -> bool:
    """Phase 5: the round is held if every party with a seat comes; else it is postponed, in the end into abeyance."""
    x = sizes(mem)
    n = view.count(mem)
    seat = view.seat(mem)
    party = view.party(mem)
    key_convene = view.key_convene(mem)
    s = view.scalar(mem)
    venue = view.th_venue(mem)
    v = venue_of(mem)
    n[N.VENUE] = v
    s[S.FACILITATION] = attending_strength(mem, MEDIATOR.FACILITATION, v)
    held = True
    for p in range(x.parties):
        if seat[p] != 0:
            party[P.MEET, p] = meeting_chance(mem, p, v)
            if uniform(key_convene[p], fate, step, 0) >= party[P.MEET, p]:
                held = False
    if not held:
        n[N.POSTPONED] += 1
        n[N.STREAK] += 1
        n[N.LEVEL] = x.start_level
        if n[N.STREAK] >= x.postponement_limit:
            n[N.ABEYANCE] = 1
        return False
    n[N.STREAK] = 0
    s[S.PUBLICITY] = venue[VENUE.PUBLICITY, v]
    s[S.LEVERAGE] = attending_strength(mem, MEDIATOR.LEVERAGE, v)
    rise(mem, fate, step)
    return True


@rule
def rise(mem: Memory, fate: int, step: int) -> None:
    """Whether the parties agree to meet at a higher level."""
    x = sizes(mem)
    n = view.count(mem)
    is_open = view.open(mem)
    w = view.th_world(mem)
    key_level = view.key_level(mem)
    seat = view.seat(mem)
    key_rise = view.key_rise(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    if n[N.LEVEL] + 1 >= x.levels:
        return
    blocked, to_settle = 0, 0
    for b in range(x.baskets):
        if is_open[b] != 0:
            to_settle += 1
            if not mandated(mem, b):
                blocked += 1
    share = blocked / to_settle if to_settle > 0 else 0.0
    push = w[W.LEVEL_PUSH]
    odds = convening.higher_level_odds(w[W.LEVEL_BASE], w[W.LEVEL_BLOCKED], share, push, s[S.FACILITATION])
    if uniform(key_level[0], fate, step, 0) >= convening.chance(odds):
        return
    for p in range(x.parties):
        if seat[p] != 0 and uniform(key_rise[p], fate, step, 0) >= party[P.MEET, p]:
            return
    n[N.LEVEL] += 1


@rule
def instruct(mem: Memory) -> None:
    """Mandates in force on the present day: the latest dated entry of each party and basket counts."""
    mandate = view.mandate(mem)
    mandate_day = view.mandate_day(mem)
    s = view.scalar(mem)
    mandated_level = view.mandated_level(mem)
    for n in range(mandate.shape[0]):
        if mandate_day[n] <= s[S.DAY]:
            mandated_level[mandate[n, 0], mandate[n, 1]] = mandate[n, 2]


@rule
def mandated(mem: Memory, b: int) -> bool:
    """Whether the level of the talks suffices for a basket and for every party's mandate on it."""
    x = sizes(mem)
    n = view.count(mem)
    basket_level = view.basket_level(mem)
    stake = view.stake(mem)
    mandated_level = view.mandated_level(mem)
    level = n[N.LEVEL]
    if level < basket_level[b]:
        return False
    for p in range(x.parties):
        if stake[p, b] != 0 and level < mandated_level[p, b]:
            return False
    return True


@rule
def binding(mem: Memory, n: int) -> bool:
    """Whether precondition `n` stands in the way now."""
    precondition = view.precondition(mem)
    first_issue = view.first_issue(mem)
    package = view.package(mem)
    stakes = view.th_party_issue(mem)
    reservation = view.reservation(mem)
    settled = view.settled(mem)
    p, issue = precondition[n, 0], precondition[n, 4]
    if holds(mem, precondition[n, 2], precondition[n, 3]):
        return False
    if issue < 0:
        return True
    b = 0
    while first_issue[b + 1] <= issue:
        b += 1
    v = value(package[issue], stakes[PI.DEMAND, p, issue], reservation[p, issue])
    return agenda.precondition_binds(settled[b] != 0, v)


@rule
def set_agenda(mem: Memory) -> None:
    """Phase 6: for every basket whether it may be opened in this round, and if not, why."""
    x = sizes(mem)
    status = view.status(mem)
    precondition = view.precondition(mem)
    for b in range(x.baskets):
        status[b] = OPEN if mandated(mem, b) else NO_MANDATE
    for n in range(precondition.shape[0]):
        b = precondition[n, 1]
        if status[b] == OPEN and binding(mem, n):
            status[b] = PRECONDITION
