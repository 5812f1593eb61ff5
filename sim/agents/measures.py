"""How near the talks are to settlements, and how far the parties have converged. Nothing here draws."""

from __future__ import annotations

import math

from sim.agents import agenda
from sim.agents.coalition import is_decided
from sim.agents.packages import greatest_surplus, spread
from sim.agents.protocols import Basket, Talks
from sim.core.layout import INCIDENT, Floats, W
from sim.rules import distance, nearness, outcome, pace
from sim.rules.commitment import is_reachable
from sim.rules.spoilers import reads_deal

Offers = dict[int, Floats]
"""Offers (I,) by party."""


def assess(model: Talks) -> None:
    """Set expected progress and the deal in sight from the present state, where something reads them.

    Surplus and nearness of a basket are set where these two, or all measures of rounds, need them.
    """
    x = model.structure
    progress_counts = x.detail or model.world[W.PACE_BREAKOFF] > 0.0
    deal_counts = x.detail or deal_is_read(model)
    model.expected = model.deal = 0.0
    for basket in model.baskets:
        may = progress_counts and basket.open and agenda.may_settle(model, basket)
        deal = deal_counts and basket.open and x.spoils[basket.index]
        if x.detail or may or deal:
            measure_nearness(model, basket)
        if may:
            model.expected = nearness.expect_progress(model.expected, basket.near)
        if deal:
            model.deal = max(model.deal, basket.near)


def deal_is_read(model: Talks) -> bool:
    """Whether any incidents depend on the deal in sight."""
    x, kind = model.structure, model.theta.incident
    return any(
        reads_deal(x.surge_reads, x.surge_mode[t], kind[INCIDENT.RATE, t], kind[INCIDENT.SURGE, t])
        for t in range(x.incidents)
    )


def measure_nearness(model: Talks, basket: Basket) -> None:
    """Set surplus and nearness of a basket."""
    basket.surplus, basket.near = surplus(model, basket), 0.0
    if outcome.has_zone(basket.surplus):
        basket.near = near(model, basket)


def surplus(model: Talks, basket: Basket) -> float:
    """`max_x min_i (U_i - F_i)` at the present floors."""
    floors = [party.floor_of(basket) for party in basket.coalition]
    if not is_reachable(max(floors)):
        return nearness.NO_ZONE
    return greatest_surplus(model, basket, spread(model, basket.coalition, floors))


def near(model: Talks, basket: Basket) -> float:
    """Nearness of a settlement on a basket that has a zone of agreement."""
    held = [party.present_aspiration(basket) for party in basket.coalition]
    at_aspirations = greatest_surplus(model, basket, spread(model, basket.coalition, held))
    at_demands = greatest_surplus(model, basket, spread(model, basket.coalition, [1.0] * len(held)))
    return nearness.nearness(basket.surplus, at_aspirations, at_demands)


def will(model: Talks, facilitation: float) -> float:
    """The least will to talk among the parties with a seat; 0 without any."""
    w = model.world
    insulation = model.insulation[model.venue] if model.venue >= 0 else 0.0
    return min(
        (
            pace.will_to_talk(
                w[W.RESUMPTION_READINESS],
                party.readiness,
                w[W.RESUMPTION_FACILITATION],
                facilitation,
                w[W.CONVENING_PRESSURE],
                party.pressure(),
                w[W.CONVENING_INCIDENTS],
                party.blame,
                insulation,
            )
            for party in model.parties
            if party.seated
        ),
        default=0.0,
    )


def measure_gaps(model: Talks) -> None:
    """Set the gap of every basket, the whole gap, and the share of the distance of day 0 that is closed."""
    parts, weights = 0.0, 0.0
    for basket in model.baskets:
        part, weight = pair_sums(basket, effective_offers(model, basket))
        basket.gap = 0.0 if basket.settled else distance.ratio(part, weight)
        basket.closed = distance.closed_share(basket.gap, basket.gap_start)
        parts, weights = parts + (0.0 if basket.settled else part), weights + weight
    model.gap_whole = distance.ratio(parts, weights)
    model.closed = distance.closed_share(model.gap_whole, model.gap_start)


def effective_offers(model: Talks, basket: Basket) -> Offers:
    """Offers that count: latent ones after a text fell, demands in abeyance, else the latest."""
    if model.abeyance:
        return {party.index: party.demand for party in basket.stakeholders}
    if basket.latent:
        return latent_offers(basket)
    return {party.index: party.offer for party in basket.stakeholders}


def latent_offers(basket: Basket) -> Offers:
    """Offers each party with a stake would make now on a basket; nothing of it is kept."""
    return {party.index: party.latent_offer(basket) for party in basket.stakeholders}


def measure_latent(model: Talks) -> float:
    """Share of the distance of day 0 that the offers made now would close, on baskets barred or not."""
    parts, weights = 0.0, 0.0
    for basket in model.baskets:
        part, weight = pair_sums(basket, latent_offers(basket))
        parts, weights = parts + (0.0 if basket.settled else part), weights + weight
    return distance.closed_share(distance.ratio(parts, weights), model.gap_start)


def pair_sums(basket: Basket, offers: Offers) -> tuple[float, float]:
    """Sum of the distances between all pairs of parties with a stake, and of their weights."""
    s, b = basket.slice, basket.index
    part, weight = 0.0, 0.0
    for k, p in enumerate(basket.stakeholders):
        for q in basket.stakeholders[k + 1 :]:
            one, two = offers[p.index], offers[q.index]
            part += distance.crossed_distance(one[s], two[s], p.demand[s], q.demand[s], p.salience[s], q.salience[s])
            weight += distance.pair_weight(p.salience_total[b], q.salience_total[b])
    return part, weight


def in_principle(model: Talks, basket: Basket) -> bool:
    """Whether a present offer would settle a discussed basket: sharp answers, nothing drawn."""
    b = basket.index
    for proposer in basket.members:
        if is_reachable(proposer.floor[b]):
            for party in basket.members:
                willing = party is proposer or party.would_accept(basket, proposer.offer)
                model.consents[party.index, b] = int(willing)
            if is_decided(model, basket):
                basket.proposer = proposer.index
                return True
    return False


def record_days(model: Talks, end: float) -> None:
    """Record convergence on the days of measurement that fall before the end of a gap."""
    days = model.structure.measure_day
    while model.measured < days.size and days[model.measured] < end:
        measure_gaps(model)
        model.closed_by_day.append(model.closed)
        model.closed_by_basket.append([basket.closed for basket in model.baskets])
        model.latent_by_day.append(measure_latent(model))
        model.measured += 1


def start(model: Talks) -> None:
    """Set all measures as of the start of the run."""
    model.gap_start, model.gap_whole, model.closed = 0.0, 0.0, math.nan
    measure_gaps(model)
    model.gap_start = model.gap_whole
    model.closed = distance.closed_share(model.gap_whole, model.gap_start)
    for basket in model.baskets:
        basket.gap_start = basket.gap
        basket.closed = distance.closed_share(basket.gap, basket.gap_start)
    assess(model)


def finish(model: Talks) -> None:
    """Set the measures of the end of a run; days of measurement after it take them too."""
    measure_gaps(model)
    model.latent_closed = measure_latent(model)
    for basket in model.baskets:
        basket.surplus = surplus(model, basket)
        if model.structure.detail:
            measure_nearness(model, basket)
    for _ in range(model.measured, model.structure.measure_day.size):
        model.closed_by_day.append(model.closed)
        model.closed_by_basket.append([basket.closed for basket in model.baskets])
        model.latent_by_day.append(model.latent_closed)
