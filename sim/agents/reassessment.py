"""Phase 4: levers, balance of forces, pain, trust, readiness, reservation values; mediators may leave."""

from __future__ import annotations

import numpy as np

from sim.agents import events
from sim.agents.protocols import Talks
from sim.core.distributions import logistic_unit
from sim.core.layout import W
from sim.rules import incidents, stalemate
from sim.rules.precedent import Precedent


def reassess(model: Talks) -> bool:
    """Bring levers, balance, parties and mediators up to the present day; false where the step ends here."""
    w, before = model.world, model.balance
    drift = _pull_levers(model)
    shock = logistic_unit(model.draw("balance", 0))
    model.balance = stalemate.move_balance(before, drift, w[W.BALANCE_NOISE], model.days, shock)
    model.drift = stalemate.update_drift(model.drift, model.balance - before, model.days, w[W.BALANCE_MEMORY])
    decay = incidents.decay_factor(model.days, w[W.TRUST_MEMORY])
    for party in model.parties:
        party.update_readiness(decay)
    for party in model.parties:
        party.shift_reservations(model.balance - w[W.BALANCE_START])
    if model.structure.precedent == Precedent.ON:
        follow_precedents(model)
    for mediator in model.mediators:
        if mediator.present:
            mediator.consider_leaving(model.days)
            if not mediator.present:
                model.on_event("left", {"mediator": mediator.name})
    return not model.ends and model.planned


def follow_precedents(model: Talks) -> None:
    """Let earlier settlements bear on reservation values; the floors of documented ones are those of the start."""
    if model.planned_step == 0:
        for basket in model.baskets:
            if not np.isnan(model.precedent[basket.slice]).all():
                for party in basket.stakeholders:
                    party.sign(basket)
    for party in model.parties:
        party.follow_precedents()


def _pull_levers(model: Talks) -> float:
    """Let every sponsor pull or release its levers; returns the drift of the balance a day."""
    drift = model.world[W.BALANCE_DRIFT]
    before = events.lever_states(model) if model.observed else {}
    for sponsor in model.sponsors:
        drift = sponsor.pull_levers(model.days, drift)
    if model.observed:
        changed = {lever: on for lever, on in events.lever_states(model).items() if on != before[lever]}
        model.on_event("levers", changed)
    return drift
