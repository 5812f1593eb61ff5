"""Phase 7: the exchange of offers, basket by basket, and what the parties hear from one another."""

from __future__ import annotations

import math

from sim.compiled import EPS, inlined, rule
from sim.engine.apart import apart
from sim.engine.fields import PB, N, P
from sim.engine.memory import Memory, sizes, strip, view
from sim.engine.party import agrees, next_own, prepare, put, worth_of
from sim.engine.solver import seat_members
from sim.engine.table import utility_of
from sim.layout import PI, W
from sim.rules import aspiration, distance, trust
from sim.rules.acceptance import certain
from sim.rules.outcome import OPEN

ROUNDING = 1e-9
"""More than what rounding can do to utilities along the turns of a round."""


@inlined
def on_table(mem: Memory, b: int) -> bool:
    """Whether a basket is bargained over in this round."""
    is_open = view.open(mem)
    status = view.status(mem)
    return is_open[b] != 0 and status[b] == OPEN


@apart
def exchange(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Phase 7 on one basket: turns of offers and answers; true when all accept, the package then in `package`."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    members = view.members(mem)
    n = view.count(mem)
    pb = view.party_basket(mem)
    key_accept = view.key_accept(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    prepare(mem, b)
    size = seat_members(mem, b)
    settled, turns, last_words = False, 0, False
    if size == 2:
        turns, last_words = first_hope(mem, b)
    for turn in range(turns, x.exchanges):
        first = n[N.HELD] + turn
        p = members[first % size]
        if pb[PB.FLOOR, p, b] > 1.0 + EPS:
            continue
        put(mem, p, b, level_at(mem, p, b, turn))
        settled = True
        offered = strip.offers(mem, (p,), lo, hi)
        for k in range(1, size):
            q = members[(first + k) % size]
            if not agrees(mem, q, b, offered, next_own(mem, q, b, turn), key_accept[q, b], fate, step, turn):
                settled = False
                break
        if settled:
            package = strip.package(mem, (), lo, hi)
            for i in range(hi - lo):
                package[i] = offered[i]
            break
    close_exchange(mem, b, settled, last_words)
    return settled


@inlined
def first_hope(mem: Memory, b: int) -> tuple[int, bool]:
    """A turn of two parties before which no offer can be accepted, whatever is drawn; the number of turns if none can.

    Beside it, whether both have found out by putting their last word, which then stands in `offers`.

    A party walks straight from its last aspiration to this round's, its floor kept, and what it concedes grows on every
    issue as its aspiration falls, towards the other's demand and never past it. So where both come down, no offer is
    worse for who answers than the one before, and halving comes near the first that is not refused for certain. With a
    third party at the table an offer may lead away from someone's demand, and the turns are gone through.
    """
    x = sizes(mem)
    members = view.members(mem)
    n = view.count(mem)
    pb = view.party_basket(mem)
    hope, last_words = x.exchanges, 0
    for k in range(2):
        p, q = members[k], members[1 - k]
        first = (k + n[N.HELD]) % 2
        own = (hope - first + 1) // 2  # its turns before the other's hope: first, first + 2, … end
        end = first + 2 * (own - 1)
        if own < 1 or pb[PB.FLOOR, p, b] > 1.0 + EPS or pb[PB.FLOOR, q, b] > 1.0 + EPS:
            continue
        if pb[PB.ASPIRATION, p, b] > pb[PB.LAST, p, b] or pb[PB.ASPIRATION, q, b] > pb[PB.LAST, q, b]:
            if not in_vain(mem, p, q, b, min(level_at(mem, p, b, first), level_at(mem, p, b, x.exchanges)), first, end):
                hope = first
        elif in_vain(mem, p, q, b, pb[PB.ASPIRATION, p, b], end, end):
            last_words += 1
        else:
            low, high = 0, own - 1
            while low < high:
                middle = (low + high) // 2
                turn = first + 2 * middle
                if in_vain(mem, p, q, b, level_at(mem, p, b, turn), turn, turn):
                    low = middle + 1
                else:
                    high = middle
            hope = first + 2 * low
    return hope, last_words == 2


@inlined
def level_at(mem: Memory, p: int, b: int, turn: int) -> float:
    """What a party holds out for in a turn."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    return aspiration.walked(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b], turn, x.exchanges)


@rule
def in_vain(mem: Memory, p: int, q: int, b: int, level: float, first: int, last: int) -> bool:
    """Whether no noise lets `q` take what `p` offers at that level, by the lesser of what `q` asks in two turns."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    put(mem, p, b, level)
    worth = worth_of(mem, q, b, strip.offers(mem, (p,), first_issue[b], first_issue[b + 1]))
    asked = min(next_own(mem, q, b, first), next_own(mem, q, b, last))
    return certain(worth + 2.0 * ROUNDING, asked, w[W.WIDTH]) < 0


@inlined
def close_exchange(mem: Memory, b: int, settled: bool, last_words: bool) -> None:
    """The offers that stand when the exchange is over: the package, or every party's last word if not there already."""
    x = sizes(mem)
    stake = view.stake(mem)
    pb = view.party_basket(mem)
    first_issue = view.first_issue(mem)
    offers = view.offers(mem)
    package = view.package(mem)
    for p in range(x.parties):
        if stake[p, b] == 0:
            continue
        pb[PB.LAST, p, b] = pb[PB.ASPIRATION, p, b]
        if settled:
            for i in range(first_issue[b], first_issue[b + 1]):
                offers[p, i] = package[i]
        elif not last_words:
            put(mem, p, b, pb[PB.ASPIRATION, p, b])


@apart
def listen(mem: Memory) -> None:
    """After the exchange: what each party received from each other in its own utility; Zeuthen's three utilities."""
    x = sizes(mem)
    got = view.got(mem)
    party = view.party(mem)
    stake = view.stake(mem)
    trusts = view.trust(mem)
    w = view.th_world(mem)
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


@inlined
def hear(mem: Memory, p: int, b: int) -> None:
    """What one party makes of the others' last offers on one basket."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    salience_total = view.salience_total(mem)
    stake = view.stake(mem)
    heard = view.heard(mem)
    got = view.got(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    weight = salience_total[p, b]
    worst, total, others = math.inf, 0.0, 0
    for q in range(x.parties):
        if q != p and stake[q, b] != 0:
            worth = utility_of(mem, p, b, strip.offers(mem, (q,), lo, hi))
            gain = 0.0 if math.isnan(heard[p, q, b]) else max(worth - heard[p, q, b], 0.0)
            heard[p, q, b] = worth
            got[p, q] += weight * gain
            worst = min(worst, worth)
            total += gain
            others += 1
    party[P.WEIGHT, p] += weight
    party[P.RECEIVED, p] += weight * distance.ratio(total, float(others))
    party[P.OWN_VALUE, p] += weight * utility_of(mem, p, b, strip.offers(mem, (p,), lo, hi))
    party[P.OFFERED_VALUE, p] += weight * worst
    party[P.FLOOR_VALUE, p] += weight * pb[PB.FLOOR, p, b]


@rule
def position_gap(mem: Memory) -> float:
    """Salience-weighted mean distance between latest offers on baskets to be settled, over all pairs of parties."""
    x = sizes(mem)
    is_open = view.open(mem)
    first_issue = view.first_issue(mem)
    stake = view.stake(mem)
    salience_total = view.salience_total(mem)
    apart, weight = 0.0, 0.0
    for b in range(x.baskets):
        if is_open[b] == 0:
            continue
        lo, hi = first_issue[b], first_issue[b + 1]
        for p in range(x.parties):
            for q in range(p + 1, x.parties):
                if stake[p, b] != 0 and stake[q, b] != 0:
                    apart += distance.pair_distance(
                        strip.offers(mem, (p,), lo, hi),
                        strip.offers(mem, (q,), lo, hi),
                        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
                        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
                    )
                    weight += distance.pair_weight(salience_total[p, b], salience_total[q, b])
    return distance.ratio(apart, weight)
