"""Whose consent settles a basket, and the coalition that texts and measures look for."""

from __future__ import annotations

import numpy as np

from sim.agents.protocols import Basket, Party, Talks
from sim.rules import decision, distance


def is_decided(model: Talks, basket: Basket) -> bool:
    """Whether the consents to the package of a basket settle it."""
    x, b = model.structure, basket.index
    own = (x.veto[:, b], x.vote_side[:, b], x.vote_weight[:, b], x.decision_share[b])
    return bool(decision.is_decided(x.decision[b], model.consents[:, b], model.member[:, b], *own))


def form_coalition(model: Talks, basket: Basket) -> None:
    """Choose the coalition of a basket among its present members."""
    x, b = model.structure, basket.index
    distances = np.array([distance_from_others(model, basket, party) for party in model.parties])
    own = (x.veto[:, b], x.vote_side[:, b], x.vote_weight[:, b], x.decision_share[b])
    decision.choose_coalition(x.decision[b], model.member[:, b], *own, distances, model.coalition[:, b])
    basket.coalition = [party for party in basket.members if model.coalition[party.index, b]]


def distance_from_others(model: Talks, basket: Basket, party: Party) -> float:
    """Distance of a party's demands from those of the veto holders of a basket; of all other members without any."""
    s, b = basket.slice, basket.index
    holders = [other for other in basket.members if model.structure.veto[other.index, b]]
    part = weight = 0.0
    for other in holders or basket.members:
        if other is not party:
            part += distance.pair_distance(party.demand[s], other.demand[s], party.salience[s], other.salience[s])
            weight += distance.pair_weight(party.salience_total[b], other.salience_total[b])
    return distance.ratio(part, weight)


def list_consenting(model: Talks, basket: Basket) -> list[Party]:
    """List the members that consent to the package of a basket."""
    return [party for party in basket.members if model.consents[party.index, basket.index]]
