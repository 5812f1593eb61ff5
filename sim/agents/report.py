"""The rows of a planned round and of a finished run: the same rows the compiled engine writes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.agents import agenda as agenda_phase
from sim.agents.protocols import Basket, Talks
from sim.core.columns import BASKET, PARTY_RESULT, RUN, run_width
from sim.core.fields import RUN_COLUMNS
from sim.core.jit import EPS
from sim.core.layout import PI, Floats
from sim.rules import agenda, outcome
from sim.solvers.multi_party import coalition_work, max_min_many, nash_many
from sim.solvers.two_party import WORK_ROWS, max_min_two, nash_two


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
    row = [model.planned_step, model.day, model.days, model.venue, model.level, model.code, since.texts, model.papers]
    row += [since.settled, since.amended, since.collapsed, since.incidents, model.gap]
    model.rounds.append([float(entry) for entry in row])
    model.since_last = SinceLast()
    model.on_event("round", {"code": outcome.CODES[model.code], "gap": model.gap, "day": model.day})


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
    row[RUN.WALK_BACKS] = model.refusals + model.amendments + model.collapses
    row[RUN.DELIVERED_SHARE] = model.met_share / model.met if model.met > 0.0 else math.nan
    edges = waiting_baskets(model)
    at = len(RUN)
    for basket in model.baskets:
        zone = has_zone(model, basket)
        row[at + BASKET.SETTLED] = basket.settled_day
        row[at + BASKET.FIRST_SETTLED] = basket.first_day
        row[at + BASKET.ZONE] = float(zone)
        row[at + BASKET.BLOCKED] = blocking_reason(model, basket, zone, edges)
        if basket.settled:
            row[at + BASKET.NASH_DISTANCE] = nash_distance(model, basket)
            row[at + BASKET.PARETO_DISTANCE] = pareto_distance(model, basket)
        at += len(BASKET)
    for p in range(x.parties):
        row[at + PARTY_RESULT.UTILITY] = party_utility(model, p)
        at += len(PARTY_RESULT)
    return row


def final_outcome(model: Talks) -> int:
    """The highest code standing at the end: of settlements that stand, else of what rounds left behind."""
    codes = [int(model.structure.basket_code[b.index]) for b in model.baskets if b.settled]
    all_settled = len(codes) == len(model.baskets)
    best = max(codes, default=-1)
    return outcome.final_code(model.held, best, all_settled, model.texts_ever, model.procedural_ever)


def waiting_baskets(model: Talks) -> np.ndarray:
    """Which basket waits for which: unmet preconditions that bind, 1 where row waits for column."""
    edges = np.zeros((len(model.baskets), len(model.baskets)), dtype=np.int64)
    for row in model.structure.precondition.tolist():
        if row[2] <= 1 and agenda_phase.binds(model, row):
            edges[row[1], row[3]] = 1
    return edges


def blocking_reason(model: Talks, basket: Basket, zone: bool, edges: np.ndarray) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    if basket.settled:
        return 0
    deadlock = agenda.in_cycle(basket.index, edges, np.zeros(len(model.baskets), dtype=np.int64))
    return outcome.blocking_reason(model.held, basket.fallen, basket.agenda, deadlock, zone, model.abeyance)


def has_zone(model: Talks, basket: Basket) -> bool:
    """Whether a package exists that gives every party at least its floor."""
    return surplus(model, basket, _per_party(model, basket, [p.floor_of(basket) for p in basket.members])) >= -EPS


def pareto_distance(model: Talks, basket: Basket) -> float:
    """How much utility all parties could still gain alike over the settled package."""
    worth = [p.utility_of(basket, model.package) for p in basket.members]
    return max(surplus(model, basket, _per_party(model, basket, worth)), 0.0)


def _per_party(model: Talks, basket: Basket, values: list[float]) -> Floats:
    """Members' values in an array over all parties."""
    array = np.zeros(len(model.parties))
    array[[p.index for p in basket.members]] = values
    return array


def surplus(model: Talks, basket: Basket, floors: Floats) -> float:
    """`max_x min_i (U_i - floors_i)` of a basket under red lines, with values not clipped below."""
    x, s, text = model.structure, basket.slice, np.zeros(basket.size)
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    if len(basket.members) == 2:
        p, q = basket.members
        i, j = p.index, q.index
        first = (d[i, s], p.reservation[s], w[i, s], floors[i], x.red[i, s])
        second = (d[j, s], q.reservation[s], w[j, s], floors[j], x.red[j, s])
        order = np.zeros(x.issues, dtype=np.int64)
        return max_min_two(*first, *second, np.zeros((WORK_ROWS, x.issues)), order, text)
    work = coalition_work(x.parties, x.issues)
    points = np.array([party.reservation for party in model.parties])
    return max_min_many(d[:, s], points[:, s], w[:, s], floors, x.red[:, s], x.stake[:, basket.index], work, text)


def nash_distance(model: Talks, basket: Basket) -> float:
    """`1 - product of gains / largest product of gains` of the settled package, gains over the floors."""
    x, s = model.structure, basket.slice
    text = np.zeros(x.issues)
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    floors = _per_party(model, basket, [p.floor_of(basket) for p in basket.members])
    if len(basket.members) == 2:
        p, q = basket.members
        i, j = p.index, q.index
        first = (d[i, s], p.reservation[s], w[i, s], floors[i], x.red[i, s], 1.0)
        second = (d[j, s], q.reservation[s], w[j, s], floors[j], x.red[j, s], 1.0)
        order = np.zeros(x.issues, dtype=np.int64)
        found = nash_two(*first, *second, np.zeros((WORK_ROWS, x.issues)), order, text[s])
    else:
        work, even = coalition_work(x.parties, x.issues), np.ones(x.parties)
        points = np.array([party.reservation for party in model.parties])
        mask = x.stake[:, basket.index]
        found = nash_many(d[:, s], points[:, s], w[:, s], floors, x.red[:, s], even, mask, work, text[s])
    best, got = 1.0, 1.0
    for party in basket.members:
        best *= outcome.gain_over_floor(party.utility_of(basket, text), floors[party.index])
        got *= outcome.gain_over_floor(party.utility_of(basket, model.package), floors[party.index])
    return outcome.shortfall(got, best) if found else 1.0


def party_utility(model: Talks, p: int) -> float:
    """A party's utility at the end over all issues, open baskets counting 0."""
    party, got, weight = model.parties[p], 0.0, 0.0
    for basket in model.baskets:
        if party in basket.members:
            share = party.salience_total[basket.index]
            weight += share
            if basket.settled:
                got += share * party.utility_of(basket, model.package)
    return got / weight if weight > 0.0 else 0.0
