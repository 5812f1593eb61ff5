"""Phase 7: the exchange of offers, basket by basket, and what the parties hear from one another."""

from __future__ import annotations

import math

from sim.compiled import EPS, rule
from sim.draws import uniform
from sim.engine.state import N, P, PB, S, State
from sim.engine.table import floor_of, lowest_of, utility_of
from sim.layout import (
    CLOCK,
    EXPONENTIAL,
    MIXED,
    PARTY,
    PI,
    READINESS,
    RECIPROCAL,
    Streams,
    Structure,
    Theta,
    W,
    Floats,
)
from sim.rules import aspiration, concession, distance, offer, salience, trust
from sim.rules.acceptance import accepts
from sim.rules.outcome import OPEN
from sim.rules.value import crosses_red_line, utility, weighted_mean


@rule
def on_table(st: State, b: int) -> bool:
    """Whether a basket is bargained over in this round."""
    return st.open[b] != 0 and st.agenda[b] == OPEN


@rule
def concede(x: Structure, th: Theta, st: State) -> None:
    """Every party's concession for this round, by its named rule, from what the last round left."""
    for p in range(x.parties):
        st.party[P.CONCESSION_BEFORE, p] = st.party[P.CONCESSION, p]
    for p in range(x.parties):
        st.party[P.CONCESSION, p] = conceded(x, th, st, p)


@rule
def conceded(x: Structure, th: Theta, st: State, p: int) -> float:
    """One party's concession by its rule."""
    kind = x.concession_rule[p]
    k0, beta = th.party[PARTY.K0, p], th.party[PARTY.BETA, p]
    time, deadline = st.s[S.TALK_TIME], th.party[PARTY.DEADLINE, p]
    last = max(st.party[P.CONCESSION_BEFORE, p], k0)
    if kind == CLOCK:
        return concession.clock(k0, beta, time, deadline)
    if kind == EXPONENTIAL:
        return concession.exponential(k0, beta, time, deadline)
    if kind == RECIPROCAL:
        return concession.reciprocal(last, th.party[PARTY.SHARE, p], st.party[P.RECEIVED, p])
    if kind == MIXED:
        by_clock = concession.clock(k0, beta, time, deadline)
        returned = concession.reciprocal(last, th.party[PARTY.SHARE, p], st.party[P.RECEIVED, p])
        return concession.mixed(by_clock, returned, th.party[PARTY.WEIGHT, p])
    if kind == READINESS:
        return concession.by_readiness(last, th.party[PARTY.RATE, p], st.party[P.READINESS, p])
    least = math.inf
    for q in range(x.parties):
        if q != p and x.seat[q] != 0:
            least = min(least, risk_of(st, q))
    return concession.zeuthen(last, th.party[PARTY.STEP, p], risk_of(st, p), least)


@rule
def risk_of(st: State, p: int) -> float:
    """Zeuthen's risk limit of a party after the last round."""
    return concession.risk_limit(st.party[P.OWN_VALUE, p], st.party[P.OFFERED_VALUE, p], st.party[P.FLOOR_VALUE, p])


@rule
def prepare(x: Structure, th: Theta, st: State, b: int) -> None:
    """Floors, aspirations, priorities and caps of every party with a stake in a basket."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    w = th.world
    for p in range(x.parties):
        if x.stake[p, b] == 0:
            continue
        d, r = th.party_issue[PI.DEMAND, p, lo:hi], st.reservation[p, lo:hi]
        own = th.party_issue[PI.SALIENCE, p, lo:hi]
        floor, lowest = floor_of(x, th, st, p, b), lowest_of(x, th, st, p, b)
        announced = aspiration.announced_concession(d, r, th.party_issue[PI.ANNOUNCED, p, lo:hi], own)
        audience = aspiration.audience_cost(
            w[W.AUDIENCE], st.s[S.PUBLICITY], st.party[P.CONCESSION, p], announced
        )
        st.party_basket[PB.FLOOR, p, b] = floor
        st.party_basket[PB.LOWEST, p, b] = lowest
        st.party_basket[PB.ASPIRATION, p, b] = aspiration.aspiration(
            floor, lowest, st.party[P.CONCESSION, p], st.party[P.HARDENING, p], audience, st.s[S.LEVERAGE]
        )
        salience.shares(own, st.a[lo:hi])
        salience.believed(th.party_issue[PI.SALIENCE, :, lo:hi], x.stake[:, b], p, st.s[S.INFORMATION], st.c[lo:hi])
        offer.priorities(st.a[lo:hi], st.c[lo:hi], w[W.LOGROLL], st.priority[p, lo:hi])
        offer.caps(
            d,
            r,
            th.party_issue[PI.DEMAND, :, lo:hi],
            x.stake[:, b],
            p,
            x.red[p, lo:hi],
            st.party[P.PAIN, p],
            st.cap[p, lo:hi],
        )
        st.party_basket[PB.CAP_MEAN, p, b] = weighted_mean(st.cap[p, lo:hi], own)


@rule
def put(x: Structure, th: Theta, st: State, p: int, b: int, level: float) -> None:
    """A party's offer on a basket at an aspiration level, written into its row of `offer`."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    offer.water_fill(
        1.0 - level, th.party_issue[PI.SALIENCE, p, lo:hi], st.priority[p, lo:hi], st.cap[p, lo:hi], st.c[lo:hi]
    )
    offer.offer_points(
        th.party_issue[PI.DEMAND, p, lo:hi], st.reservation[p, lo:hi], st.c[lo:hi], st.offer[p, lo:hi]
    )


@rule
def agrees(
    x: Structure, th: Theta, st: State, p: int, b: int, package: Floats, threshold: float, u: float
) -> bool:
    """Whether a party takes a package (of the basket's issues): its floor can be reached, no red line is crossed, it is worth enough."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    if st.party_basket[PB.FLOOR, p, b] > 1.0 + EPS:
        return False
    d, r = th.party_issue[PI.DEMAND, p, lo:hi], st.reservation[p, lo:hi]
    if crosses_red_line(package, d, r, x.red[p, lo:hi]):
        return False
    worth = utility(package, d, r, th.party_issue[PI.SALIENCE, p, lo:hi])
    return accepts(worth, threshold, th.world[W.WIDTH], u)


@rule
def next_own(x: Structure, st: State, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    level = aspiration.walked(
        st.party_basket[PB.LAST, p, b], st.party_basket[PB.ASPIRATION, p, b], turn + 1, x.exchanges
    )
    return aspiration.own_next(level, st.party_basket[PB.CAP_MEAN, p, b])


@rule
def exchange(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, b: int) -> bool:
    """Phase 7 on one basket: turns of offers and answers; true when all accept, the package then in `package`."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    prepare(x, th, st, b)
    members = 0
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            st.members[members] = p
            members += 1
    settled = False
    for turn in range(x.exchanges):
        first = st.n[N.HELD] + turn
        p = st.members[first % members]
        if st.party_basket[PB.FLOOR, p, b] > 1.0 + EPS:
            continue
        level = aspiration.walked(
            st.party_basket[PB.LAST, p, b], st.party_basket[PB.ASPIRATION, p, b], turn, x.exchanges
        )
        put(x, th, st, p, b, level)
        settled = True
        for k in range(1, members):
            q = st.members[(first + k) % members]
            u = uniform(keys.accept[q, b], fate, step, turn)
            if not agrees(x, th, st, q, b, st.offer[p, lo:hi], next_own(x, st, q, b, turn), u):
                settled = False
                break
        if settled:
            for i in range(lo, hi):
                st.package[i] = st.offer[p, i]
            break
    close_exchange(x, th, st, b, settled)
    return settled


@rule
def close_exchange(x: Structure, th: Theta, st: State, b: int, settled: bool) -> None:
    """The offers that stand when the exchange is over: the package, or every party's last word."""
    for p in range(x.parties):
        if x.stake[p, b] == 0:
            continue
        st.party_basket[PB.LAST, p, b] = st.party_basket[PB.ASPIRATION, p, b]
        if settled:
            for i in range(x.first_issue[b], x.first_issue[b + 1]):
                st.offer[p, i] = st.package[i]
        else:
            put(x, th, st, p, b, st.party_basket[PB.ASPIRATION, p, b])


@rule
def listen(x: Structure, th: Theta, st: State) -> None:
    """After the exchange: what each party received from each other, in its own utility, and Zeuthen's three utilities."""
    st.got[:] = 0.0
    for p in range(x.parties):
        for field in (P.RECEIVED, P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.WEIGHT):
            st.party[field, p] = 0.0
    for b in range(x.baskets):
        if on_table(st, b):
            for p in range(x.parties):
                if x.stake[p, b] != 0:
                    hear(x, th, st, p, b)
    for p in range(x.parties):
        weight = st.party[P.WEIGHT, p]
        for field in (P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.RECEIVED):
            st.party[field, p] = distance.ratio(st.party[field, p], weight)
        moved = st.party[P.CONCESSION, p] > st.party[P.CONCESSION_BEFORE, p] + EPS
        for q in range(x.parties):
            share = distance.ratio(st.got[p, q], weight)
            if moved and share > 0.0:
                st.trust[p, q] = trust.gained(st.trust[p, q], th.world[W.TRUST_RECIPROCITY], share)


@rule
def hear(x: Structure, th: Theta, st: State, p: int, b: int) -> None:
    """What one party makes of the others' last offers on one basket."""
    weight = salience.total(th.party_issue[PI.SALIENCE, p, x.first_issue[b] : x.first_issue[b + 1]])
    worst, total, others = math.inf, 0.0, 0
    for q in range(x.parties):
        if q != p and x.stake[q, b] != 0:
            worth = utility_of(x, th, st, p, b, st.offer[q])
            gain = 0.0 if math.isnan(st.heard[p, q, b]) else max(worth - st.heard[p, q, b], 0.0)
            st.heard[p, q, b] = worth
            st.got[p, q] += weight * gain
            worst = min(worst, worth)
            total += gain
            others += 1
    st.party[P.WEIGHT, p] += weight
    st.party[P.RECEIVED, p] += weight * distance.ratio(total, float(others))
    st.party[P.OWN_VALUE, p] += weight * utility_of(x, th, st, p, b, st.offer[p])
    st.party[P.OFFERED_VALUE, p] += weight * worst
    st.party[P.FLOOR_VALUE, p] += weight * st.party_basket[PB.FLOOR, p, b]


@rule
def position_gap(x: Structure, th: Theta, st: State) -> float:
    """Salience-weighted mean distance between latest offers on baskets to be settled, over all pairs of parties."""
    apart, weight = 0.0, 0.0
    for b in range(x.baskets):
        if st.open[b] == 0:
            continue
        lo, hi = x.first_issue[b], x.first_issue[b + 1]
        for p in range(x.parties):
            for q in range(p + 1, x.parties):
                if x.stake[p, b] != 0 and x.stake[q, b] != 0:
                    w, v = th.party_issue[PI.SALIENCE, p, lo:hi], th.party_issue[PI.SALIENCE, q, lo:hi]
                    apart += distance.pair_distance(st.offer[p, lo:hi], st.offer[q, lo:hi], w, v)
                    weight += distance.pair_weight(w, v)
    return distance.ratio(apart, weight)
