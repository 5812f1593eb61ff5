"""Phase 7: concessions, the exchange of offers basket by basket, and what the parties learn from it."""

from __future__ import annotations

from functools import partial

from sim.agents import events, measures
from sim.agents.coalition import is_decided, list_consenting
from sim.agents.party_checks import check_share
from sim.agents.protocols import Basket, Talks
from sim.core.layout import Floats, W
from sim.rules import distance, outcome, trust
from sim.rules.agenda import Deadlock
from sim.rules.commitment import is_reachable
from sim.rules.decision import DecisionRule


def exchange(model: Talks) -> bool:
    """Let every party concede, then exchange offers on every basket on the agenda."""
    for party in model.parties:
        party.concession_before = party.concession
    for party in model.parties:
        if party.entered:
            party.concession = check_share(party, "concede", party.concede())
    for basket in model.baskets:
        basket.agreed = on_agenda(basket) and exchange_offers(model, basket)
        if basket.discussed:
            discuss(model, basket)
    return True


def discuss(model: Talks, basket: Basket) -> None:
    """Discuss a barred basket: every member puts its offer; no turn is played and nobody is asked."""
    for party in basket.members:
        party.prepare(basket)
        party.make_offer(basket, party.aspiration[basket.index])
        party.last[basket.index] = party.aspiration[basket.index]
    basket.latent = False
    if model.structure.detail or model.structure.deadlock != Deadlock.STANDS:
        basket.in_principle = measures.in_principle(model, basket)


def on_agenda(basket: Basket) -> bool:
    """Whether a basket is negotiated in this round."""
    return basket.open and basket.agenda == outcome.OPEN


def exchange_offers(model: Talks, basket: Basket) -> bool:
    """Exchange offers on one basket, turn by turn; true when enough accept."""
    b, members = basket.index, basket.members
    basket.latent = basket.in_principle = False
    for party in members:
        party.prepare(basket)
    settled = False
    for turn in range(model.structure.exchanges):
        first = (model.held + turn) % len(members)
        order = [*members[first:], *members[:first]]
        if not is_reachable(order[0].floor[b]):
            continue
        package = order[0].make_offer(basket, order[0].level_at(basket, turn))
        model.consents[:, b] = 0
        model.consents[order[0].index, b] = 1
        for party in order[1:]:
            u = partial(model.draw, "accept", party.index, b, sub=turn)
            aspiration = party.next_utility(basket, turn)
            if party.accept(basket, package, aspiration, u):
                model.consents[party.index, b] = 1
            else:
                if model.observed:
                    facts = {"basket": basket.name, "by": order[0].name, "refused_by": party.name, "turn": turn}
                    model.on_event("refused", facts | events.explain_refusal(party, basket, package, aspiration))
                if model.structure.decision[b] == DecisionRule.UNANIMITY:
                    break
        settled = is_decided(model, basket)
        if settled:
            adopt(model, basket, package)
            if model.observed:
                facts = {"basket": basket.name, "by": order[0].name, "turn": turn}
                facts["against"] = [p.name for p in members if not model.consents[p.index, b]]
                thresholds = {p: p.next_utility(basket, turn) for p in order[1:] if model.consents[p.index, b]}
                facts["lenient"] = events.list_lenient(basket, package, thresholds)
                model.on_event("agreed", facts | {"points": events.points_by_issue(model, basket, package)})
            break
    for party in members:
        party.last[b] = party.aspiration[b]
        if not (settled and model.consents[party.index, b]):
            party.make_offer(basket, party.aspiration[b])
    if model.observed:
        model.on_event("offers", {"basket": basket.name, "offers": events.describe_offers(model, basket)})
    return settled


def adopt(model: Talks, basket: Basket, package: Floats) -> None:
    """The agreed package becomes the offer of everybody who consents."""
    model.package[basket.slice] = package
    for party in list_consenting(model, basket):
        party.offer[basket.slice] = model.package[basket.slice]


def listen(model: Talks) -> None:
    """Evaluate the latest offers: gains from each other party, reciprocated trust, Zeuthen's three utilities."""
    for party in model.parties:
        party.gains = [0.0] * len(model.parties)
        party.received = party.own_value = party.offered_value = party.floor_value = 0.0
        weight = 0.0
        for basket in model.baskets:
            if (on_agenda(basket) or basket.discussed) and party in basket.members:
                weight += party.evaluate_offers(basket)
        party.own_value = distance.ratio(party.own_value, weight)
        party.offered_value = distance.ratio(party.offered_value, weight)
        party.floor_value = distance.ratio(party.floor_value, weight)
        party.received = distance.ratio(party.received, weight)
        gain, own, before = model.world[W.TRUST_RECIPROCITY_GAIN], party.concession, party.concession_before
        for other, received in enumerate(party.gains):
            share = distance.ratio(received, weight)
            party.trust[other] = trust.reciprocate(party.trust[other], gain, share, own, before)


def position_gap(model: Talks) -> float:
    """Salience-weighted mean distance between latest offers on baskets to be settled, over all pairs."""
    gap, weight = 0.0, 0.0
    for basket in model.baskets:
        if not basket.open:
            continue
        s = basket.slice
        for k, p in enumerate(basket.stakeholders):
            for q in basket.stakeholders[k + 1 :]:
                gap += distance.pair_distance(p.offer[s], q.offer[s], p.salience[s], q.salience[s])
                weight += distance.pair_weight(p.salience_total[basket.index], q.salience_total[basket.index])
    return distance.ratio(gap, weight)
