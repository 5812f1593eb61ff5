"""Phase 9: what a round concludes, and how a run is reported."""

from __future__ import annotations

from sim.compiled import EPS, rule
from sim.draws import uniform
from sim.engine.apart import apart
from sim.engine.bargaining import position_gap
from sim.engine.fields import B, N, P, S
from sim.engine.meeting import binding, received
from sim.engine.memory import Memory, sizes, strip, view
from sim.engine.solver import greatest_surplus, nash_package
from sim.engine.state import copy
from sim.engine.table import floor_of, utility_of
from sim.layout import PI, RATIFIER, W
from sim.rules import agenda, convening, outcome, ratification, readiness


@apart
def conclude(mem: Memory, fate: int, step: int, b: int) -> bool:
    """A tentative settlement of one basket: approved at home and standing (true), or back on the table."""
    x = sizes(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    ratified = view.ratified(mem)
    ratifier_basket = view.ratifier_basket(mem)
    settled = view.settled(mem)
    is_open = view.open(mem)
    fallen = view.fallen(mem)
    n = view.count(mem)
    obligation_basket = view.obligation_basket(mem)
    pending = view.pending(mem)
    shares = view.share(mem)
    due = view.due(mem)
    terms = view.th_due(mem)
    package = view.package(mem)
    standing = view.standing(mem)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    day = s[S.DAY]
    if basket[B.FIRST_DAY, b] != basket[B.FIRST_DAY, b]:
        basket[B.FIRST_DAY, b] = day
    if ratified[b] != 0:
        for j in range(x.ratifiers):
            if ratifier_basket[j, b] != 0 and not approved(mem, fate, step, j, b):
                if settled[b] != 0:  # a renewable basket: what stood before still stands
                    for i in range(lo, hi):
                        package[i] = standing[i]
                return False
    for i in range(lo, hi):
        standing[i] = package[i]
    settled[b], is_open[b], fallen[b] = 1, 0, outcome.STANDING
    basket[B.SETTLED_DAY, b] = day
    basket[B.LEVERAGE_AT, b] = s[S.LEVERAGE]
    basket[B.BALANCE_AT, b] = s[S.BALANCE]
    n[N.SETTLED_MASK] |= 1 << b
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            pending[o], shares[o] = 1, 0.0
            due[o] = day + terms[0, o]
    return True


@rule
def approved(mem: Memory, fate: int, step: int, j: int, b: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    x = sizes(mem)
    ratifier_party = view.ratifier_party(mem)
    first_issue = view.first_issue(mem)
    ratifier = view.th_ratifier(mem)
    w = view.th_world(mem)
    key_ratify = view.key_ratify(mem)
    key_amend = view.key_amend(mem)
    fallen = view.fallen(mem)
    n = view.count(mem)
    stake = view.stake(mem)
    party = view.party(mem)
    p = ratifier_party[j]
    lo, hi = first_issue[b], first_issue[b + 1]
    worth = ratification.ratifier_utility(
        strip.package(mem, (), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
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
def code_round(mem: Memory, fate: int, step: int, unratified: bool, papers: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    x = sizes(mem)
    n = view.count(mem)
    basket_code = view.basket_code(mem)
    settled = view.settled(mem)
    seat = view.seat(mem)
    party = view.party(mem)
    w = view.th_world(mem)
    key_procedural = view.key_procedural(mem)
    s = view.scalar(mem)
    best, all_settled = -1, True
    for b in range(x.baskets):
        if n[N.SETTLED_MASK] & (1 << b):
            best = max(best, basket_code[b])
        if settled[b] == 0:
            all_settled = False
    tabled = n[N.TEXTS] > 0 or papers > 0 or unratified
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
    document_day = view.document_day(mem)
    count = 0
    for n in range(document_day.size):
        if received(mem, n):
            count += 1
    return count


@rule
def final_outcome(mem: Memory) -> int:
    """The highest code standing at the end: of settlements that stand, else of what rounds left behind."""
    x = sizes(mem)
    settled = view.settled(mem)
    basket_code = view.basket_code(mem)
    n = view.count(mem)
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
    stake = view.stake(mem)
    floors = view.floor(mem)
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
    return greatest_surplus(mem, b) >= -EPS


@rule
def pareto_distance(mem: Memory, b: int) -> float:
    """How much utility all parties could still gain alike over the settled package: 0 on the Pareto frontier."""
    x = sizes(mem)
    stake = view.stake(mem)
    floors = view.floor(mem)
    first_issue = view.first_issue(mem)
    package = strip.package(mem, (), first_issue[b], first_issue[b + 1])
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = utility_of(mem, p, b, package)
    return max(greatest_surplus(mem, b), 0.0)


@rule
def waiting(mem: Memory) -> None:
    """Which basket waits for which: unmet preconditions that bind, as a matrix in `edges`."""
    edges = view.edges(mem)
    precondition = view.precondition(mem)
    edges[:] = 0
    for k in range(precondition.shape[0]):
        kind, target = precondition[k, 2], precondition[k, 3]
        if kind <= 1 and binding(mem, k):
            edges[precondition[k, 1], target] = 1


@rule
def blocked(mem: Memory, b: int, zone: bool) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    settled = view.settled(mem)
    edges = view.edges(mem)
    reached = view.reached(mem)
    n = view.count(mem)
    fallen = view.fallen(mem)
    status = view.status(mem)
    if settled[b] != 0:
        return 0
    deadlock = agenda.in_circle(b, edges, reached)
    return outcome.blocking_reason(n[N.HELD], fallen[b], status[b], deadlock, zone, n[N.ABEYANCE] != 0)


@rule
def party_utility(mem: Memory, p: int) -> float:
    """A party's utility at the end over all issues, open baskets counting 0."""
    x = sizes(mem)
    stake = view.stake(mem)
    salience_total = view.salience_total(mem)
    first_issue = view.first_issue(mem)
    settled = view.settled(mem)
    got, weight = 0.0, 0.0
    for b in range(x.baskets):
        if stake[p, b] != 0:
            share = salience_total[p, b]
            weight += share
            if settled[b] != 0:
                package = strip.package(mem, (), first_issue[b], first_issue[b + 1])
                got += share * utility_of(mem, p, b, package)
    return got / weight if weight > 0.0 else 0.0


@rule
def nash_distance(mem: Memory, b: int) -> float:
    """`1 - product of gains / largest product` of the settled package, gains over the floors; 0 at the Nash point.

    1 where nothing gives all a gain, or where the package leaves someone without one.
    """
    x = sizes(mem)
    stake = view.stake(mem)
    floors, weights = view.floor(mem), view.weight(mem)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    tabled, package = strip.tabled(mem, (), lo, hi), strip.package(mem, (), lo, hi)
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
            weights[p] = 1.0
    copy(view.reservation(mem), view.estimates(mem))
    found = nash_package(mem, b)
    best, got = 1.0, 1.0
    for p in range(x.parties):
        if stake[p, b] != 0:
            best *= max(utility_of(mem, p, b, tabled) - floors[p], 0.0)
            got *= max(utility_of(mem, p, b, package) - floors[p], 0.0)
    return outcome.shortfall(got, best) if found else 1.0
