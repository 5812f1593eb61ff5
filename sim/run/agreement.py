"""Phases 7 to 9 of the reference engine: exchange, mediators' texts, what is concluded."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compiled import EPS
from sim.layout import COMPROMISE, MEDIATOR, PI, RATIFIER, Floats, W
from sim.rules import distance, mediation, outcome, ratification, trust
from sim.rules.coalition import coalition_work, compromise, nash_many
from sim.rules.frontier import WORK_ROWS, nash_two
from sim.run import telling

if TYPE_CHECKING:
    from sim.agents import Party
    from sim.basket import Basket
    from sim.model import NegotiationModel
    from sim.third_parties import Mediator


def facilitate(model: NegotiationModel) -> None:
    """What facilitation brings to a round that is held: information, and a little trust."""
    w, strength = model.world, model.attending_strength(MEDIATOR.FACILITATION)
    model.information = trust.gained(model.information, w[W.INFORMATION_GAIN], strength)
    for party in model.parties:
        for other in range(len(model.parties)):
            if other != party.index:
                party.trust[other] = trust.gained(party.trust[other], w[W.MEDIATION_TRUST], strength)


def exchange(model: NegotiationModel, basket: Basket) -> bool:
    """Phase 7 on one basket: turns of offers and answers; true when all accept."""
    b, members = basket.index, basket.members
    for party in members:
        party.prepare(basket)
    settled = False
    for turn in range(model.structure.exchanges):
        first = (model.held + turn) % len(members)
        order = members[first:] + members[:first]
        if order[0].floor[b] > 1.0 + EPS:
            continue
        package = order[0].put(basket, order[0].level_at(basket, turn))
        settled = True
        for party in order[1:]:
            u = partial(model.draw, "accept", party.index, b, sub=turn)
            asked = party.next_own(basket, turn)
            if not party.agrees(basket, package, asked, u):
                settled = False
                if model.told:
                    facts = {"basket": basket.name, "by": order[0].name, "refused_by": party.name, "turn": turn}
                    model.tell("refused", facts | telling.refusal(party, basket, package, asked))
                break
        if settled:
            adopt(model, basket, package)
            if model.told:
                facts = {"basket": basket.name, "by": order[0].name, "turn": turn}
                model.tell("agreed", facts | {"points": telling.points(model, basket, package)})
            break
    for party in members:
        party.last[b] = party.aspiration[b]
        if not settled:
            party.put(basket, party.aspiration[b])
    if model.told:
        model.tell("offers", {"basket": basket.name, "offers": telling.offers(model, basket)})
    return settled


def adopt(model: NegotiationModel, basket: Basket, package: Floats) -> None:
    """The agreed package becomes every member's offer."""
    model.package[basket.slice] = package
    for party in basket.members:
        party.offer[basket.slice] = model.package[basket.slice]


def listen(model: NegotiationModel) -> None:
    """After the exchange: what each received from each, reciprocated trust, Zeuthen's three utilities."""
    for party in model.parties:
        party.got = [0.0] * len(model.parties)
        party.received = party.own_value = party.offered_value = party.floor_value = 0.0
        weight = 0.0
        for basket in model.baskets:
            if basket.open and basket.agenda == outcome.OPEN and party in basket.members:
                weight += party.hear(basket)
        party.own_value = distance.ratio(party.own_value, weight)
        party.offered_value = distance.ratio(party.offered_value, weight)
        party.floor_value = distance.ratio(party.floor_value, weight)
        party.received = distance.ratio(party.received, weight)
        moved = party.concession > party.concession_before + EPS
        for other, got in enumerate(party.got):
            share = distance.ratio(got, weight)
            if moved and share > 0.0:
                party.trust[other] = trust.gained(party.trust[other], model.world[W.TRUST_RECIPROCITY], share)


def mediate(model: NegotiationModel, basket: Basket) -> bool:
    """Phase 8 on one basket: mediators at the table may put a single text; true when all accept it."""
    for mediator in model.mediators:
        if not mediator.attends(model.venue):
            continue
        if model.draw("formulate", mediator.index, basket.index) >= mediator.strength(MEDIATOR.FORMULATION):
            continue
        text = draft(model, mediator, basket)
        if text is None:
            continue
        model.since_last.texts += 1
        refusing = answer(model, mediator, basket, text)
        if model.told:
            facts: dict[str, Any] = {"basket": basket.name, "mediator": mediator.name}
            facts |= {"points": telling.points(model, basket, text), "refused_by": refusing.name if refusing else None}
            if refusing:
                facts |= telling.refusal(refusing, basket, text, mediator.threshold_for(refusing, basket))
            model.tell("text", facts)
        if refusing is None:
            adopt(model, basket, text)
            return True
    return False


def answer(model: NegotiationModel, mediator: Mediator, basket: Basket, text: Floats) -> Party | None:
    """Who refuses a text first, if anyone."""
    for party in basket.members:
        u = partial(model.draw, "text", mediator.index, party.index, basket.index)
        if not party.agrees(basket, text, mediator.threshold_for(party, basket), u):
            return party
    return None


def draft(model: NegotiationModel, mediator: Mediator, basket: Basket) -> Floats | None:
    """A mediator's text on a basket, or None where it sees nothing all could accept."""
    s, b, x = basket.slice, basket.index, model.structure
    text = np.zeros(basket.size)
    read = {party.index: mediator.read(party, basket) for party in basket.members}
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    if x.text_rule[mediator.index] == COMPROMISE:
        compromise(d[:, s], w[:, s], x.stake[:, b], text)
        return text
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


def conclude(model: NegotiationModel, basket: Basket) -> bool:
    """Phase 9 for a basket all agreed on: approved at home and standing (true), or back on the table."""
    x, b = model.structure, basket.index
    if math.isnan(basket.first_day):
        basket.first_day = model.day
    if x.ratified[b]:
        for n in range(x.ratifiers):
            if x.ratifier_basket[n, b] and not _approved(model, basket, n):
                if basket.settled:  # a renewable basket: what stood before still stands
                    model.package[basket.slice] = model.standing[basket.slice]
                return False
    model.standing[basket.slice] = model.package[basket.slice]
    basket.settled, basket.open, basket.fallen, basket.settled_day = True, False, outcome.STANDING, model.day
    basket.leverage_at, basket.balance_at = model.leverage, model.balance
    model.since_last.settled |= 1 << b
    for obligation in basket.obligations:
        obligation.pending, obligation.done, obligation.share = True, False, 0.0
        obligation.due = model.day + obligation.term
    if model.told:
        due = {model.names.obligations[o.index]: o.due for o in basket.obligations}
        text = telling.points(model, basket, model.package[basket.slice])
        model.tell("settled", {"basket": basket.name, "day": model.day, "points": text, "due": due})
    return True


def _approved(model: NegotiationModel, basket: Basket, n: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    party, w, s = model.parties[model.structure.ratifier_party[n]], model.world, basket.slice
    reach, status_quo = model.theta.ratifier[RATIFIER.REACH, n], model.theta.ratifier[RATIFIER.STATUS_QUO, n]
    own = (party.demand[s], party.reservation[s])
    worth = ratification.ratifier_utility(model.package[s], *own, party.salience[s], reach)
    if model.draw("ratify", n, basket.index) < ratification.ratification_chance(worth, status_quo, w[W.RATIFY_WIDTH]):
        return True
    ratifier = model.names.ratifiers[n]
    if model.draw("amend", basket.index) < w[W.AMENDMENT]:
        basket.fallen = outcome.AMENDED
        model.amendments += 1
        model.since_last.amended |= 1 << basket.index
        for other in basket.members:
            if other is not party:
                other.hardening += w[W.AMENDMENT_HARDENING]
        issue = model.names.issues[basket.lo + ratification.worst_issue(model.package[s], *own, reach)]
        model.tell("amended", {"basket": basket.name, "ratifier": ratifier, "issue": issue})
    else:
        basket.fallen = outcome.REFUSED
        model.refusals += 1
        model.tell("not_ratified", {"basket": basket.name, "ratifier": ratifier})
    return False


def position_gap(model: NegotiationModel) -> float:
    """Salience-weighted mean distance between latest offers on baskets to be settled, over all pairs."""
    apart, weight = 0.0, 0.0
    for basket in model.baskets:
        if not basket.open:
            continue
        s = basket.slice
        for k, p in enumerate(basket.members):
            for q in basket.members[k + 1 :]:
                apart += distance.pair_distance(p.offer[s], q.offer[s], p.salience[s], q.salience[s])
                weight += distance.pair_weight(p.salience_total[basket.index], q.salience_total[basket.index])
    return distance.ratio(apart, weight)
