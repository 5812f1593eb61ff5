"""Phase 8: facilitation, and texts of mediators."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from sim.agents import events, exchange
from sim.agents.coalition import is_decided
from sim.agents.packages import nash_package, spread
from sim.agents.protocols import Basket, Mediator, Party, Talks
from sim.core.choices import dispatches
from sim.core.layout import PI, Floats, W
from sim.rules import mediation, trust
from sim.rules.belief import Proposal
from sim.rules.decision import DecisionRule
from sim.rules.mediation import Strength, TextRule
from sim.solvers.multi_party import compromise


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
            texts = model.since_last.texts
            basket.agreed = put_texts(model, basket)
            if not basket.agreed and model.since_last.texts == texts:
                basket.agreed = bridge(model, basket)
    exchange.listen(model)
    return True


@dispatches(Proposal)
def bridge(model: Talks, basket: Basket) -> bool:
    """Let the first mover of a round propose a bridging package where the scenario says so; true when both accept."""
    if model.structure.proposal == Proposal.OWN:
        return False
    if model.structure.proposal == Proposal.BRIDGING:
        return propose_bridge(model, basket)
    raise ValueError("unknown kind of proposal")


def propose_bridge(model: Talks, basket: Basket) -> bool:
    """Let the first mover propose the package of the largest Nash product by what it believes of the other."""
    if len(basket.members) != 2:
        return False
    first = model.held % 2
    own, other = basket.members[first], basket.members[1 - first]
    points = np.zeros((len(model.parties), model.structure.issues))
    points[own.index], points[other.index] = own.reservation, own.beliefs.estimate(own, basket, other)
    floors = spread(model, basket.members, [0.0, 0.0])
    floors[own.index] = own.aspiration[basket.index]
    package = nash_package(model, basket, floors, np.ones(len(model.parties)), points)
    if package is None:
        return False
    for party in basket.members:
        u = partial(model.draw, "bridge", party.index, basket.index)
        if not party.accept(basket, package, party.aspiration[basket.index], u):
            return False
    model.consents[:, basket.index] = model.member[:, basket.index]
    exchange.adopt(model, basket, package)
    return True


def put_texts(model: Talks, basket: Basket) -> bool:
    """Let each mediator at the table put a single text on one basket; true when enough accept it."""
    for mediator in model.mediators:
        if not mediator.attends(model.venue):
            continue
        strength = mediator.strength(Strength.FORMULATION)
        if strength <= 0.0 or model.draw("formulate", mediator.index, basket.index) >= strength:
            continue
        text = draft(model, mediator, basket)
        if text is None:
            continue
        model.since_last.texts += 1
        against = answer_text(model, mediator, basket, text)
        refusing = None if is_decided(model, basket) else against[0]
        if model.observed:
            facts: dict[str, Any] = {"basket": basket.name, "mediator": mediator.name}
            facts |= {"points": events.points_by_issue(model, basket, text)}
            facts |= {"refused_by": refusing.name if refusing else None, "against": [p.name for p in against]}
            consenting = [p for p in basket.members if model.consents[p.index, basket.index]]
            thresholds = {p: mediator.text_threshold(p, basket) for p in consenting}
            facts["lenient"] = {} if refusing else events.list_lenient(basket, text, thresholds)
            if refusing:
                facts |= events.explain_refusal(refusing, basket, text, mediator.text_threshold(refusing, basket))
            model.on_event("text", facts)
        if refusing is None:
            exchange.adopt(model, basket, text)
            return True
    return False


def answer_text(model: Talks, mediator: Mediator, basket: Basket, text: Floats) -> list[Party]:
    """Let the parties answer a text; returns those who refuse, under unanimity only the first."""
    b, against = basket.index, []
    model.consents[:, b] = 0
    for party in basket.members:
        u = partial(model.draw, "text", mediator.index, party.index, b)
        if party.accept(basket, text, mediator.text_threshold(party, basket), u):
            model.consents[party.index, b] = 1
        else:
            against.append(party)
            if model.structure.decision[b] == DecisionRule.UNANIMITY:
                break
    return against


@dispatches(TextRule)
def draft(model: Talks, mediator: Mediator, basket: Basket) -> Floats | None:
    """Draft a mediator's text on a basket; None where it sees nothing all could accept."""
    s, b, x = basket.slice, basket.index, model.structure
    for party in basket.members:
        mediator.estimate_reservations(party, basket)
    kind = x.text_rule[mediator.index]
    if kind == TextRule.COMPROMISE:
        text, d, w = np.zeros(basket.size), model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
        compromise(d[:, s], w[:, s], model.member[:, b], text)
        return text
    if kind == TextRule.NASH:
        weights = np.array([mediation.nash_weight(leaning) for leaning in model.leaning[mediator.index]])
        floors = spread(model, basket.members, [party.floor[b] for party in basket.members])
        points = np.array([party.estimate for party in model.parties])
        return nash_package(model, basket, floors, weights, points)
    raise ValueError("unknown text rule")
