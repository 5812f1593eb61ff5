"""Phases 5 and 6: whether the round is held, where and at which level, and what may be opened."""

from __future__ import annotations

from sim.compiled import rule
from sim.draws import uniform
from sim.engine.between import delivered
from sim.engine.state import N, P, S, State
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
    Streams,
    Structure,
    Theta,
    W,
)
from sim.rules import agenda, convening, mediation
from sim.rules.outcome import NO_MANDATE, OPEN, PRECONDITION
from sim.rules.value import value


@rule
def venue_of(x: Structure, th: Theta, st: State) -> int:
    """The venue of the planned round: fixed, in turn, or the one with the highest least acceptability."""
    if x.venue_rule == FIXED:
        return x.venue_order[0]
    if x.venue_rule == ROTATING:
        return x.venue_order[(st.n[N.HELD] + st.n[N.POSTPONED]) % x.venue_order.size]
    best, most = x.venue_order[0], -1e9
    for n in range(x.venue_order.size):
        v = x.venue_order[n]
        least = 1e9
        for p in range(x.parties):
            if x.seat[p] != 0:
                least = min(least, acceptability_of(x, th, st, v, p))
        if least > most:
            best, most = v, least
    return best


@rule
def acceptability_of(x: Structure, th: Theta, st: State, v: int, p: int) -> float:
    """Acceptability of a venue to a party, its host's leaning counted."""
    host = x.venue_host[v]
    leaning = 0.0
    if host >= 0 and st.present[host] != 0:
        leaning = th.leaning[0, host, p]
    return mediation.acceptability(th.acceptability[0, v, p], leaning, th.world[W.LEANING_ACCEPTABILITY])


@rule
def holds(x: Structure, th: Theta, st: State, kind: int, target: int) -> bool:
    """Whether a condition holds: basket settled or delivered, document received, lever on or off."""
    if kind == SETTLED:
        return st.settled[target] != 0
    if kind == DELIVERED:
        return st.settled[target] != 0 and delivered(x, th, st, target)
    if kind == DOCUMENT:
        return received(x, st, target)
    return (st.lever[target] != 0) == (kind == LEVER_ON)


@rule
def received(x: Structure, st: State, document: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held."""
    at_round = x.document_round[document]
    return x.document_day[document] <= st.s[S.DAY] or (at_round > 0 and st.n[N.HELD] >= at_round)


@rule
def meeting_chance(x: Structure, th: Theta, st: State, p: int, v: int) -> float:
    """Chance that a party comes to the planned round at venue `v`."""
    w = th.world
    pressure = 0.0
    for k in range(x.levers):
        if st.lever[k] != 0:
            pressure += th.lever_party[LEVER_PARTY.PRESSURE, k, p]
    unmet = 0
    for n in range(x.condition.shape[0]):
        if x.condition[n, 0] == p and not holds(x, th, st, x.condition[n, 1], x.condition[n, 2]):
            unmet += 1
    odds = convening.meeting_odds(
        w[W.CONVENE_BASE],
        w[W.CONVENE_READINESS],
        st.party[P.READINESS, p],
        w[W.CONVENE_ACCEPTABILITY],
        acceptability_of(x, th, st, v, p),
        w[W.CONVENE_FACILITATION],
        attending_strength(x, th, st, MEDIATOR.FACILITATION, v),
        w[W.CONVENE_PRESSURE],
        pressure,
        w[W.CONVENE_INCIDENTS],
        st.party[P.BLAME, p],
        th.venue[VENUE.INSULATION, v],
        w[W.CONVENE_CONDITIONS],
        unmet,
    )
    return convening.chance(odds)


@rule
def convene(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int) -> bool:
    """Phase 5: the round is held if every party with a seat comes; else it is postponed, in the end into abeyance."""
    v = venue_of(x, th, st)
    st.n[N.VENUE] = v
    held = True
    for p in range(x.parties):
        if x.seat[p] != 0:
            st.party[P.MEET, p] = meeting_chance(x, th, st, p, v)
            if uniform(keys.convene[p], fate, step, 0) >= st.party[P.MEET, p]:
                held = False
    if not held:
        st.n[N.POSTPONED] += 1
        st.n[N.STREAK] += 1
        st.n[N.LEVEL] = x.start_level
        if st.n[N.STREAK] >= x.postponement_limit:
            st.n[N.ABEYANCE] = 1
        return False
    st.n[N.STREAK] = 0
    st.s[S.PUBLICITY] = th.venue[VENUE.PUBLICITY, v]
    st.s[S.LEVERAGE] = attending_strength(x, th, st, MEDIATOR.LEVERAGE, v)
    rise(x, th, st, keys, fate, step, v)
    return True


@rule
def rise(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, v: int) -> None:
    """Whether the parties agree to meet at a higher level."""
    if st.n[N.LEVEL] + 1 >= x.levels:
        return
    blocked, to_settle = 0, 0
    for b in range(x.baskets):
        if st.open[b] != 0:
            to_settle += 1
            if not mandated(x, st, b):
                blocked += 1
    share = blocked / to_settle if to_settle > 0 else 0.0
    push = attending_strength(x, th, st, MEDIATOR.FACILITATION, v)
    odds = convening.higher_level_odds(
        th.world[W.LEVEL_BASE], th.world[W.LEVEL_BLOCKED], share, th.world[W.LEVEL_PUSH], push
    )
    if uniform(keys.level[0], fate, step, 0) >= convening.chance(odds):
        return
    for p in range(x.parties):
        if x.seat[p] != 0 and uniform(keys.rise[p], fate, step, 0) >= st.party[P.MEET, p]:
            return
    st.n[N.LEVEL] += 1


@rule
def instruct(x: Structure, st: State) -> None:
    """Mandates in force on the present day: the latest dated entry of each party and basket counts."""
    for n in range(x.mandate.shape[0]):
        if x.mandate_day[n] <= st.s[S.DAY]:
            st.mandate[x.mandate[n, 0], x.mandate[n, 1]] = x.mandate[n, 2]


@rule
def mandated(x: Structure, st: State, b: int) -> bool:
    """Whether the level of the talks suffices for a basket and for every party's mandate on it."""
    level = st.n[N.LEVEL]
    if level < x.basket_level[b]:
        return False
    for p in range(x.parties):
        if x.stake[p, b] != 0 and level < st.mandate[p, b]:
            return False
    return True


@rule
def binding(x: Structure, th: Theta, st: State, n: int) -> bool:
    """Whether precondition `n` stands in the way now."""
    p, issue = x.precondition[n, 0], x.precondition[n, 4]
    if holds(x, th, st, x.precondition[n, 2], x.precondition[n, 3]):
        return False
    if issue < 0:
        return True
    b = 0
    while x.first_issue[b + 1] <= issue:
        b += 1
    v = value(st.package[issue], th.party_issue[PI.DEMAND, p, issue], st.reservation[p, issue])
    return agenda.precondition_binds(st.settled[b] != 0, v)


@rule
def set_agenda(x: Structure, th: Theta, st: State) -> None:
    """Phase 6: for every basket whether it may be opened in this round, and if not, why."""
    for b in range(x.baskets):
        st.agenda[b] = OPEN if mandated(x, st, b) else NO_MANDATE
    for n in range(x.precondition.shape[0]):
        b = x.precondition[n, 1]
        if st.agenda[b] == OPEN and binding(x, th, st, n):
            st.agenda[b] = PRECONDITION
