"""How near the talks are to settlements, and how far the parties have converged. Nothing here draws."""

from __future__ import annotations

import math

from sim.agents import agenda
from sim.agents.coalition import is_decided
from sim.agents.packages import greatest_surplus, spread
from sim.agents.protocols import Basket, Talks
from sim.core.jit import EPS
from sim.core.layout import Floats, W
from sim.rules import distance, nearness, pace
from sim.rules.mediation import Strength

Offers = dict[int, Floats]
"""Offers (I,) by party."""


def assess(model: Talks) -> None:
    """Set surplus, nearness, expected progress and the deal in sight, from the present state."""
    model.expected = model.deal = 0.0
    for basket in model.baskets:
        basket.surplus, basket.near = surplus(model, basket), 0.0
        if basket.surplus >= -EPS:
            basket.near = near(model, basket)
        if basket.open:
            if agenda.may_settle(model, basket):
                model.expected = nearness.expect_progress(model.expected, basket.near)
            if model.structure.spoils[basket.index]:
                model.deal = max(model.deal, basket.near)


def surplus(model: Talks, basket: Basket) -> float:
    """`max_x min_i (U_i - F_i)` at the present floors."""
    floors = [party.floor_of(basket) for party in basket.coalition]
    if max(floors) > 1.0 + EPS:
        return nearness.NO_ZONE
    return greatest_surplus(model, basket, spread(model, basket.coalition, floors))


def near(model: Talks, basket: Basket) -> float:
    """Nearness of a settlement on a basket that has a zone of agreement."""
    held = [party.present_aspiration(basket) for party in basket.coalition]
    at_aspirations = greatest_surplus(model, basket, spread(model, basket.coalition, held))
    at_demands = greatest_surplus(model, basket, spread(model, basket.coalition, [1.0] * len(held)))
    return nearness.nearness(basket.surplus, at_aspirations, at_demands)


def will(model: Talks) -> float:
    """The least will to talk among the parties with a seat; 0 without any."""
    w = model.world
    facilitation = model.present_strength(Strength.FACILITATION)
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
        if proposer.floor[b] <= 1.0 + EPS:
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
        model.latent_by_day.append(measure_latent(model))
        model.measured += 1


def start(model: Talks) -> None:
    """Set all measures as of the start of the run."""
    model.gap_start, model.gap_whole, model.closed = 0.0, 0.0, math.nan
    measure_gaps(model)
    model.gap_start = model.gap_whole
    measure_gaps(model)
    assess(model)


def finish(model: Talks) -> None:
    """Set the measures of the end of a run; days of measurement after it take them too."""
    measure_gaps(model)
    model.latent_closed = measure_latent(model)
    for basket in model.baskets:
        basket.surplus = surplus(model, basket)
        basket.near = near(model, basket) if basket.surplus >= -EPS else 0.0
    for _ in range(model.measured, model.structure.measure_day.size):
        model.closed_by_day.append(model.closed)
        model.latent_by_day.append(model.latent_closed)
