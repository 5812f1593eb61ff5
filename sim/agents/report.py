"""The rows of a planned round and of a finished run: the same rows the compiled engine writes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.agents import agenda as agenda_phase
from sim.agents import measures
from sim.agents.packages import greatest_surplus, nash_package, spread
from sim.agents.protocols import Basket, Talks
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
    round_width,
    run_width,
)
from sim.core.fields import RUN_COLUMNS
from sim.rules import agenda, outcome


@dataclass
class SinceLast:
    """What happened since the last row of the table of rounds; baskets as bits."""

    texts: int = 0
    settled: int = 0
    amended: int = 0
    collapsed: int = 0
    incidents: int = 0


def report_round(model: Talks) -> None:
    """Append one row to the table of rounds; counts of what happened since the last row start anew."""
    since = model.since_last
    measures.measure_gaps(model)
    row = [math.nan] * round_width(model.structure)
    row[ROUND.STEP], row[ROUND.DAY], row[ROUND.GAP_DAYS] = model.planned_step, model.day, model.days
    row[ROUND.VENUE], row[ROUND.LEVEL], row[ROUND.CODE] = model.venue, model.level, model.code
    row[ROUND.TEXTS], row[ROUND.DOCUMENTS] = since.texts, model.papers
    row[ROUND.SETTLED], row[ROUND.AMENDED], row[ROUND.COLLAPSED] = since.settled, since.amended, since.collapsed
    row[ROUND.INCIDENTS], row[ROUND.GAP_OPEN] = since.incidents, model.gap
    row[ROUND.GAP_WHOLE], row[ROUND.CLOSED] = model.gap_whole, model.closed
    at = len(ROUND)
    for basket in model.baskets:
        row[at + ROUND_BASKET.GAP] = basket.gap
        at += len(ROUND_BASKET)
    if model.structure.detail:
        report_detail(model, row, at)
        at += len(DETAIL) + len(model.baskets) * len(DETAIL_BASKET)
    if model.structure.offer_issues:
        report_offers(model, row, at)
    model.rounds.append([float(entry) for entry in row])
    model.since_last = SinceLast()
    facts = {"gap": model.gap, "closed": model.closed, "day": model.day}
    model.on_event("round", {"code": model.names.ladder.codes[model.code], **facts})


def report_detail(model: Talks, row: list[float], at: int) -> None:
    """Write the costly measures of a planned round, from a place of the row on."""
    row[at + DETAIL.LATENT_CLOSED] = measures.measure_latent(model)
    row[at + DETAIL.EXPECTED], row[at + DETAIL.WILL] = model.expected, model.will
    at += len(DETAIL)
    for basket in model.baskets:
        row[at + DETAIL_BASKET.SURPLUS], row[at + DETAIL_BASKET.NEAR] = basket.surplus, basket.near
        row[at + DETAIL_BASKET.IN_PRINCIPLE] = float(basket.in_principle)
        at += len(DETAIL_BASKET)


def report_offers(model: Talks, row: list[float], at: int) -> None:
    """Write terms that stand, then demand, offer and reservation value of each party, from a place of the row on."""
    issues, width = model.structure.issues, len(OFFER)
    stakes = at + issues * len(OFFER_ISSUE)
    for basket in model.baskets:
        for i in range(basket.lo, basket.hi):
            if basket.settled:
                row[at + i * len(OFFER_ISSUE) + OFFER_ISSUE.TERMS] = model.standing[i]
            for party in basket.stakeholders:
                here = stakes + (party.index * issues + i) * width
                row[here + OFFER.DEMAND], row[here + OFFER.OFFER] = party.demand[i], party.offer[i]
                row[here + OFFER.RESERVATION] = party.reservation[i]


def report_run(model: Talks) -> list[float]:
    """The row of a finished run: the run's columns, then each basket's, then each party's."""
    x = model.structure
    row = [math.nan] * run_width(x)
    for column in RUN_COLUMNS:
        if column.state:
            row[getattr(RUN, column.place)] = getattr(model, column.state)
    final = final_outcome(model)
    row[RUN.OUTCOME] = final
    row[RUN.PEAK_OUTCOME] = max(model.peak, final)
    row[RUN.DAY_OF_OUTCOME] = day_of_outcome(model, final)
    row[RUN.WALK_BACKS] = model.refusals + model.amendments + model.collapses
    row[RUN.DELIVERED_SHARE] = model.met_share / model.met if model.met > 0.0 else math.nan
    edges = list_waiting(model)
    at = len(RUN)
    for basket in model.baskets:
        zone = outcome.has_zone(basket.surplus)
        row[at + BASKET.SETTLED] = basket.settled_day
        row[at + BASKET.FIRST_SETTLED] = basket.first_day
        row[at + BASKET.ZONE] = float(zone)
        row[at + BASKET.BLOCKED] = blocking_reason(model, basket, zone, edges)
        if basket.settled:
            row[at + BASKET.NASH_DISTANCE] = nash_distance(model, basket)
            row[at + BASKET.PARETO_DISTANCE] = pareto_distance(model, basket)
        row[at + BASKET.GAP], row[at + BASKET.SURPLUS] = basket.gap, basket.surplus
        row[at + BASKET.CLOSED] = basket.closed
        at += len(BASKET)
    for p in range(x.parties):
        row[at + PARTY_RESULT.UTILITY] = party_utility(model, p)
        at += len(PARTY_RESULT)
    for basket in model.baskets:
        for i in range(basket.lo, basket.hi):
            if basket.settled:
                row[at + ISSUE_RESULT.TERMS] = model.standing[i]
            row[at + ISSUE_RESULT.FIRST_TERMS] = model.first_terms[i]
            at += len(ISSUE_RESULT)
    for closed, latent in zip(model.closed_by_day, model.latent_by_day, strict=True):
        row[at + DAY_RESULT.CLOSED], row[at + DAY_RESULT.LATENT_CLOSED] = closed, latent
        at += len(DAY_RESULT)
    for b in range(len(model.baskets)):
        for by_basket in model.closed_by_basket:
            row[at + BASKET_DAY.CLOSED] = by_basket[b]
            at += len(BASKET_DAY)
    for basket in model.baskets[: x.detail_baskets]:
        row[at + RUN_DETAIL_BASKET.NEAR] = basket.near
        at += len(RUN_DETAIL_BASKET)
    return row


def day_of_outcome(model: Talks, final: int) -> float:
    """Day on which the outcome standing at the end was reached; NaN where no round brought anything."""
    days = [b.settled_day for b in model.baskets if b.settled]
    if final == outcome.COMPREHENSIVE:
        return max(days)
    if final >= outcome.HUMANITARIAN:
        code = model.structure.basket_code
        return min(b.settled_day for b in model.baskets if b.settled and code[b.index] == final)
    if final == outcome.TEXTS:
        return model.texts_day
    return model.procedural_day if final == outcome.PROCEDURAL else math.nan


def final_outcome(model: Talks) -> int:
    """The highest code standing at the end: of settlements that stand, else of what rounds left behind."""
    codes = [int(model.structure.basket_code[b.index]) for b in model.baskets if b.settled]
    all_settled = len(codes) == len(model.baskets)
    best = max(codes, default=-1)
    return outcome.final_code(model.held, best, all_settled, model.texts_ever, model.procedural_ever)


def list_waiting(model: Talks) -> np.ndarray:
    """Which basket waits for which: unmet preconditions that bind, 1 where row waits for column."""
    edges = np.zeros((len(model.baskets), len(model.baskets)), dtype=np.int64)
    for row in model.structure.precondition.tolist():
        if agenda.waits_for_basket(row[2]) and agenda_phase.binds(model, row):
            edges[row[1], row[3]] = 1
    return edges


def blocking_reason(model: Talks, basket: Basket, zone: bool, edges: np.ndarray) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    if basket.settled:
        return 0
    deadlock = agenda.is_in_cycle(basket.index, edges, np.zeros(len(model.baskets), dtype=np.int64))
    return outcome.blocking_reason(model.held, basket.fallen, basket.agenda, deadlock, zone, model.abeyance)


def pareto_distance(model: Talks, basket: Basket) -> float:
    """How much utility all parties could still gain alike over the settled package."""
    utilities = [p.utility_of(basket, model.package) for p in basket.coalition]
    return max(greatest_surplus(model, basket, spread(model, basket.coalition, utilities)), 0.0)


def nash_distance(model: Talks, basket: Basket) -> float:
    """`1 - product of gains / largest product of gains` of the settled package, gains over the floors."""
    floors = spread(model, basket.coalition, [p.floor_of(basket) for p in basket.coalition])
    points = np.array([party.reservation for party in model.parties])
    package = nash_package(model, basket, floors, np.ones(len(model.parties)), points)
    if package is None:
        return 1.0
    whole = np.zeros(model.structure.issues)
    whole[basket.slice] = package
    best, got = 1.0, 1.0
    for party in basket.coalition:
        best *= outcome.gain_over_floor(party.utility_of(basket, whole), floors[party.index])
        got *= outcome.gain_over_floor(party.utility_of(basket, model.package), floors[party.index])
    return outcome.relative_loss(got, best)


def party_utility(model: Talks, p: int) -> float:
    """A party's utility at the end over all issues, open baskets counting 0."""
    party, got, weight = model.parties[p], 0.0, 0.0
    for basket in model.baskets:
        if party in basket.stakeholders:
            share = party.salience_total[basket.index]
            weight += share
            if basket.settled:
                got += share * party.utility_of(basket, model.package)
    return got / weight if weight > 0.0 else 0.0
