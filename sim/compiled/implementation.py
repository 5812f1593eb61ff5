"""Phase 3: the gap ends; obligations that fell due are met in a share; settlements that stand may collapse."""

from __future__ import annotations

import math

from sim.compiled.basket import delivered, executed
from sim.compiled.elapse import advance
from sim.compiled.measures import assess
from sim.compiled.mediator import leverage_of_mediators
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import B, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.party import floor_under, utility_of
from sim.core.distributions import delivery_share
from sim.core.draws import uniform
from sim.core.jit import rule
from sim.core.layout import PARTY, W
from sim.rules import delivery, incidents, ratification
from sim.rules.outcome import COLLAPSED


@table_entry
def implement(mem: Memory, fate: int, step: int, days: float, planned: bool) -> None:
    """Move the clock on; deliver what fell due, reopen renewable baskets, let settlements collapse."""
    advance(mem, days, planned)
    x = sizes(mem)
    s = view.scalar(mem)
    pending = view.pending(mem)
    due = view.due(mem)
    key_delivery = view.key_delivery(mem)
    th_party = view.th_party(mem)
    obligation_doer = view.obligation_doer(mem)
    shares = view.share(mem)
    settled = view.settled(mem)
    renewable = view.renewable(mem)
    is_open = view.open(mem)
    day = s[S.DAY]
    for o in range(x.obligations):
        if pending[o] == 1 and due[o] <= day:
            u = uniform(key_delivery[o], fate, step, 0)
            share = delivery_share(u, th_party[PARTY.COMPLIANCE, obligation_doer[o]])
            shares[o], pending[o] = share, 2
            s[S.MET_SHARE] += share
            s[S.MET] += 1.0
            observe_delivery(mem, o, share)
    changed = False
    for b in range(x.baskets):
        if settled[b] != 0:
            if renewable[b] != 0 and is_open[b] == 0 and executed(mem, b):
                is_open[b] = 1
                changed = True
            if is_open[b] == 0 and not delivered(mem, b) and collapse(mem, fate, step, b, days):
                changed = True
    if changed:
        assess(mem)


@rule
def observe_delivery(mem: Memory, o: int, share: float) -> None:
    """Let the others observe a delivery: trust for the share met, blame and hardening for the shortfall."""
    x = sizes(mem)
    obligation_doer = view.obligation_doer(mem)
    w = view.th_world(mem)
    trusts = view.trust(mem)
    blames = view.th_blame(mem)
    party = view.party(mem)
    doer = obligation_doer[o]
    missing = delivery.shortfall_severity(share, w[W.DELIVERY_SEVERITY])
    for p in range(x.parties):
        if p != doer:
            blame = blames[0, o, p]
            trusts[p, doer] = delivery.update_trust(
                trusts[p, doer], w[W.TRUST_DELIVERY_GAIN], share, w[W.TRUST_INCIDENT_EFFECT], blame, missing
            )
            party[P.BLAME, p] = incidents.add_effect(party[P.BLAME, p], missing, blame)
            hardening = party[P.HARDENING, p]
            party[P.HARDENING, p] = delivery.harden(hardening, missing, blame, w[W.DELIVERY_HARDENING])


@rule
def collapse(mem: Memory, fate: int, step: int, b: int, days: float) -> bool:
    """Collapse a standing settlement at its hazard; returns whether it fell, its basket then being open again."""
    x = sizes(mem)
    signatory = view.signatory(mem)
    first_issue = view.first_issue(mem)
    package = strip.package(mem, (), first_issue[b], first_issue[b + 1])
    w = view.th_world(mem)
    basket = view.basket(mem)
    s = view.scalar(mem)
    key_collapse = view.key_collapse(mem)
    settled = view.settled(mem)
    is_open = view.open(mem)
    fallen = view.fallen(mem)
    n = view.count(mem)
    obligation_basket = view.obligation_basket(mem)
    pending = view.pending(mem)
    leverage = leverage_of_mediators(mem, -1)
    margin = math.inf
    for p in range(x.parties):
        if signatory[p, b] != 0:
            margin = min(margin, utility_of(mem, p, b, package) - floor_under(mem, p, b, leverage))
    chance = ratification.collapse_chance(
        w[W.COLLAPSE_HAZARD],
        w[W.COLLAPSE_LEVERAGE],
        basket[B.LEVERAGE_AT, b],
        leverage,
        w[W.COLLAPSE_MARGIN],
        margin,
        w[W.COLLAPSE_BALANCE],
        basket[B.BALANCE_AT, b],
        s[S.BALANCE],
        days,
    )
    if uniform(key_collapse[b], fate, step, 0) >= chance:
        return False
    settled[b], is_open[b], fallen[b] = 0, 1, COLLAPSED
    basket[B.SETTLED_DAY, b] = math.nan
    basket[B.SINCE, b] = s[S.DAY]
    view.latent(mem)[b] = 1
    n[N.COLLAPSES] += 1
    n[N.CHANGED] = 1
    n[N.COLLAPSED_MASK] |= 1 << b
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            pending[o] = 0
    return True
