"""Phase 8: facilitation, and texts of mediators."""

from __future__ import annotations

from sim.compiled.coalition import is_decided
from sim.compiled.exchange import listen, on_agenda
from sim.compiled.mediator import attends, strength_of
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, N, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.offers import accept
from sim.compiled.packages import list_members, nash_package
from sim.core.choices import dispatches
from sim.core.draws import uniform
from sim.core.jit import inline_part, rule
from sim.core.layout import MEDIATOR, PI, W
from sim.rules import belief, mediation, trust
from sim.rules.belief import Proposal
from sim.rules.decision import DecisionRule
from sim.rules.mediation import Strength, TextRule
from sim.solvers.multi_party import compromise


@rule
def facilitate(mem: Memory) -> None:
    """Add what facilitation brings to a round that is held: information, and a little trust."""
    x = sizes(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    trusts = view.trust(mem)
    strength = s[S.FACILITATION]
    gain = w[W.MEDIATION_INFORMATION_GAIN]
    s[S.INFORMATION] = mediation.gain_information(s[S.INFORMATION], gain, strength)
    for p in range(x.parties):
        for q in range(x.parties):
            if q != p:
                trusts[p, q] = trust.gain_trust(trusts[p, q], w[W.MEDIATION_TRUST_GAIN], strength)


@table_entry
def mediate(mem: Memory, fate: int, step: int) -> None:
    """Let mediators put texts on every basket on the agenda that the exchange left open."""
    x = sizes(mem)
    n = view.count(mem)
    agreed = view.agreed(mem)
    for b in range(x.baskets):
        if on_agenda(mem, b) and agreed[b] == 0:
            texts = n[N.TEXTS]
            if put_texts(mem, fate, step, b) or (n[N.TEXTS] == texts and bridge(mem, fate, step, b)):
                agreed[b] = 1
    listen(mem)


@dispatches(Proposal)
@rule
def bridge(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Let the first mover of a round propose a bridging package where the scenario says so; true when both accept."""
    x = sizes(mem)
    if x.proposal == Proposal.OWN:
        return False
    if x.proposal == Proposal.BRIDGING and list_members(mem, b) == 2:
        return propose_bridge(mem, fate, step, b)
    return False


@rule
def propose_bridge(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Put the package of the first mover's largest Nash product under its beliefs; true when both accept."""
    first_issue = view.first_issue(mem)
    n = view.count(mem)
    pb = view.party_basket(mem)
    members = view.members(mem)
    floors, weights = view.floor(mem), view.weight(mem)
    estimates = view.estimates(mem)
    stakes = view.th_party_issue(mem)
    reservation = view.reservation(mem)
    mean = view.belief_mean(mem)
    key_bridge = view.key_bridge(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    first = n[N.HELD] % 2
    p, q = members[first], members[1 - first]
    floors[p], floors[q] = pb[PB.ASPIRATION, p, b], 0.0
    weights[p], weights[q] = 1.0, 1.0
    for i in range(lo, hi):
        estimates[p, i] = reservation[p, i]
        estimates[q, i] = belief.estimate(stakes[PI.DEMAND, q, i], mean[p, q, i], stakes[PI.DEMAND, p, i])
    if not nash_package(mem, b):
        return False
    text = strip.text(mem, (), lo, hi)
    for k in range(2):
        m = members[k]
        if not accept(mem, m, b, text, pb[PB.ASPIRATION, m, b], key_bridge[m, b], fate, step, 0):
            return False
    view.consents(mem)[:, b] = 0
    for k in range(2):
        view.consents(mem)[members[k], b] = 1
    adopt(mem, b)
    return True


@inline_part
def put_texts(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Let each mediator at the table put a single text on one basket; true when enough accept it."""
    x = sizes(mem)
    n = view.count(mem)
    key_formulate = view.key_formulate(mem)
    for m in range(x.mediators):
        if not attends(mem, m, n[N.VENUE]):
            continue
        strength = strength_of(mem, Strength.FORMULATION, m)
        if strength <= 0.0 or uniform(key_formulate[m, b], fate, step, 0) >= strength:
            continue
        if not draft(mem, fate, step, m, b):
            continue
        n[N.TEXTS] += 1
        if is_adopted(mem, fate, step, m, b):
            return True
    return False


@dispatches(TextRule)
@rule
def draft(mem: Memory, fate: int, step: int, m: int, b: int) -> bool:
    """A mediator's text on a basket, written into `text`: false where it sees nothing all could accept."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    member = view.member(mem)
    floors = view.floor(mem)
    pb = view.party_basket(mem)
    weights = view.weight(mem)
    leaning = view.th_leaning(mem)
    estimates = view.estimates(mem)
    stakes = view.th_party_issue(mem)
    reservation = view.reservation(mem)
    mediator = view.th_mediator(mem)
    w = view.th_world(mem)
    key_estimate = view.key_estimate(mem)
    text_rule = view.text_rule(mem)
    text = view.text(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    for p in range(x.parties):
        if member[p, b] == 0:
            continue
        floors[p] = pb[PB.FLOOR, p, b]
        weights[p] = mediation.nash_weight(leaning[0, m, p])
        for i in range(lo, hi):
            estimates[p, i] = mediation.estimate_reservation(
                stakes[PI.DEMAND, p, i],
                reservation[p, i],
                mediator[MEDIATOR.INSIGHT, m],
                w[W.MEDIATION_ESTIMATE_ERROR],
                uniform(key_estimate[m, p, i], fate, step, 0),
            )
    kind = text_rule[m]
    if kind == TextRule.COMPROMISE:
        compromise(stakes[PI.DEMAND, :, lo:hi], stakes[PI.SALIENCE, :, lo:hi], member[:, b], text[lo:hi])
        return True
    if kind == TextRule.NASH:
        return nash_package(mem, b)
    return False  # `check_dispatchers` refuses a member without a branch; a compiled phase cannot raise


@rule
def is_adopted(mem: Memory, fate: int, step: int, m: int, b: int) -> bool:
    """The parties' answers to a mediator's text; when enough accept, it becomes the package."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    member = view.member(mem)
    w = view.th_world(mem)
    leaning = view.th_leaning(mem)
    pb = view.party_basket(mem)
    key_text = view.key_text(mem)
    consents = view.consents(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    consents[:, b] = 0
    for p in range(x.parties):
        if member[p, b] == 0:
            continue
        persuaded = mediation.persuasion(w[W.MEDIATION_PERSUASION], w[W.MEDIATION_LEANING_PERSUASION], leaning[0, m, p])
        threshold = mediation.text_threshold(pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b], persuaded)
        text = strip.text(mem, (), lo, hi)
        if accept(mem, p, b, text, threshold, key_text[m, p, b], fate, step, 0):
            consents[p, b] = 1
        elif view.decision(mem)[b] == DecisionRule.UNANIMITY:
            return False
    if not is_decided(mem, b):
        return False
    adopt(mem, b)
    return True


@rule
def adopt(mem: Memory, b: int) -> None:
    """Make the text in `text` the package, and the offer of everybody who consents."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    consents = view.consents(mem)
    text = view.text(mem)
    package = view.package(mem)
    offers = view.offers(mem)
    for i in range(first_issue[b], first_issue[b + 1]):
        package[i] = text[i]
        for p in range(x.parties):
            if consents[p, b] != 0:
                offers[p, i] = text[i]
