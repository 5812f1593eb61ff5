"""Phase 8: facilitation, and texts of mediators."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from sim.agents import events, exchange
from sim.agents.protocols import Basket, Mediator, Party, Talks
from sim.core.choices import dispatches
from sim.core.layout import PI, Floats, W
from sim.rules import mediation, trust
from sim.rules.mediation import Strength, TextRule
from sim.solvers.multi_party import coalition_work, compromise, nash_many
from sim.solvers.two_party import WORK_ROWS, nash_two


def facilitate(model: Talks) -> None:
    """Add what facilitation brings to a round that is held: information, and a little trust."""
    w, strength = model.world, model.attending_strength(Strength.FACILITATION)
    model.information = mediation.gain_information(model.information, w[W.MEDIATION_INFORMATION_GAIN], strength)
    for party in model.parties:
        for other in range(len(model.parties)):
            if other != party.index:
                party.trust[other] = trust.gain_trust(party.trust[other], w[W.MEDIATION_TRUST_GAIN], strength)


def mediate(model: Talks) -> bool:
    """Let mediators put texts on every basket on the agenda that the exchange left open."""
    for basket in model.baskets:
        if exchange.on_agenda(basket) and not basket.agreed:
            basket.agreed = put_texts(model, basket)
    exchange.listen(model)
    return True


def put_texts(model: Talks, basket: Basket) -> bool:
    """Let each mediator at the table put a single text on one basket; true when all accept it."""
    for mediator in model.mediators:
        if not mediator.attends(model.venue):
            continue
        if model.draw("formulate", mediator.index, basket.index) >= mediator.strength(Strength.FORMULATION):
            continue
        text = draft(model, mediator, basket)
        if text is None:
            continue
        model.since_last.texts += 1
        refusing = first_refusal(model, mediator, basket, text)
        if model.observed:
            facts: dict[str, Any] = {"basket": basket.name, "mediator": mediator.name}
            facts |= {"points": events.points_by_issue(model, basket, text)}
            facts |= {"refused_by": refusing.name if refusing else None}
            if refusing:
                facts |= events.explain_refusal(refusing, basket, text, mediator.text_threshold(refusing, basket))
            model.notify("text", facts)
        if refusing is None:
            exchange.adopt(model, basket, text)
            return True
    return False


def first_refusal(model: Talks, mediator: Mediator, basket: Basket, text: Floats) -> Party | None:
    """Return the first party that refuses a text, or None."""
    for party in basket.members:
        u = partial(model.draw, "text", mediator.index, party.index, basket.index)
        if not party.accept(basket, text, mediator.text_threshold(party, basket), u):
            return party
    return None


@dispatches(TextRule)
def draft(model: Talks, mediator: Mediator, basket: Basket) -> Floats | None:
    """Draft a mediator's text on a basket; None where it sees nothing all could accept."""
    s, own = basket.slice, model.theta.party_issue
    text = np.zeros(basket.size)
    for party in basket.members:
        mediator.estimate_reservations(party, basket)
    kind = model.structure.text_rule[mediator.index]
    if kind == TextRule.COMPROMISE:
        compromise(own[PI.DEMAND, :, s], own[PI.SALIENCE, :, s], model.structure.stake[:, basket.index], text)
        return text
    if kind == TextRule.NASH:
        return text if nash_package(model, mediator, basket, text) else None
    raise ValueError("unknown text rule")


def nash_package(model: Talks, mediator: Mediator, basket: Basket, text: Floats) -> bool:
    """Write the Nash solution on the mediator's estimates into `text`; false where nothing is above all floors."""
    x, s, b = model.structure, basket.slice, basket.index
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    weights = [mediation.nash_weight(leaning) for leaning in model.leaning[mediator.index]]
    if len(basket.members) == 2:
        first, second = (
            (d[i, s], p.estimate[s], w[i, s], p.floor[b], x.red[i, s], weights[i])
            for p in basket.members
            for i in (p.index,)
        )
        order = np.zeros(x.issues, dtype=np.int64)
        return nash_two(*first, *second, np.zeros((WORK_ROWS, x.issues)), order, text)
    estimates = np.array([party.estimate for party in model.parties])
    floors = np.array([party.floor[b] for party in model.parties])
    work = coalition_work(x.parties, x.issues)
    return nash_many(
        d[:, s], estimates[:, s], w[:, s], floors, x.red[:, s], np.array(weights), x.stake[:, b], work, text
    )
