"""How near the talks are to settlements, and how far the parties have converged. Nothing here draws."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled.agenda import may_settle
from sim.compiled.coalition import is_decided
from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.packages import greatest_surplus
from sim.compiled.party import floor_of, offer_now, present_aspiration, pressure_on, would_accept
from sim.core.jit import EPS, inline_step, rule
from sim.core.layout import PI, VENUE, W
from sim.rules import distance, nearness, pace
from sim.rules.decision import DecisionRule
from sim.rules.mediation import Strength
from sim.rules.spoilers import SurgeReading


@table_entry
def assess(mem: Memory) -> None:
    """Set surplus, nearness, expected progress and the deal in sight, from the present state."""
    x = sizes(mem)
    s = view.scalar(mem)
    w = view.th_world(mem)
    basket = view.basket(mem)
    is_open = view.open(mem)
    spoils = view.spoils(mem)
    detail = view.detail(mem)[0] != 0
    progress_counts = detail or w[W.PACE_BREAKOFF] > 0.0
    deal_counts = detail or x.surge_reads == SurgeReading.DEAL
    s[S.EXPECTED] = s[S.DEAL] = 0.0
    for b in range(x.baskets):
        may = progress_counts and is_open[b] != 0 and may_settle(mem, b)
        deal = deal_counts and is_open[b] != 0 and spoils[b] != 0
        if detail or may or deal:
            measure_nearness(mem, b)
        if may:
            s[S.EXPECTED] = nearness.expect_progress(s[S.EXPECTED], basket[B.NEAR, b])
        if deal:
            s[S.DEAL] = max(s[S.DEAL], basket[B.NEAR, b])


@rule
def measure_nearness(mem: Memory, b: int) -> None:
    """Set surplus and nearness of a basket."""
    x = sizes(mem)
    stake = view.coalition(mem)
    floors = view.floor(mem)
    basket = view.basket(mem)
    basket[B.NEAR, b] = 0.0
    basket[B.SURPLUS, b] = nearness.NO_ZONE
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = floor_of(mem, p, b)
            if floors[p] > 1.0 + EPS:
                return
    surplus = greatest_surplus(mem, b)
    basket[B.SURPLUS, b] = surplus
    if surplus < -EPS:
        return
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = present_aspiration(mem, p, b)
    at_aspirations = greatest_surplus(mem, b)
    for p in range(x.parties):
        if stake[p, b] != 0:
            floors[p] = 1.0
    basket[B.NEAR, b] = nearness.nearness(surplus, at_aspirations, greatest_surplus(mem, b))


@rule
def will(mem: Memory) -> float:
    """The least will to talk among the parties with a seat; 0 without any."""
    x = sizes(mem)
    w = view.th_world(mem)
    n = view.count(mem)
    seat = view.seated(mem)
    party = view.party(mem)
    venues = view.th_venue(mem)
    facilitation = present_strength(mem, Strength.FACILITATION)
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


@table_entry
def measure_gaps(mem: Memory) -> None:
    """Set the gap of every basket, the whole gap, and the share of the distance of day 0 that is closed."""
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    basket = view.basket(mem)
    settled = view.settled(mem)
    latent = view.latent(mem)
    parts, weights = 0.0, 0.0
    for b in range(x.baskets):
        part, weight = 0.0, pair_weights(mem, b)
        if settled[b] == 0:
            if n[N.ABEYANCE] != 0:
                demand_now(mem, b)
                part = pair_sum(mem, b, True)
            elif latent[b] != 0:
                offer_all_now(mem, b)
                part = pair_sum(mem, b, True)
            else:
                part = pair_sum(mem, b, False)
        basket[B.GAP, b] = distance.ratio(part, weight)
        parts += part
        weights += weight
    s[S.GAP_WHOLE] = distance.ratio(parts, weights)
    s[S.CLOSED] = distance.closed_share(s[S.GAP_WHOLE], s[S.GAP_START])


@table_entry
def measure_latent(mem: Memory) -> float:
    """Share of the distance of day 0 that the offers made now would close, on baskets barred or not."""
    x = sizes(mem)
    s = view.scalar(mem)
    settled = view.settled(mem)
    parts, weights = 0.0, 0.0
    for b in range(x.baskets):
        weight = pair_weights(mem, b)
        part = 0.0
        if settled[b] == 0:
            offer_all_now(mem, b)
            part = pair_sum(mem, b, True)
        parts += part
        weights += weight
    return distance.closed_share(distance.ratio(parts, weights), s[S.GAP_START])


@inline_step
def offer_all_now(mem: Memory, b: int) -> None:
    """Write the offers each member would make now on a basket into `offers_now`."""
    x = sizes(mem)
    stake = view.stake(mem)
    for p in range(x.parties):
        if stake[p, b] != 0:
            offer_now(mem, p, b)


@inline_step
def demand_now(mem: Memory, b: int) -> None:
    """Write the demands of each member on a basket into `offers_now`."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    stakes = view.th_party_issue(mem)
    now = view.offers_now(mem)
    for p in range(x.parties):
        for i in range(first_issue[b], first_issue[b + 1]):
            now[p, i] = stakes[PI.DEMAND, p, i]


@inline_step
def pair_weights(mem: Memory, b: int) -> float:
    """Sum of the weights of all pairs of members of a basket."""
    x = sizes(mem)
    stake = view.stake(mem)
    totals = view.salience_total(mem)
    weight = 0.0
    for p in range(x.parties):
        for q in range(p + 1, x.parties):
            if stake[p, b] != 0 and stake[q, b] != 0:
                weight += distance.pair_weight(totals[p, b], totals[q, b])
    return weight


@rule
def pair_sum(mem: Memory, b: int, now: bool) -> float:
    """Sum of the distances between all pairs of members of a basket: of `offers_now`, or of the latest offers."""
    x = sizes(mem)
    stake = view.stake(mem)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    part = 0.0
    for p in range(x.parties):
        for q in range(p + 1, x.parties):
            if stake[p, b] != 0 and stake[q, b] != 0:
                one = strip.offers_now(mem, (p,), lo, hi) if now else strip.offers(mem, (p,), lo, hi)
                two = strip.offers_now(mem, (q,), lo, hi) if now else strip.offers(mem, (q,), lo, hi)
                part += distance.crossed_distance(
                    one,
                    two,
                    strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
                    strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
                    strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
                    strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
                )
    return part


@inline_step
def in_principle(mem: Memory, b: int) -> bool:
    """Whether a present offer would settle a discussed basket: sharp answers, nothing drawn."""
    x = sizes(mem)
    stake = view.member(mem)
    first_issue = view.first_issue(mem)
    pb = view.party_basket(mem)
    consents = view.consents(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    for p in range(x.parties):
        if stake[p, b] != 0 and pb[PB.FLOOR, p, b] <= 1.0 + EPS:
            offered = strip.offers(mem, (p,), lo, hi)
            consents[:, b] = 0
            consents[p, b] = 1
            for q in range(x.parties):
                if q != p and stake[q, b] != 0:
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
    s = view.scalar(mem)
    n = view.count(mem)
    days = view.measure_day(mem)
    closed = view.closed_by_day(mem)
    latent = view.latent_by_day(mem)
    while n[N.MEASURED] < days.size and days[n[N.MEASURED]] < end:
        measure_gaps(mem)
        closed[n[N.MEASURED]] = s[S.CLOSED]
        latent[n[N.MEASURED]] = measure_latent(mem)
        n[N.MEASURED] += 1


@rule
def start(mem: Memory) -> None:
    """Set all measures as of the start of the run."""
    s = view.scalar(mem)
    s[S.GAP_START], s[S.GAP_WHOLE], s[S.CLOSED] = 0.0, 0.0, np.nan
    measure_gaps(mem)
    s[S.GAP_START] = s[S.GAP_WHOLE]
    measure_gaps(mem)
    assess(mem)


@rule
def finish(mem: Memory) -> None:
    """Set the measures of the end of a run; days of measurement after it take them too."""
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    closed = view.closed_by_day(mem)
    latent = view.latent_by_day(mem)
    measure_gaps(mem)
    s[S.LATENT_CLOSED] = measure_latent(mem)
    for b in range(x.baskets):
        measure_nearness(mem, b)
    for k in range(n[N.MEASURED], x.measure_days):
        closed[k], latent[k] = s[S.CLOSED], s[S.LATENT_CLOSED]
