"""Phase 9: what a round concludes, and its outcome code."""

from __future__ import annotations

import math

import numpy as np

from sim.agents import agenda, events, exchange, measures
from sim.agents.coalition import list_consenting
from sim.agents.protocols import Basket, Talks
from sim.core.layout import RATIFIER, W
from sim.rules import convening, outcome, ratification, readiness
from sim.rules.agenda import Condition, Deadlock, find_package
from sim.rules.belief import Proposal
from sim.rules.mediation import Strength
from sim.rules.precedent import Precedent


def conclude(model: Talks) -> bool:
    """Conclude the round: settle what all agreed on, count papers, set the outcome code."""
    if model.structure.deadlock != Deadlock.STANDS:
        bundle_baskets(model)
    stands = [settle(model, basket) for basket in model.baskets if basket.agreed]
    model.held += 1
    papers = agenda.count_papers(model)
    handed, model.papers = papers - model.papers, papers
    model.code = code_round(model, not all(stands), handed)
    if model.structure.proposal == Proposal.BRIDGING:
        learn(model)
    measures.assess(model)
    return True


def bundle_baskets(model: Talks) -> None:
    """Agree together on the baskets in principle that bar only each other, on the offers that all could take."""
    size = len(model.baskets)
    ready, bundle = np.zeros((2, size), dtype=np.int64)
    waits = np.zeros((size, size), dtype=np.int64)
    for basket in model.baskets:
        barred_by_others = basket.discussed and basket.agenda == outcome.PRECONDITION
        ready[basket.index] = barred_by_others and basket.in_principle
    for row in model.structure.precondition.tolist():
        if agenda.binds(model, row):
            if row[2] == Condition.SETTLED:
                waits[row[1], row[3]] = 1
            else:
                ready[row[1]] = 0
    find_package(model.structure.deadlock, ready, waits, bundle)
    for basket in model.baskets:
        if bundle[basket.index]:
            basket.agreed = True
            exchange.adopt(model, basket, model.parties[basket.proposer].offer[basket.slice].copy())


def learn(model: Talks) -> None:
    """Let the two members of every basket that was negotiated or discussed read each other's offers."""
    for basket in model.baskets:
        if len(basket.members) == 2 and (basket.discussed or basket.agenda == outcome.OPEN):
            for party in basket.members:
                party.beliefs.read_offers(party, basket, model.world[W.LEARNING_NOISE])


def settle(model: Talks, basket: Basket) -> bool:
    """Settle a basket all agreed on: approved at home and standing (true), or back on the table."""
    x, b = model.structure, basket.index
    if math.isnan(basket.first_day):
        basket.first_day = model.day
    if x.ratified[b]:
        for n in range(x.ratifiers):
            votes = x.ratifier_basket[n, b] and model.parties[x.ratifier_party[n]].entered
            if votes and not approved(model, basket, n):
                basket.latent = True
                if basket.settled:  # a renewable basket: what stood before still stands
                    model.package[basket.slice] = model.standing[basket.slice]
                return False
    basket.signatories = list_consenting(model, basket)
    model.standing[basket.slice] = model.package[basket.slice]
    basket.settled, basket.open, basket.fallen, basket.settled_day = True, False, outcome.STANDING, model.day
    basket.leverage_at, basket.balance_at, basket.since = model.leverage, model.balance, model.day
    if math.isnan(model.first_terms[basket.lo]):
        model.first_terms[basket.slice] = model.package[basket.slice]
    if x.precedent == Precedent.ON:
        model.precedent[basket.slice] = model.package[basket.slice]
        for party in basket.signatories:
            party.sign(basket)
    model.since_last.settled |= 1 << b
    for obligation in basket.obligations:
        obligation.pending, obligation.done, obligation.share = True, False, 0.0
        obligation.due = model.day + obligation.term
    if model.observed:
        due = {model.names.obligations[o.index]: o.due for o in basket.obligations}
        text = events.points_by_issue(model, basket, model.package[basket.slice])
        model.on_event("settled", {"basket": basket.name, "day": model.day, "points": text, "due": due})
    return True


def approved(model: Talks, basket: Basket, n: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    party, w, s = model.parties[model.structure.ratifier_party[n]], model.world, basket.slice
    reach, status_quo = model.theta.ratifier[RATIFIER.REACH, n], model.theta.ratifier[RATIFIER.STATUS_QUO, n]
    own = (party.demand[s], party.reservation[s])
    worth = ratification.ratifier_utility(model.package[s], *own, party.salience[s], reach)
    if model.draw("ratify", n, basket.index) < ratification.ratification_chance(
        worth, status_quo, w[W.RATIFICATION_WIDTH]
    ):
        return True
    ratifier = model.names.ratifiers[n]
    if model.draw("amend", basket.index) < w[W.RATIFICATION_AMENDMENT]:
        basket.fallen = outcome.AMENDED
        model.amendments += 1
        model.since_last.amended |= 1 << basket.index
        for other in basket.members:
            if other is not party:
                other.hardening += w[W.RATIFICATION_AMENDMENT_HARDENING]
        issue = model.names.issues[basket.lo + ratification.worst_issue(model.package[s], *own, reach)]
        model.on_event("amended", {"basket": basket.name, "ratifier": ratifier, "issue": issue})
    else:
        basket.fallen = outcome.REFUSED
        model.refusals += 1
        model.on_event("not_ratified", {"basket": basket.name, "ratifier": ratifier})
    return False


def code_round(model: Talks, unratified: bool, handed: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    x, w, since = model.structure, model.world, model.since_last
    settled = [int(x.basket_code[b.index]) for b in model.baskets if since.settled >> b.index & 1]
    exchanged = outcome.is_text_exchanged(since.texts, handed, unratified)
    odds = convening.procedural_odds(
        w[W.PROCEDURAL_BASE],
        w[W.PROCEDURAL_READINESS],
        model.least_readiness(),
        w[W.PROCEDURAL_FACILITATION],
        model.attending_strength(Strength.FACILITATION),
    )
    procedural = model.draw("procedural", 0) < convening.chance(odds)
    all_settled = all(b.settled for b in model.baskets)
    code = outcome.round_code(max(settled, default=-1), all_settled, exchanged, procedural)
    if code >= outcome.TEXTS and not model.texts_ever:
        model.texts_ever, model.texts_day = True, model.day
    if code >= outcome.PROCEDURAL and not model.procedural_ever:
        model.procedural_ever, model.procedural_day = True, model.day
    model.peak = max(model.peak, code)
    model.progress = readiness.update_progress(model.progress, code, w[W.READINESS_PROGRESS_MEMORY])
    model.gap = exchange.position_gap(model)
    return code
