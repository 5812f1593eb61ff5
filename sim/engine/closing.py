"""Phase 9: what a round concludes, and how a run is reported."""

from __future__ import annotations

from sim.compiled import EPS, rule
from sim.draws import uniform
from sim.engine.apart import apart
from sim.engine.bargaining import position_gap
from sim.engine.fields import AT, B, N, P, S
from sim.engine.meeting import binding, received
from sim.engine.memory import Memory, floats1, floats2, floats_strip, ints1, ints2, keys1, keys2, sizes
from sim.engine.solver import greatest_surplus, nash_package
from sim.engine.state import copy
from sim.engine.table import floor_of, utility_of
from sim.layout import PI, RATIFIER, W
from sim.rules import agenda, convening, outcome, ratification, readiness


@apart
def conclude(mem: Memory, fate: int, step: int, b: int) -> None:
    """A tentative settlement of one basket: approved at home and standing, or back on the table."""
    x = sizes(mem)
    s = floats1(mem, AT.scalar)
    basket = floats2(mem, AT.basket)
    ratified = ints1(mem, AT.ratified)
    ratifier_basket = ints2(mem, AT.ratifier_basket)
    settled = ints1(mem, AT.settled)
    is_open = ints1(mem, AT.open)
    fallen = ints1(mem, AT.fallen)
    n = ints1(mem, AT.count)
    obligation_basket = ints1(mem, AT.obligation_basket)
    pending = ints1(mem, AT.pending)
    shares = floats1(mem, AT.share)
    due = floats1(mem, AT.due)
    terms = floats2(mem, AT.th_due)
    day = s[S.DAY]
    if basket[B.FIRST_DAY, b] != basket[B.FIRST_DAY, b]:
        basket[B.FIRST_DAY, b] = day
    if ratified[b] != 0:
        for j in range(x.ratifiers):
            if ratifier_basket[j, b] != 0 and not approved(mem, fate, step, j, b):
                return
    settled[b], is_open[b], fallen[b] = 1, 0, outcome.STANDING
    basket[B.SETTLED_DAY, b] = day
    basket[B.LEVERAGE_AT, b] = s[S.LEVERAGE]
    basket[B.BALANCE_AT, b] = s[S.BALANCE]
    n[N.SETTLED_MASK] |= 1 << b
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            pending[o], shares[o] = 1, 0.0
            due[o] = day + terms[0, o]


@rule
def approved(mem: Memory, fate: int, step: int, j: int, b: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    x = sizes(mem)
    ratifier_party = ints1(mem, AT.ratifier_party)
    first_issue = ints1(mem, AT.first_issue)
    ratifier = floats2(mem, AT.th_ratifier)
    w = floats1(mem, AT.th_world)
    key_ratify = keys2(mem, AT.key_ratify)
    key_amend = keys1(mem, AT.key_amend)
    fallen = ints1(mem, AT.fallen)
    n = ints1(mem, AT.count)
    stake = ints2(mem, AT.stake)
    party = floats2(mem, AT.party)
    p = ratifier_party[j]
    lo, hi = first_issue[b], first_issue[b + 1]
    worth = ratification.ratifier_utility(
        floats_strip(mem, AT.package, (), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
        ratifier[RATIFIER.REACH, j],
    )
    chance = ratification.ratification_chance(worth, ratifier[RATIFIER.STATUS_QUO, j], w[W.RATIFY_WIDTH])
    if uniform(key_ratify[j, b], fate, step, 0) < chance:
        return True
    if uniform(key_amend[b], fate, step, 0) < w[W.AMENDMENT]:
        fallen[b] = outcome.AMENDED
        n[N.AMENDMENTS] += 1
        n[N.AMENDED_MASK] |= 1 << b
        for q in range(x.parties):
            if q != p and stake[q, b] != 0:
                party[P.HARDENING, q] += w[W.AMENDMENT_HARDENING]
    else:
        fallen[b] = outcome.REFUSED
        n[N.REFUSALS] += 1
    return False


@rule
def code_round(mem: Memory, fate: int, step: int, tentative: bool, papers: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    x = sizes(mem)
    n = ints1(mem, AT.count)
    basket_code = ints1(mem, AT.basket_code)
    settled = ints1(mem, AT.settled)
    seat = ints1(mem, AT.seat)
    party = floats2(mem, AT.party)
    w = floats1(mem, AT.th_world)
    key_procedural = keys1(mem, AT.key_procedural)
    s = floats1(mem, AT.scalar)
    best, all_settled = -1, True
    for b in range(x.baskets):
        if n[N.SETTLED_MASK] & (1 << b):
            best = max(best, basket_code[b])
        if settled[b] == 0:
            all_settled = False
    tabled = n[N.TEXTS] > 0 or papers > 0 or tentative
    least = 1.0
    for p in range(x.parties):
        if seat[p] != 0:
            least = min(least, party[P.READINESS, p])
    odds = convening.procedural_odds(
        w[W.PROCEDURAL_BASE],
        w[W.PROCEDURAL_READINESS],
        least,
        w[W.PROCEDURAL_FACILITATION],
        s[S.FACILITATION],
    )
    procedural = uniform(key_procedural[0], fate, step, 0) < convening.chance(odds)
    code = outcome.round_code(best, all_settled, tabled, procedural)
    if code >= outcome.TABLED:
        n[N.TABLED_EVER] = 1
    if code >= outcome.PROCEDURAL:
        n[N.PROCEDURAL_EVER] = 1
    n[N.PEAK] = max(n[N.PEAK], code)
    s[S.PROGRESS] = readiness.progressed(s[S.PROGRESS], code, w[W.PROGRESS_MEMORY])
    s[S.GAP] = position_gap(mem)
    return code


@rule
def papers_received(mem: Memory) -> int:
    """How many documents have been handed over so far."""
    document_day = floats1(mem, AT.document_day)
    count = 0
    for n in range(document_day.size):
        if received(mem, n):
            count += 1
    return count


@rule
def final_outcome(mem: Memory) -> int:
    """The highest code standing at the end: of settlements that stand, else of what rounds left behind."""
    x = sizes(mem)
    settled = ints1(mem, AT.settled)
    basket_code = ints1(mem, AT.basket_code)
    n = ints1(mem, AT.count)
    best, all_settled = -1, True
    for b in range(x.baskets):
        if settled[b] != 0:
            best = max(best, basket_code[b])
        else:
            all_settled = False
    if n[N.HELD] == 0:
        return outcome.POSTPONED
    return outcome.round_code(best, all_settled, n[N.TABLED_EVER] != 0, n[N.PROCEDURAL_EVER] != 0)


@rule
def has_zone(mem: Memory, b: int) -> bool:
    """Whether a package exists that gives every party at least its floor."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    floors = floats1(mem, AT.floor)
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
    return greatest_surplus(mem, b) >= -EPS


@rule
def pareto_distance(mem: Memory, b: int) -> float:
    """How much utility all parties could still gain alike over the settled package: 0 on the Pareto frontier."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    floors = floats1(mem, AT.floor)
    first_issue = ints1(mem, AT.first_issue)
    package = floats_strip(mem, AT.package, (), first_issue[b], first_issue[b + 1])
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = utility_of(mem, p, b, package)
    return max(greatest_surplus(mem, b), 0.0)


@rule
def waiting(mem: Memory) -> None:
    """Which basket waits for which: unmet preconditions that bind, as a matrix in `edges`."""
    edges = ints2(mem, AT.edges)
    precondition = ints2(mem, AT.precondition)
    edges[:] = 0
    for k in range(precondition.shape[0]):
        kind, target = precondition[k, 2], precondition[k, 3]
        if kind <= 1 and binding(mem, k):
            edges[precondition[k, 1], target] = 1


@rule
def blocked(mem: Memory, b: int, zone: bool) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    settled = ints1(mem, AT.settled)
    edges = ints2(mem, AT.edges)
    reached = ints1(mem, AT.reached)
    n = ints1(mem, AT.count)
    fallen = ints1(mem, AT.fallen)
    status = ints1(mem, AT.status)
    if settled[b] != 0:
        return 0
    deadlock = agenda.in_circle(b, edges, reached)
    return outcome.blocking_reason(n[N.HELD], fallen[b], status[b], deadlock, zone, n[N.ABEYANCE] != 0)


@rule
def party_utility(mem: Memory, p: int) -> float:
    """A party's utility at the end over all issues, open baskets counting 0."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    salience_total = floats2(mem, AT.salience_total)
    first_issue = ints1(mem, AT.first_issue)
    settled = ints1(mem, AT.settled)
    got, weight = 0.0, 0.0
    for b in range(x.baskets):
        if stake[p, b] != 0:
            share = salience_total[p, b]
            weight += share
            if settled[b] != 0:
                package = floats_strip(mem, AT.package, (), first_issue[b], first_issue[b + 1])
                got += share * utility_of(mem, p, b, package)
    return got / weight if weight > 0.0 else 0.0


@rule
def nash_distance(mem: Memory, b: int) -> float:
    """`1 - product of gains / largest product` of the settled package, gains over the floors; 0 at the Nash point.

    1 where nothing gives all a gain, or where the package leaves someone without one.
    """
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    floors, weights = floats1(mem, AT.floor), floats1(mem, AT.weight)
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    tabled, package = floats_strip(mem, AT.tabled, (), lo, hi), floats_strip(mem, AT.package, (), lo, hi)
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
            weights[p] = 1.0
    copy(floats2(mem, AT.reservation), floats2(mem, AT.estimates))
    found = nash_package(mem, b)
    best, got = 1.0, 1.0
    for p in range(x.parties):
        if stake[p, b] != 0:
            best *= max(utility_of(mem, p, b, tabled) - floors[p], 0.0)
            got *= max(utility_of(mem, p, b, package) - floors[p], 0.0)
    return outcome.shortfall(got, best) if found else 1.0
