"""Phase 9: what a round concludes, and its outcome code."""

from __future__ import annotations

import math

from sim.compiled.agenda import binds, count_papers
from sim.compiled.measures import assess, measure_gaps
from sim.compiled.mediation import adopt
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.packages import list_members
from sim.compiled.party import concession_on, floor_of, least_readiness
from sim.core.draws import uniform
from sim.core.jit import rule
from sim.core.layout import PI, RATIFIER, W
from sim.rules import belief, convening, outcome, ratification, readiness
from sim.rules.agenda import Condition, Deadlock, find_package
from sim.rules.belief import Proposal
from sim.rules.precedent import Precedent


@table_entry
def conclude(mem: Memory, fate: int, step: int) -> int:
    """Conclude the round: settle what all agreed on, count papers, return the outcome code."""
    x = sizes(mem)
    agreed = view.agreed(mem)
    n = view.count(mem)
    unratified = False
    if x.deadlock != Deadlock.STANDS:
        bundle_baskets(mem)
    for b in range(x.baskets):
        if agreed[b] != 0 and not settle(mem, fate, step, b):
            unratified = True
    n[N.HELD] += 1
    papers = count_papers(mem)
    handed = papers - n[N.PAPERS]
    n[N.PAPERS] = papers
    code = code_round(mem, fate, step, unratified, handed)
    if x.proposal == Proposal.BRIDGING:
        learn(mem)
    assess(mem)
    return code


@rule
def bundle_baskets(mem: Memory) -> None:
    """Agree together on the baskets in principle that bar only each other, on the offers that all could take."""
    x = sizes(mem)
    discussed = view.discussed(mem)
    status = view.status(mem)
    basket = view.basket(mem)
    ready = view.reached(mem)
    waits = view.edges(mem)
    bundle = view.bundle(mem)
    precondition = view.precondition(mem)
    agreed = view.agreed(mem)
    waits[:] = 0
    for b in range(x.baskets):
        barred_by_others = discussed[b] != 0 and status[b] == outcome.PRECONDITION
        ready[b] = 1 if barred_by_others and basket[B.IN_PRINCIPLE, b] != 0.0 else 0
    for k in range(precondition.shape[0]):
        if binds(mem, k):
            if precondition[k, 2] == Condition.SETTLED:
                waits[precondition[k, 1], precondition[k, 3]] = 1
            else:
                ready[precondition[k, 1]] = 0
    find_package(x.deadlock, ready, waits, bundle)
    for b in range(x.baskets):
        if bundle[b] != 0:
            agreed[b] = 1
            put_proposal(mem, int(basket[B.PROPOSER, b]), b)


@rule
def put_proposal(mem: Memory, p: int, b: int) -> None:
    """Make a party's offer on a basket the package, and the offer of everybody who consents."""
    first_issue = view.first_issue(mem)
    text = view.text(mem)
    offers = view.offers(mem)
    for i in range(first_issue[b], first_issue[b + 1]):
        text[i] = offers[p, i]
    adopt(mem, b)


@rule
def learn(mem: Memory) -> None:
    """Let the two members of every basket that was negotiated or discussed read each other's offers."""
    x = sizes(mem)
    status = view.status(mem)
    discussed = view.discussed(mem)
    members = view.members(mem)
    for b in range(x.baskets):
        if (discussed[b] != 0 or status[b] == outcome.OPEN) and list_members(mem, b) == 2:
            p, q = members[0], members[1]
            read_offers(mem, p, q, b)
            read_offers(mem, q, p, b)


@rule
def read_offers(mem: Memory, p: int, q: int, b: int) -> None:
    """Update the beliefs of `p` by the latest offers of `q` on a basket."""
    w = view.th_world(mem)
    first_issue = view.first_issue(mem)
    stakes = view.th_party_issue(mem)
    offers = view.offers(mem)
    mean = view.belief_mean(mem)
    precision = view.belief_precision(mem)
    conceded = concession_on(mem, p, b)
    weight = belief.observation_precision(conceded, w[W.LEARNING_NOISE])
    for i in range(first_issue[b], first_issue[b + 1]):
        reading = belief.read_offer(stakes[PI.DEMAND, q, i], offers[q, i], conceded)
        mean[p, q, i] = belief.update_mean(mean[p, q, i], precision[p, q, i], reading, weight)
        precision[p, q, i] += weight


@rule
def settle(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Settle a basket all agreed on: approved at home and standing (true), or back on the table."""
    x = sizes(mem)
    s = view.scalar(mem)
    basket = view.basket(mem)
    ratified = view.ratified(mem)
    ratifier_basket = view.ratifier_basket(mem)
    settled = view.settled(mem)
    entered = view.entered(mem)
    is_open = view.open(mem)
    fallen = view.fallen(mem)
    n = view.count(mem)
    obligation_basket = view.obligation_basket(mem)
    pending = view.pending(mem)
    shares = view.share(mem)
    due = view.due(mem)
    terms = view.th_due(mem)
    package = view.package(mem)
    standing = view.standing(mem)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    day = s[S.DAY]
    if basket[B.FIRST_DAY, b] != basket[B.FIRST_DAY, b]:
        basket[B.FIRST_DAY, b] = day
    if ratified[b] != 0:
        for j in range(x.ratifiers):
            votes = ratifier_basket[j, b] != 0 and entered[view.ratifier_party(mem)[j]] != 0
            if votes and not approved(mem, fate, step, j, b):
                view.latent(mem)[b] = 1
                if settled[b] != 0:  # a renewable basket: what stood before still stands
                    for i in range(lo, hi):
                        package[i] = standing[i]
                return False
    for p in range(x.parties):
        view.signatory(mem)[p, b] = view.consents(mem)[p, b]
    for i in range(lo, hi):
        standing[i] = package[i]
    settled[b], is_open[b], fallen[b] = 1, 0, outcome.STANDING
    basket[B.SETTLED_DAY, b] = day
    basket[B.LEVERAGE_AT, b] = s[S.LEVERAGE]
    basket[B.BALANCE_AT, b] = s[S.BALANCE]
    basket[B.SINCE, b] = day
    first_terms = view.first_terms(mem)
    if math.isnan(first_terms[lo]):
        for i in range(lo, hi):
            first_terms[i] = package[i]
    if x.precedent == Precedent.ON:
        sign(mem, b)
    n[N.SETTLED_MASK] |= 1 << b
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            pending[o], shares[o] = 1, 0.0
            due[o] = day + terms[0, o]
    return True


@rule
def sign(mem: Memory, b: int) -> None:
    """Make the package of a basket a precedent, with the floor of every member on this day."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    signatory = view.signatory(mem)
    package = view.package(mem)
    point = view.precedent_point(mem)
    pb = view.party_basket(mem)
    for i in range(first_issue[b], first_issue[b + 1]):
        point[i] = package[i]
    for p in range(x.parties):
        if signatory[p, b] != 0:
            pb[PB.PRECEDENT_FLOOR, p, b] = floor_of(mem, p, b)


@rule
def approved(mem: Memory, fate: int, step: int, j: int, b: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    x = sizes(mem)
    ratifier_party = view.ratifier_party(mem)
    first_issue = view.first_issue(mem)
    ratifier = view.th_ratifier(mem)
    w = view.th_world(mem)
    key_ratify = view.key_ratify(mem)
    key_amend = view.key_amend(mem)
    fallen = view.fallen(mem)
    n = view.count(mem)
    member = view.member(mem)
    party = view.party(mem)
    p = ratifier_party[j]
    lo, hi = first_issue[b], first_issue[b + 1]
    worth = ratification.ratifier_utility(
        strip.package(mem, (), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        ratifier[RATIFIER.REACH, j],
    )
    chance = ratification.ratification_chance(worth, ratifier[RATIFIER.STATUS_QUO, j], w[W.RATIFICATION_WIDTH])
    if uniform(key_ratify[j, b], fate, step, 0) < chance:
        return True
    if uniform(key_amend[b], fate, step, 0) < w[W.RATIFICATION_AMENDMENT]:
        fallen[b] = outcome.AMENDED
        n[N.AMENDMENTS] += 1
        n[N.AMENDED_MASK] |= 1 << b
        for q in range(x.parties):
            if q != p and member[q, b] != 0:
                party[P.HARDENING, q] += w[W.RATIFICATION_AMENDMENT_HARDENING]
    else:
        fallen[b] = outcome.REFUSED
        n[N.REFUSALS] += 1
    return False


@rule
def code_round(mem: Memory, fate: int, step: int, unratified: bool, papers: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    x = sizes(mem)
    n = view.count(mem)
    basket_code = view.basket_code(mem)
    settled = view.settled(mem)
    w = view.th_world(mem)
    key_procedural = view.key_procedural(mem)
    s = view.scalar(mem)
    best, all_settled = -1, True
    for b in range(x.baskets):
        if n[N.SETTLED_MASK] & (1 << b):
            best = max(best, basket_code[b])
        if settled[b] == 0:
            all_settled = False
    exchanged = outcome.is_text_exchanged(n[N.TEXTS], papers, unratified)
    least = least_readiness(mem)
    odds = convening.procedural_odds(
        w[W.PROCEDURAL_BASE],
        w[W.PROCEDURAL_READINESS],
        least,
        w[W.PROCEDURAL_FACILITATION],
        s[S.FACILITATION],
    )
    procedural = uniform(key_procedural[0], fate, step, 0) < convening.chance(odds)
    code = outcome.round_code(best, all_settled, exchanged, procedural)
    if code >= outcome.TEXTS and n[N.TEXTS_EVER] == 0:
        n[N.TEXTS_EVER] = 1
        s[S.TEXTS_DAY] = s[S.DAY]
    if code >= outcome.PROCEDURAL and n[N.PROCEDURAL_EVER] == 0:
        n[N.PROCEDURAL_EVER] = 1
        s[S.PROCEDURAL_DAY] = s[S.DAY]
    n[N.PEAK] = max(n[N.PEAK], code)
    s[S.PROGRESS] = readiness.update_progress(s[S.PROGRESS], code, w[W.READINESS_PROGRESS_MEMORY])
    s[S.GAP] = measure_gaps(mem)
    return code
