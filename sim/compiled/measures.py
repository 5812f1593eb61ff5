"""How near the talks are to settlements, and how far the parties have converged. Nothing here draws."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled.agenda import may_settle
from sim.compiled.coalition import is_decided
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.offers import offer_now, would_accept
from sim.compiled.packages import list_coalition, order_frontier_of, surplus_of_many
from sim.compiled.party import floor_of, present_aspiration, pressure_on
from sim.core.jit import inline_part, rule
from sim.core.layout import INCIDENT, PI, VENUE, W
from sim.rules import commitment, distance, nearness, outcome, pace
from sim.rules.decision import DecisionRule
from sim.rules.spoilers import reads_deal
from sim.solvers.two_party import walk_frontier


@table_entry
def assess(mem: Memory) -> None:
    """Set expected progress and the deal in sight, and what they rest on, where a rule or a column reads them."""
    x = sizes(mem)
    s = view.scalar(mem)
    w = view.th_world(mem)
    basket = view.basket(mem)
    is_open = view.open(mem)
    spoils = view.spoils(mem)
    detail = x.detail != 0
    progress_counts = detail or w[W.PACE_BREAKOFF] > 0.0
    deal_counts = detail or deal_is_read(mem)
    s[S.EXPECTED] = s[S.DEAL] = 0.0
    for b in range(x.baskets):
        may = progress_counts and is_open[b] != 0 and may_settle(mem, b)
        may = may and (detail or s[S.EXPECTED] < nearness.SURE_PROGRESS)  # no basket can add to sure progress
        deal = deal_counts and is_open[b] != 0 and spoils[b] != 0 and (detail or s[S.DEAL] < nearness.AGREED)
        if detail or may or deal:
            measure_nearness(mem, b, True)
        if may:
            s[S.EXPECTED] = nearness.expect_progress(s[S.EXPECTED], basket[B.NEAR, b])
        if deal:
            s[S.DEAL] = max(s[S.DEAL], basket[B.NEAR, b])


@inline_part
def deal_is_read(mem: Memory) -> bool:
    """Whether any incidents depend on the deal in sight."""
    x = sizes(mem)
    kind = view.th_incident(mem)
    mode = view.surge_mode(mem)
    for t in range(x.incidents):
        if reads_deal(x.surge_reads, mode[t], kind[INCIDENT.RATE, t], kind[INCIDENT.SURGE, t]):
            return True
    return False


@rule
def measure_nearness(mem: Memory, b: int, whole: bool) -> None:
    """Set the surplus of a basket, and its nearness if `whole`."""
    x = sizes(mem)
    coalition = view.coalition(mem)
    floors = view.floor(mem)
    basket = view.basket(mem)
    members = view.members(mem)
    basket[B.NEAR, b] = 0.0
    basket[B.SURPLUS, b] = nearness.NO_ZONE
    for p in range(x.parties):
        if coalition[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
            if not commitment.is_reachable(floors[p]):
                return
    two = list_coalition(mem, b) <= 2
    p, q = members[0], members[1]
    count, u, v = order_frontier_of(mem, b, p, q) if two else (0, 0.0, 0.0)  # the same whatever the floors
    surplus = walk(mem, count, u - floors[p], v - floors[q]) if two else surplus_of_many(mem, b)
    basket[B.SURPLUS, b] = surplus
    if not (whole and outcome.has_zone(surplus)):
        return
    for m in range(x.parties):
        if coalition[m, b] != 0:
            floors[m] = present_aspiration(mem, m, b, floors[m])
    at_aspirations = walk(mem, count, u - floors[p], v - floors[q]) if two else surplus_of_many(mem, b)
    at_demands = 0.0
    if at_aspirations < 0.0:  # else one package suits everybody now, whatever demands give
        floors[:] = 1.0
        at_demands = walk(mem, count, u - 1.0, v - 1.0) if two else surplus_of_many(mem, b)
    basket[B.NEAR, b] = nearness.nearness(surplus, at_aspirations, at_demands)


@rule
def walk(mem: Memory, count: int, s1: float, s2: float) -> float:
    """The greatest least surplus on the frontier of a basket of two that was ordered last."""
    return walk_frontier(count, s1, s2, view.frontier_work(mem), view.frontier_order(mem))


@rule
def will(mem: Memory, facilitation: float) -> float:
    """The least will to talk among the parties with a seat; 0 without any."""
    x = sizes(mem)
    w = view.th_world(mem)
    n = view.count(mem)
    seat = view.seated(mem)
    party = view.party(mem)
    venues = view.th_venue(mem)
    insulation = venues[VENUE.INSULATION, n[N.VENUE]] if n[N.VENUE] >= 0 else 0.0
    least, anybody = math.inf, False
    for p in range(x.parties):
        if seat[p] != 0:
            anybody = True
            own = pace.will_to_talk(
                w[W.RESUMPTION_READINESS],
                party[P.READINESS, p],
                w[W.RESUMPTION_FACILITATION],
                facilitation,
                w[W.CONVENING_PRESSURE],
                pressure_on(mem, p),
                w[W.CONVENING_INCIDENTS],
                party[P.BLAME, p],
                insulation,
            )
            least = min(least, own)
    return least if anybody else 0.0


@inline_part
def update_gaps(mem: Memory) -> None:
    """Measure gaps where something has changed since they were measured last."""
    if view.count(mem)[N.CHANGED] != 0:
        measure_gaps(mem)


@table_entry
def measure_gaps(mem: Memory) -> float:
    """Set the gap of every basket, the whole gap, and the share of the distance of day 0 that is closed.

    Returns the distance between latest offers on baskets to be settled: crossed offers count there, in one pass.
    """
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    stake = view.stake(mem)
    basket = view.basket(mem)
    settled = view.settled(mem)
    is_open = view.open(mem)
    totals = view.salience_total(mem)
    open_part, open_weight, parts, weights = 0.0, 0.0, 0.0, 0.0
    n[N.CHANGED] = 0
    for b in range(x.baskets):
        by_now = settled[b] == 0 and choose_offers_now(mem, b)
        part, weight = 0.0, 0.0
        for p in range(x.parties):
            for q in range(p + 1, x.parties):
                if stake[p, b] != 0 and stake[q, b] != 0:
                    own = distance.pair_weight(totals[p, b], totals[q, b])
                    weight += own
                    if settled[b] == 0 or is_open[b] != 0:
                        plain, crossed = offers_apart(mem, p, q, b)
                        if is_open[b] != 0:
                            open_part += plain
                            open_weight += own
                        part += offers_now_apart(mem, p, q, b) if by_now else crossed
        if settled[b] != 0:
            part = 0.0
        basket[B.GAP, b] = distance.ratio(part, weight)
        basket[B.CLOSED, b] = distance.closed_share(basket[B.GAP, b], basket[B.GAP_START, b])
        parts += part
        weights += weight
    s[S.GAP_WHOLE] = distance.ratio(parts, weights)
    s[S.CLOSED] = distance.closed_share(s[S.GAP_WHOLE], s[S.GAP_START])
    return distance.ratio(open_part, open_weight)


@inline_part
def choose_offers_now(mem: Memory, b: int) -> bool:
    """Write the offers that count into `offers_now` where they are not the latest: demands in abeyance, latent ones."""
    n = view.count(mem)
    if n[N.ABEYANCE] != 0:
        demand_now(mem, b)
        return True
    if view.latent(mem)[b] != 0:
        offer_all_now(mem, b)
        n[N.CHANGED] = 1  # such offers change with every gap
        return True
    return False


@table_entry
def measure_latent(mem: Memory) -> float:
    """Share of the distance of day 0 that the offers made now would close, on baskets barred or not."""
    x = sizes(mem)
    s = view.scalar(mem)
    stake = view.stake(mem)
    settled = view.settled(mem)
    totals = view.salience_total(mem)
    parts, weights = 0.0, 0.0
    for b in range(x.baskets):
        part, weight = 0.0, 0.0
        if settled[b] == 0:
            offer_all_now(mem, b)
        for p in range(x.parties):
            for q in range(p + 1, x.parties):
                if stake[p, b] != 0 and stake[q, b] != 0:
                    weight += distance.pair_weight(totals[p, b], totals[q, b])
                    if settled[b] == 0:
                        part += offers_now_apart(mem, p, q, b)
        parts += part
        weights += weight
    return distance.closed_share(distance.ratio(parts, weights), s[S.GAP_START])


@inline_part
def offer_all_now(mem: Memory, b: int) -> None:
    """Write the offers each member would make now on a basket into `offers_now`."""
    x = sizes(mem)
    stake = view.stake(mem)
    for p in range(x.parties):
        if stake[p, b] != 0:
            offer_now(mem, p, b)


@inline_part
def demand_now(mem: Memory, b: int) -> None:
    """Write the demands of each member on a basket into `offers_now`."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    stakes = view.th_party_issue(mem)
    now = view.offers_now(mem)
    for p in range(x.parties):
        for i in range(first_issue[b], first_issue[b + 1]):
            now[p, i] = stakes[PI.DEMAND, p, i]


@inline_part
def offers_apart(mem: Memory, p: int, q: int, b: int) -> tuple[float, float]:
    """Distances between the latest offers of two parties on a basket: plain, and without offers that crossed."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return distance.both_distances(
        strip.offers(mem, (p,), lo, hi),
        strip.offers(mem, (q,), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
    )


@rule
def offers_now_apart(mem: Memory, p: int, q: int, b: int) -> float:
    """Distance between the offers of two parties in `offers_now` on a basket."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return distance.crossed_distance(
        strip.offers_now(mem, (p,), lo, hi),
        strip.offers_now(mem, (q,), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
    )


@inline_part
def in_principle(mem: Memory, b: int) -> bool:
    """Whether a present offer would settle a discussed basket: sharp answers, nothing drawn."""
    x = sizes(mem)
    member = view.member(mem)
    first_issue = view.first_issue(mem)
    pb = view.party_basket(mem)
    consents = view.consents(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    for p in range(x.parties):
        if member[p, b] != 0 and commitment.is_reachable(pb[PB.FLOOR, p, b]):
            offered = strip.offers(mem, (p,), lo, hi)
            consents[:, b] = 0
            consents[p, b] = 1
            for q in range(x.parties):
                if q != p and member[q, b] != 0:
                    if would_accept(mem, q, b, offered):
                        consents[q, b] = 1
                    elif view.decision(mem)[b] == DecisionRule.UNANIMITY:
                        break
            if is_decided(mem, b):
                view.basket(mem)[B.PROPOSER, b] = p
                return True
    return False


@rule
def record_days(mem: Memory, end: float) -> None:
    """Record convergence on the days of measurement that fall before the end of a gap."""
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    days = view.measure_day(mem)
    basket = view.basket(mem)
    by_basket = view.closed_by_basket(mem)
    closed = view.closed_by_day(mem)
    latent = view.latent_by_day(mem)
    if n[N.MEASURED] < days.size and days[n[N.MEASURED]] < end:
        update_gaps(mem)
        latent_closed = measure_latent(mem)
        while n[N.MEASURED] < days.size and days[n[N.MEASURED]] < end:
            closed[n[N.MEASURED]], latent[n[N.MEASURED]] = s[S.CLOSED], latent_closed
            for b in range(x.baskets):
                by_basket[b, n[N.MEASURED]] = basket[B.CLOSED, b]
            n[N.MEASURED] += 1


@rule
def start(mem: Memory) -> None:
    """Set all measures as of the start of the run."""
    x = sizes(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    s[S.GAP_START], s[S.GAP_WHOLE], s[S.CLOSED] = 0.0, 0.0, np.nan
    for b in range(x.baskets):
        basket[B.GAP_START, b] = 0.0
    s[S.GAP] = measure_gaps(mem)
    s[S.GAP_START] = s[S.GAP_WHOLE]
    s[S.CLOSED] = distance.closed_share(s[S.GAP_WHOLE], s[S.GAP_START])
    for b in range(x.baskets):
        basket[B.GAP_START, b] = basket[B.GAP, b]
        basket[B.CLOSED, b] = distance.closed_share(basket[B.GAP, b], basket[B.GAP_START, b])
    assess(mem)


@rule
def finish(mem: Memory) -> None:
    """Set the measures of the end of a run; days of measurement after it take them too."""
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    basket = view.basket(mem)
    by_basket = view.closed_by_basket(mem)
    closed = view.closed_by_day(mem)
    latent = view.latent_by_day(mem)
    update_gaps(mem)
    s[S.LATENT_CLOSED] = measure_latent(mem)
    for b in range(x.baskets):
        measure_nearness(mem, b, x.detail != 0)
    for k in range(n[N.MEASURED], x.measure_days):
        closed[k], latent[k] = s[S.CLOSED], s[S.LATENT_CLOSED]
        for b in range(x.baskets):
            by_basket[b, k] = basket[B.CLOSED, b]
