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
    model.information = trust.gained(model.information, w[W.MEDIATION_INFORMATION_GAIN], strength)
    for party in model.parties:
        for other in range(len(model.parties)):
            if other != party.index:
                party.trust[other] = trust.gained(party.trust[other], w[W.MEDIATION_TRUST_GAIN], strength)


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
            model.on_event("text", facts)
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
    s, b, x = basket.slice, basket.index, model.structure
    text = np.zeros(basket.size)
    read = {party.index: mediator.estimate_reservations(party, basket) for party in basket.members}
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    kind = x.text_rule[mediator.index]
    if kind == TextRule.COMPROMISE:
        compromise(d[:, s], w[:, s], x.stake[:, b], text)
        return text
    if kind != TextRule.NASH:
        raise ValueError("unknown text rule")
    weights = [mediation.weight(leaning) for leaning in model.leaning[mediator.index]]
    if len(basket.members) == 2:
        p, q = basket.members
        i, j = p.index, q.index
        found = nash_two(
            d[i, s],
            read[i],
            w[i, s],
            p.floor[b],
            x.red[i, s],
            weights[i],
            d[j, s],
            read[j],
            w[j, s],
            q.floor[b],
            x.red[j, s],
            weights[j],
            np.zeros((WORK_ROWS, x.issues)),
            np.zeros(x.issues, dtype=np.int64),
            text,
        )
    else:
        estimates = np.array([party.estimate for party in model.parties])
        floors = np.array([party.floor[b] for party in model.parties])
        work = coalition_work(x.parties, x.issues)
        found = nash_many(
            d[:, s], estimates[:, s], w[:, s], floors, x.red[:, s], np.array(weights), x.stake[:, b], work, text
        )
    return text if found else None
