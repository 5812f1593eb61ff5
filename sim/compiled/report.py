"""The rows of a planned round and of a finished run."""

from __future__ import annotations

import numpy as np

from sim.compiled.agenda import binds
from sim.compiled.measures import measure_latent, update_gaps
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import COUNT_COLUMNS, SCALAR_COLUMNS, B, N, S
from sim.compiled.packages import greatest_surplus, nash_package
from sim.compiled.party import floor_of, utility_of
from sim.compiled.state import copy
from sim.core.columns import (
    BASKET,
    BASKET_DAY,
    DAY_RESULT,
    DETAIL,
    DETAIL_BASKET,
    ISSUE_RESULT,
    OFFER,
    OFFER_ISSUE,
    PARTY_RESULT,
    ROUND,
    ROUND_BASKET,
    RUN,
    RUN_DETAIL_BASKET,
)
from sim.core.jit import inline_part, rule
from sim.core.layout import PI, Floats
from sim.rules import agenda, outcome


@inline_part
def report_round(mem: Memory, rounds: Floats, step: int, days: float, code: int) -> None:
    """Write one row of the table of rounds; counts of what happened since the last row start anew."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    row = rounds[n[N.ROWS]]
    row[ROUND.STEP], row[ROUND.DAY], row[ROUND.GAP_DAYS] = step, s[S.DAY], days
    row[ROUND.VENUE], row[ROUND.LEVEL], row[ROUND.CODE] = n[N.VENUE], n[N.LEVEL], code
    row[ROUND.TEXTS], row[ROUND.DOCUMENTS] = n[N.TEXTS], n[N.PAPERS]
    row[ROUND.SETTLED], row[ROUND.AMENDED] = n[N.SETTLED_MASK], n[N.AMENDED_MASK]
    row[ROUND.COLLAPSED], row[ROUND.INCIDENTS] = n[N.COLLAPSED_MASK], n[N.INCIDENTS_SINCE]
    row[ROUND.GAP_OPEN] = s[S.GAP]
    update_gaps(mem)
    row[ROUND.GAP_WHOLE], row[ROUND.CLOSED] = s[S.GAP_WHOLE], s[S.CLOSED]
    at = len(ROUND)
    for b in range(x.baskets):
        row[at + ROUND_BASKET.GAP] = basket[B.GAP, b]
        at += len(ROUND_BASKET)
    if x.detail != 0:
        report_detail(mem, row, at)
        at += len(DETAIL) + x.baskets * len(DETAIL_BASKET)
    if x.offer_issues != 0:
        report_offers(mem, row, at)
    n[N.ROWS] += 1
    for count in (N.TEXTS, N.SETTLED_MASK, N.AMENDED_MASK, N.COLLAPSED_MASK, N.INCIDENTS_SINCE):
        n[count] = 0


@rule
def report_offers(mem: Memory, row: Floats, at: int) -> None:
    """Write terms that stand, then demand, offer and reservation value of each party, from a place of the row on."""
    x = sizes(mem)
    stake = view.stake(mem)
    offers = view.offers(mem)
    settled = view.settled(mem)
    standing = view.standing(mem)
    first_issue = view.first_issue(mem)
    reservation = view.reservation(mem)
    demand = view.th_party_issue(mem)
    row[at:] = np.nan
    width = len(OFFER)
    stakes = at + x.issues * len(OFFER_ISSUE)
    for b in range(x.baskets):
        for i in range(first_issue[b], first_issue[b + 1]):
            if settled[b] != 0:
                row[at + i * len(OFFER_ISSUE) + OFFER_ISSUE.TERMS] = standing[i]
            for p in range(x.parties):
                if stake[p, b] != 0:
                    here = stakes + (p * x.issues + i) * width
                    row[here + OFFER.DEMAND], row[here + OFFER.OFFER] = demand[PI.DEMAND, p, i], offers[p, i]
                    row[here + OFFER.RESERVATION] = reservation[p, i]


@inline_part
def report_detail(mem: Memory, row: Floats, at: int) -> None:
    """Write the costly measures of a planned round, from a place of the row on."""
    x = sizes(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    row[at + DETAIL.LATENT_CLOSED] = measure_latent(mem)
    row[at + DETAIL.EXPECTED], row[at + DETAIL.WILL] = s[S.EXPECTED], s[S.WILL]
    at += len(DETAIL)
    for b in range(x.detail_baskets):
        row[at + DETAIL_BASKET.SURPLUS], row[at + DETAIL_BASKET.NEAR] = basket[B.SURPLUS, b], basket[B.NEAR, b]
        row[at + DETAIL_BASKET.IN_PRINCIPLE] = basket[B.IN_PRINCIPLE, b]
        at += len(DETAIL_BASKET)


@inline_part
def report_run(mem: Memory, row: Floats) -> None:
    """Write the row of a finished run: the run's columns, then each basket's, then each party's."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    settled = view.settled(mem)
    basket = view.basket(mem)
    for place, state in COUNT_COLUMNS:
        row[place] = n[state]
    for place, state in SCALAR_COLUMNS:
        row[place] = s[state]
    final = final_outcome(mem)
    row[RUN.OUTCOME] = final
    row[RUN.PEAK_OUTCOME] = max(n[N.PEAK], final)
    row[RUN.DAY_OF_OUTCOME] = day_of_outcome(mem, final)
    row[RUN.WALK_BACKS] = n[N.REFUSALS] + n[N.AMENDMENTS] + n[N.COLLAPSES]
    row[RUN.DELIVERED_SHARE] = s[S.MET_SHARE] / s[S.MET] if s[S.MET] > 0.0 else np.nan
    list_waiting(mem)
    at = len(RUN)
    for b in range(x.baskets):
        zone = outcome.has_zone(basket[B.SURPLUS, b])
        stands = settled[b] != 0
        row[at + BASKET.SETTLED] = basket[B.SETTLED_DAY, b]
        row[at + BASKET.FIRST_SETTLED] = basket[B.FIRST_DAY, b]
        row[at + BASKET.ZONE] = 1.0 if zone else 0.0
        row[at + BASKET.BLOCKED] = blocking_reason(mem, b, zone)
        row[at + BASKET.NASH_DISTANCE] = nash_distance(mem, b) if stands else np.nan
        row[at + BASKET.PARETO_DISTANCE] = pareto_distance(mem, b) if stands else np.nan
        row[at + BASKET.GAP], row[at + BASKET.SURPLUS] = basket[B.GAP, b], basket[B.SURPLUS, b]
        row[at + BASKET.CLOSED] = basket[B.CLOSED, b]
        at += len(BASKET)
    for p in range(x.parties):
        row[at + PARTY_RESULT.UTILITY] = party_utility(mem, p)
        at += len(PARTY_RESULT)
    report_terms(mem, row, at)


@inline_part
def report_terms(mem: Memory, row: Floats, at: int) -> None:
    """Write terms by issue, convergence by day of measurement, then measures on request, from a place of the row on."""
    x = sizes(mem)
    basket = view.basket(mem)
    settled = view.settled(mem)
    standing = view.standing(mem)
    first_terms = view.first_terms(mem)
    first_issue = view.first_issue(mem)
    closed = view.closed_by_day(mem)
    latent = view.latent_by_day(mem)
    by_basket = view.closed_by_basket(mem)
    for b in range(x.baskets):
        for i in range(first_issue[b], first_issue[b + 1]):
            row[at + ISSUE_RESULT.TERMS] = standing[i] if settled[b] != 0 else np.nan
            row[at + ISSUE_RESULT.FIRST_TERMS] = first_terms[i]
            at += len(ISSUE_RESULT)
    for k in range(x.measure_days):
        row[at + DAY_RESULT.CLOSED], row[at + DAY_RESULT.LATENT_CLOSED] = closed[k], latent[k]
        at += len(DAY_RESULT)
    for b in range(x.baskets):
        for k in range(x.measure_days):
            row[at + BASKET_DAY.CLOSED] = by_basket[b, k]
            at += len(BASKET_DAY)
    for b in range(x.detail_baskets):
        row[at + RUN_DETAIL_BASKET.NEAR] = basket[B.NEAR, b]
        at += len(RUN_DETAIL_BASKET)


@rule
def day_of_outcome(mem: Memory, final: int) -> float:
    """Day on which the outcome standing at the end was reached; NaN where no round brought anything."""
    x = sizes(mem)
    s = view.scalar(mem)
    settled = view.settled(mem)
    basket_code = view.basket_code(mem)
    basket = view.basket(mem)
    if final == outcome.TEXTS:
        return s[S.TEXTS_DAY]
    if final < outcome.HUMANITARIAN:
        return s[S.PROCEDURAL_DAY] if final == outcome.PROCEDURAL else np.nan
    first, last = np.inf, -np.inf
    for b in range(x.baskets):
        if settled[b] != 0:
            last = max(last, basket[B.SETTLED_DAY, b])
            if basket_code[b] == final:
                first = min(first, basket[B.SETTLED_DAY, b])
    return last if final == outcome.COMPREHENSIVE else first


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
    return outcome.final_code(n[N.HELD], best, all_settled, n[N.TEXTS_EVER] != 0, n[N.PROCEDURAL_EVER] != 0)


@rule
def pareto_distance(mem: Memory, b: int) -> float:
    """How much utility all parties could still gain alike over the settled package: 0 on the Pareto frontier."""
    x = sizes(mem)
    coalition = view.coalition(mem)
    floors = view.floor(mem)
    first_issue = view.first_issue(mem)
    package = strip.package(mem, (), first_issue[b], first_issue[b + 1])
    for p in range(x.parties):
        if coalition[p, b] != 0:
            floors[p] = utility_of(mem, p, b, package)
    return max(greatest_surplus(mem, b), 0.0)


@rule
def list_waiting(mem: Memory) -> None:
    """Which basket waits for which: unmet preconditions that bind, as a matrix in `edges`."""
    edges = view.edges(mem)
    precondition = view.precondition(mem)
    edges[:] = 0
    for k in range(precondition.shape[0]):
        kind, target = precondition[k, 2], precondition[k, 3]
        if agenda.waits_for_basket(kind) and binds(mem, k):
            edges[precondition[k, 1], target] = 1


@rule
def blocking_reason(mem: Memory, b: int, zone: bool) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    settled = view.settled(mem)
    edges = view.edges(mem)
    reached = view.reached(mem)
    n = view.count(mem)
    fallen = view.fallen(mem)
    status = view.status(mem)
    if settled[b] != 0:
        return 0
    deadlock = agenda.is_in_cycle(b, edges, reached)
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
    coalition = view.coalition(mem)
    floors, weights = view.floor(mem), view.weight(mem)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    text, package = strip.text(mem, (), lo, hi), strip.package(mem, (), lo, hi)
    for p in range(x.parties):
        if coalition[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
            weights[p] = 1.0
    copy(view.reservation(mem), view.estimates(mem))
    has_package = nash_package(mem, b)
    best, got = 1.0, 1.0
    for p in range(x.parties):
        if coalition[p, b] != 0:
            best *= outcome.gain_over_floor(utility_of(mem, p, b, text), floors[p])
            got *= outcome.gain_over_floor(utility_of(mem, p, b, package), floors[p])
    return outcome.relative_loss(got, best) if has_package else 1.0
