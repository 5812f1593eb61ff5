"""Phases 2 and 3 of the reference engine: incidents in the gap, deliveries, collapse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.draws import delivered_share
from sim.errors import ParleyError
from sim.layout import INCIDENT, MEDIATOR, W
from sim.rules import hawkes, incidents, ratification, readiness
from sim.rules.hawkes import MAX_EVENTS
from sim.rules.outcome import COLLAPSED
from sim.rules.spoilers import surged as surging

if TYPE_CHECKING:
    from sim.basket import Basket, Obligation
    from sim.model import NegotiationModel


class Incidents:
    """Incidents of the gap, those already set off that are still to come, and where they are drawn."""

    def __init__(self, types: int):
        self.now, self.later = hawkes.empty_line(MAX_EVENTS), hawkes.empty_line(MAX_EVENTS)
        self.lanes = hawkes.window_lanes(types)


def happen(model: NegotiationModel, days: float) -> None:
    """Phase 2: incidents of the gap, each with its day, and what they do."""
    x, w, field = model.structure, model.world, model.theta.incident
    left = _left(model, days)
    for party in model.parties:
        party.fade(*left)
    if x.incidents == 0:
        return
    chance = readiness.agreement_chance(model.gap, model.least_readiness())
    rates = field[INCIDENT.RATE]
    surged = np.array(
        [
            surging(rates[t], field[INCIDENT.SURGE, t], 1.0 if x.surge_coercive[t] else chance)
            for t in range(x.incidents)
        ]
    )
    end = model.day + days
    count = hawkes.window(
        model.day,
        end,
        model.planned_day - w[W.SURGE_WINDOW],
        rates,
        surged,
        hawkes.Offspring(model.theta.branching[0], field[INCIDENT.DECAY], model.streams.offspring),
        x.scripted_type,
        x.scripted_day,
        model.streams.scripted,
        model.streams.incident,
        model.fate,
        model.planned_step,
        model.incidents.now,
        model.incidents.later,
        model.incidents.lanes,
    )
    if count < 0:
        raise ParleyError(f"more than {MAX_EVENTS} incidents between two rounds; lower the incident rates")
    now = model.incidents.now
    found = list(zip(now.day[:count].tolist(), now.kind[:count].tolist(), strict=True))
    for day, kind in found:
        strike(model, kind, end - day)
    for day, kind in sorted(found):
        model.tell("incident", {"type": model.names.incidents[kind], "day": day})
    model.incident_count += count
    model.since_last.incidents += count


def _left(model: NegotiationModel, days: float) -> tuple[float, float, float]:
    """The shares of cost, hardening and blame that are left after some days."""
    w = model.world
    cost, hardening = incidents.kept(days, w[W.PAIN_MEMORY]), incidents.kept(days, w[W.HARDENING_MEMORY])
    return cost, hardening, incidents.kept(days, w[W.INCIDENT_MEMORY])


def strike(model: NegotiationModel, kind: int, ago: float) -> None:
    """The effects of one incident, `ago` days before the gap's end, on every party."""
    field = model.theta.incident[:, kind]
    left = _left(model, ago)
    cost, hardening = field[INCIDENT.COST] * left[0], field[INCIDENT.HARDENING] * left[1]
    blame = field[INCIDENT.SEVERITY] * left[2]
    for party in model.parties:
        party.suffer(kind, bool(model.structure.offended[kind, party.index]), cost, hardening, blame)


def implement(model: NegotiationModel, days: float) -> None:
    """Phase 3: obligations that fell due are met in a share; settlements that stand may collapse."""
    due = [(o, basket) for basket in model.baskets for o in basket.obligations if o.pending and o.due <= model.day]
    for obligation, basket in sorted(due, key=lambda pair: pair[0].index):
        _deliver(model, obligation, basket)
    enough = model.world[W.DELIVERED_ENOUGH]
    for basket in model.baskets:
        if not basket.settled:
            continue
        if model.structure.renewable[basket.index] and not basket.open and basket.executed():
            basket.open = True
        if not basket.open and not basket.delivered(enough):
            _may_collapse(model, basket, days)


def _deliver(model: NegotiationModel, obligation: Obligation, basket: Basket) -> None:
    """One obligation falls due: the share met, and what the others make of it."""
    doer = model.parties[obligation.doer]
    share = delivered_share(model.draw("delivery", obligation.index), doer.compliance)
    obligation.share, obligation.pending, obligation.done = share, False, True
    model.met_share += share
    model.met += 1.0
    missing = (1.0 - share) * model.world[W.SHORTFALL_SEVERITY]
    for party in model.parties:
        if party is not doer:
            party.see_delivery(obligation.doer, share, missing, obligation.blame[party.index])
    name = model.names.obligations[obligation.index]
    model.tell("delivery", {"obligation": name, "doer": doer.name, "share": share, "basket": basket.name})


def _may_collapse(model: NegotiationModel, basket: Basket, days: float) -> None:
    """A standing settlement collapses at its hazard; its basket is then open again."""
    w = model.world
    margin = min((p.utility_of(basket, model.package) - p.floor_of(basket) for p in basket.members), default=math.inf)
    chance = ratification.collapse_chance(
        w[W.COLLAPSE_HAZARD],
        w[W.COLLAPSE_LEVERAGE],
        max(basket.leverage_at - model.present_strength(MEDIATOR.LEVERAGE), 0.0),
        w[W.COLLAPSE_MARGIN],
        margin,
        w[W.COLLAPSE_BALANCE],
        model.balance - basket.balance_at,
        days,
    )
    if model.draw("collapse", basket.index) < chance:
        basket.settled, basket.open, basket.fallen, basket.settled_day = False, True, COLLAPSED, math.nan
        model.collapses += 1
        model.since_last.collapsed |= 1 << basket.index
        for obligation in basket.obligations:
            obligation.pending = obligation.done = False
        model.tell("collapse", {"basket": basket.name})
