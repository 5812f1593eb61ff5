"""Phase 7: the exchange of offers, basket by basket, and what the parties hear from one another."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import EPS, melted, rule
from sim.draws import uniform
from sim.engine.fields import AT, PB, N, P, S
from sim.engine.memory import Memory, floats1, floats2, floats3, floats_strip, ints1, ints2, ints_strip, keys2, sizes
from sim.engine.solver import seat_members
from sim.engine.table import floor_of, lowest_of, utility_of
from sim.layout import CLOCK, EXPONENTIAL, MIXED, PARTY, PI, READINESS, RECIPROCAL, Floats, W
from sim.rules import aspiration, concession, distance, offer, salience, trust
from sim.rules.acceptance import accepts, certain
from sim.rules.outcome import OPEN
from sim.rules.value import acceptable_utility, weighted_mean


@melted
def on_table(mem: Memory, b: int) -> bool:
    """Whether a basket is bargained over in this round."""
    is_open = ints1(mem, AT.open)
    status = ints1(mem, AT.status)
    return is_open[b] != 0 and status[b] == OPEN


@rule
def concede(mem: Memory) -> None:
    """Every party's concession for this round, by its named rule, from what the last round left."""
    x = sizes(mem)
    party = floats2(mem, AT.party)
    for p in range(x.parties):
        party[P.CONCESSION_BEFORE, p] = party[P.CONCESSION, p]
    for p in range(x.parties):
        party[P.CONCESSION, p] = conceded(mem, p)


@rule
def conceded(mem: Memory, p: int) -> float:
    """One party's concession by its rule."""
    x = sizes(mem)
    concession_rule = ints1(mem, AT.concession_rule)
    given = floats2(mem, AT.th_party)
    s = floats1(mem, AT.scalar)
    party = floats2(mem, AT.party)
    seat = ints1(mem, AT.seat)
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
    party = floats2(mem, AT.party)
    return concession.risk_limit(party[P.OWN_VALUE, p], party[P.OFFERED_VALUE, p], party[P.FLOOR_VALUE, p])


@rule
def prepare(mem: Memory, b: int) -> None:
    """Floors, aspirations, priorities and caps of every party with a stake in a basket."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    for p in range(x.parties):
        if stake[p, b] != 0:
            hold_out(mem, p, b)
            weigh_issues(mem, p, b)


@melted
def hold_out(mem: Memory, p: int, b: int) -> None:
    """A party's floor and aspiration on a basket for this round."""
    first_issue = ints1(mem, AT.first_issue)
    w = floats1(mem, AT.th_world)
    s = floats1(mem, AT.scalar)
    party = floats2(mem, AT.party)
    pb = floats3(mem, AT.party_basket)
    lo, hi = first_issue[b], first_issue[b + 1]
    floor, lowest = floor_of(mem, p, b), lowest_of(mem, p, b)
    announced = aspiration.announced_concession(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.ANNOUNCED, p), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
    )
    audience = aspiration.audience_cost(w[W.AUDIENCE], s[S.PUBLICITY], party[P.CONCESSION, p], announced)
    pb[PB.FLOOR, p, b] = floor
    pb[PB.LOWEST, p, b] = lowest
    pb[PB.ASPIRATION, p, b] = aspiration.aspiration(
        floor, lowest, party[P.CONCESSION, p], party[P.HARDENING, p], audience, s[S.LEVERAGE]
    )


@melted
def weigh_issues(mem: Memory, p: int, b: int) -> None:
    """A party's priorities and caps for conceding on the issues of a basket."""
    first_issue = ints1(mem, AT.first_issue)
    w = floats1(mem, AT.th_world)
    s = floats1(mem, AT.scalar)
    party = floats2(mem, AT.party)
    pb = floats3(mem, AT.party_basket)
    lo, hi = first_issue[b], first_issue[b + 1]
    others, own_share = floats_strip(mem, AT.believed, (), lo, hi), floats_strip(mem, AT.own_share, (p,), lo, hi)
    salience.believed(floats_strip(mem, AT.others_share, (p,), lo, hi), s[S.INFORMATION], others)
    offer.priorities(own_share, others, w[W.LOGROLL], floats_strip(mem, AT.priority, (p,), lo, hi))
    caps = floats_strip(mem, AT.cap, (p,), lo, hi)
    offer.caps(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.nearest, (p,), lo, hi),
        ints_strip(mem, AT.red, (p,), lo, hi),
        party[P.PAIN, p],
        caps,
    )
    pb[PB.CAP_MEAN, p, b] = weighted_mean(caps, floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi))


@melted
def put(mem: Memory, p: int, b: int, level: float) -> None:
    """A party's offer on a basket at an aspiration level, written into its row of `offer`."""
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    conceding = floats_strip(mem, AT.conceded, (), lo, hi)
    offer.water_fill(
        1.0 - level,
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
        floats_strip(mem, AT.priority, (p,), lo, hi),
        floats_strip(mem, AT.cap, (p,), lo, hi),
        conceding,
    )
    offer.offer_points(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        conceding,
        floats_strip(mem, AT.offers, (p,), lo, hi),
    )


@melted
def agrees(
    mem: Memory, p: int, b: int, package: Floats, threshold: float, key: np.uint64, fate: int, step: int, sub: int
) -> bool:
    """Whether a party takes a package (of the basket's issues): floor in reach, no red line crossed, worth enough.

    The noise is drawn, at its address, only where the answer hangs on it.
    """
    first_issue = ints1(mem, AT.first_issue)
    pb = floats3(mem, AT.party_basket)
    w = floats1(mem, AT.th_world)
    lo, hi = first_issue[b], first_issue[b + 1]
    if pb[PB.FLOOR, p, b] > 1.0 + EPS:
        return False
    worth = acceptable_utility(
        package,
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
        ints_strip(mem, AT.red, (p,), lo, hi),
    )
    answer = certain(worth, threshold, w[W.WIDTH])
    if answer != 0:
        return answer > 0
    return accepts(worth, threshold, w[W.WIDTH], uniform(key, fate, step, sub))


@melted
def next_own(mem: Memory, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    x = sizes(mem)
    pb = floats3(mem, AT.party_basket)
    level = aspiration.walked(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], turn + 1, x.exchanges)
    return aspiration.own_next(level, pb[PB.CAP_MEAN, p, b])


@rule
def exchange(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Phase 7 on one basket: turns of offers and answers; true when all accept, the package then in `package`."""
    x = sizes(mem)
    first_issue = ints1(mem, AT.first_issue)
    members = ints1(mem, AT.members)
    n = ints1(mem, AT.count)
    pb = floats3(mem, AT.party_basket)
    key_accept = keys2(mem, AT.key_accept)
    lo, hi = first_issue[b], first_issue[b + 1]
    prepare(mem, b)
    size = seat_members(mem, b)
    settled = False
    for turn in range(x.exchanges):
        first = n[N.HELD] + turn
        p = members[first % size]
        if pb[PB.FLOOR, p, b] > 1.0 + EPS:
            continue
        level = aspiration.walked(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], turn, x.exchanges)
        put(mem, p, b, level)
        settled = True
        offered = floats_strip(mem, AT.offers, (p,), lo, hi)
        for k in range(1, size):
            q = members[(first + k) % size]
            if not agrees(mem, q, b, offered, next_own(mem, q, b, turn), key_accept[q, b], fate, step, turn):
                settled = False
                break
        if settled:
            package = floats_strip(mem, AT.package, (), lo, hi)
            for i in range(hi - lo):
                package[i] = offered[i]
            break
    close_exchange(mem, b, settled)
    return settled


@rule
def close_exchange(mem: Memory, b: int, settled: bool) -> None:
    """The offers that stand when the exchange is over: the package, or every party's last word."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    pb = floats3(mem, AT.party_basket)
    first_issue = ints1(mem, AT.first_issue)
    offers = floats2(mem, AT.offers)
    package = floats1(mem, AT.package)
    for p in range(x.parties):
        if stake[p, b] == 0:
            continue
        pb[PB.LAST, p, b] = pb[PB.ASPIRATION, p, b]
        if settled:
            for i in range(first_issue[b], first_issue[b + 1]):
                offers[p, i] = package[i]
        else:
            put(mem, p, b, pb[PB.ASPIRATION, p, b])


@rule
def listen(mem: Memory) -> None:
    """After the exchange: what each party received from each other in its own utility; Zeuthen's three utilities."""
    x = sizes(mem)
    got = floats2(mem, AT.got)
    party = floats2(mem, AT.party)
    stake = ints2(mem, AT.stake)
    trusts = floats2(mem, AT.trust)
    w = floats1(mem, AT.th_world)
    got[:] = 0.0
    for p in range(x.parties):
        for field in (P.RECEIVED, P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.WEIGHT):
            party[field, p] = 0.0
    for b in range(x.baskets):
        if on_table(mem, b):
            for p in range(x.parties):
                if stake[p, b] != 0:
                    hear(mem, p, b)
    for p in range(x.parties):
        weight = party[P.WEIGHT, p]
        for field in (P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.RECEIVED):
            party[field, p] = distance.ratio(party[field, p], weight)
        moved = party[P.CONCESSION, p] > party[P.CONCESSION_BEFORE, p] + EPS
        for q in range(x.parties):
            share = distance.ratio(got[p, q], weight)
            if moved and share > 0.0:
                trusts[p, q] = trust.gained(trusts[p, q], w[W.TRUST_RECIPROCITY], share)


@rule
def hear(mem: Memory, p: int, b: int) -> None:
    """What one party makes of the others' last offers on one basket."""
    x = sizes(mem)
    first_issue = ints1(mem, AT.first_issue)
    salience_total = floats2(mem, AT.salience_total)
    stake = ints2(mem, AT.stake)
    heard = floats3(mem, AT.heard)
    got = floats2(mem, AT.got)
    party = floats2(mem, AT.party)
    pb = floats3(mem, AT.party_basket)
    lo, hi = first_issue[b], first_issue[b + 1]
    weight = salience_total[p, b]
    worst, total, others = math.inf, 0.0, 0
    for q in range(x.parties):
        if q != p and stake[q, b] != 0:
            worth = utility_of(mem, p, b, floats_strip(mem, AT.offers, (q,), lo, hi))
            gain = 0.0 if math.isnan(heard[p, q, b]) else max(worth - heard[p, q, b], 0.0)
            heard[p, q, b] = worth
            got[p, q] += weight * gain
            worst = min(worst, worth)
            total += gain
            others += 1
    party[P.WEIGHT, p] += weight
    party[P.RECEIVED, p] += weight * distance.ratio(total, float(others))
    party[P.OWN_VALUE, p] += weight * utility_of(mem, p, b, floats_strip(mem, AT.offers, (p,), lo, hi))
    party[P.OFFERED_VALUE, p] += weight * worst
    party[P.FLOOR_VALUE, p] += weight * pb[PB.FLOOR, p, b]


@rule
def position_gap(mem: Memory) -> float:
    """Salience-weighted mean distance between latest offers on baskets to be settled, over all pairs of parties."""
    x = sizes(mem)
    is_open = ints1(mem, AT.open)
    first_issue = ints1(mem, AT.first_issue)
    stake = ints2(mem, AT.stake)
    salience_total = floats2(mem, AT.salience_total)
    apart, weight = 0.0, 0.0
    for b in range(x.baskets):
        if is_open[b] == 0:
            continue
        lo, hi = first_issue[b], first_issue[b + 1]
        for p in range(x.parties):
            for q in range(p + 1, x.parties):
                if stake[p, b] != 0 and stake[q, b] != 0:
                    apart += distance.pair_distance(
                        floats_strip(mem, AT.offers, (p,), lo, hi),
                        floats_strip(mem, AT.offers, (q,), lo, hi),
                        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
                        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, q), lo, hi),
                    )
                    weight += distance.pair_weight(salience_total[p, b], salience_total[q, b])
    return distance.ratio(apart, weight)
