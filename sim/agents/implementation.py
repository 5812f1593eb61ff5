"""Phase 3: the gap ends; obligations that fell due are met in a share; settlements that stand may collapse."""

from __future__ import annotations

import math

from sim.agents import elapse, measures
from sim.agents.protocols import Basket, Obligation, Talks
from sim.core.distributions import delivery_share
from sim.core.layout import W
from sim.rules import delivery, ratification
from sim.rules.outcome import COLLAPSED


def implement(model: Talks) -> bool:
    """Move the clock on; deliver what fell due, reopen renewable baskets, let settlements collapse."""
    elapse.advance(model)
    due = [(o, basket) for basket in model.baskets for o in basket.obligations if o.pending and o.due <= model.day]
    for obligation, basket in sorted(due, key=lambda pair: pair[0].index):
        deliver(model, obligation, basket)
    enough, changed = model.world[W.DELIVERY_ENOUGH], False
    for basket in model.baskets:
        if not basket.settled:
            continue
        if model.structure.renewable[basket.index] and not basket.open and basket.executed():
            basket.open = changed = True
        if not basket.open and not basket.delivered(enough):
            changed = collapse(model, basket) or changed
    if changed:
        measures.assess(model)
    return True


def deliver(model: Talks, obligation: Obligation, basket: Basket) -> None:
    """Draw the share in which an obligation is met; the other parties observe it."""
    doer = model.parties[obligation.doer]
    share = delivery_share(model.draw("delivery", obligation.index), doer.compliance)
    obligation.share, obligation.pending, obligation.done = share, False, True
    model.met_share += share
    model.met += 1.0
    missing = delivery.shortfall_severity(share, model.world[W.DELIVERY_SEVERITY])
    for party in model.parties:
        if party is not doer:
            party.observe_delivery(obligation.doer, share, missing, obligation.blame[party.index])
    name = model.names.obligations[obligation.index]
    model.on_event("delivery", {"obligation": name, "doer": doer.name, "share": share, "basket": basket.name})


def collapse(model: Talks, basket: Basket) -> bool:
    """Collapse a standing settlement at its hazard; returns whether it fell, its basket then being open again."""
    w, leverage = model.world, model.leverage_present()
    margins = (p.utility_of(basket, model.package) - p.floor_of(basket, leverage) for p in basket.signatories)
    margin = min(margins, default=math.inf)
    chance = ratification.collapse_chance(
        w[W.COLLAPSE_HAZARD],
        w[W.COLLAPSE_LEVERAGE],
        basket.leverage_at,
        leverage,
        w[W.COLLAPSE_MARGIN],
        margin,
        w[W.COLLAPSE_BALANCE],
        basket.balance_at,
        model.balance,
        model.days,
    )
    if model.draw("collapse", basket.index) >= chance:
        return False
    basket.settled, basket.open, basket.fallen, basket.settled_day = False, True, COLLAPSED, math.nan
    basket.since, basket.latent = model.day, True
    model.collapses += 1
    model.since_last.collapsed |= 1 << basket.index
    for obligation in basket.obligations:
        obligation.pending = obligation.done = False
    model.on_event("collapse", {"basket": basket.name})
    return True
