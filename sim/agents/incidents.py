"""Phase 2: incidents in the gap, each with its day, and their effects on the parties."""

from __future__ import annotations

import numpy as np

from sim.agents.protocols import Talks
from sim.core.errors import ParleyError
from sim.core.layout import INCIDENT, W
from sim.rules import hawkes, incidents, readiness
from sim.rules.hawkes import MAX_EVENTS
from sim.rules.spoilers import perceive_chance, surge_rate, surge_strength


class HawkesState:
    """Incidents of the gap (`now`), incidents set off that are still to come (`later`), and room to draw them."""

    def __init__(self, types: int):
        self.now, self.later = hawkes.create_event_list(MAX_EVENTS), hawkes.create_event_list(MAX_EVENTS)
        self.lanes = hawkes.create_window_lanes(types)


def draw_incidents(model: Talks) -> bool:
    """Draw the incidents of the gap and apply their effects on trust, cost, hardening and blame.

    Raises
    ------
    ParleyError
        If one gap has more incidents than can be kept.
    """
    fade(model, model.days)
    if model.structure.incidents > 0:
        strike_all(model, _draw(model))
    return True


def _draw(model: Talks) -> int:
    """Draw the incidents of the gap into `model.hawkes.now`; returns how many."""
    x, w, field = model.structure, model.world, model.theta.incident
    by_gap = readiness.agreement_chance(model.gap, model.least_readiness())
    chance = perceive_chance(x.surge_reads, by_gap, model.deal)
    rates = field[INCIDENT.RATE]
    mode, surge = x.surge_mode, field[INCIDENT.SURGE]
    raised = [surge_rate(rates[t], surge[t], surge_strength(mode[t], chance)) for t in range(x.incidents)]
    count = hawkes.draw_window(
        model.day,
        model.day + model.days,
        model.planned_day - w[W.SURGE_WINDOW],
        rates,
        np.array(raised),
        hawkes.Offspring(model.theta.branching[0], field[INCIDENT.DECAY], model.streams.offspring),
        x.scripted_type,
        x.scripted_day,
        model.streams.scripted,
        model.streams.incident,
        model.fate,
        model.planned_step,
        model.hawkes.now,
        model.hawkes.later,
        model.hawkes.lanes,
    )
    if count < 0:
        raise ParleyError(f"more than {MAX_EVENTS} incidents between two rounds; lower the incident rates")
    return count


def fade(model: Talks, days: float) -> None:
    """Let cost, hardening and blame of every party fade over some days."""
    shares = _shares_left(model, days)
    for party in model.parties:
        party.fade(*shares)


def _shares_left(model: Talks, days: float) -> tuple[float, float, float]:
    """The shares of cost, hardening and blame that are left after some days."""
    w = model.world
    cost = incidents.decay_factor(days, w[W.PAIN_MEMORY])
    hardening = incidents.decay_factor(days, w[W.BARGAINING_HARDENING_MEMORY])
    return cost, hardening, incidents.decay_factor(days, w[W.CONVENING_INCIDENT_MEMORY])


def strike_all(model: Talks, count: int) -> None:
    """Apply the effects of the first `count` incidents in `model.hawkes.now`."""
    now, end = model.hawkes.now, model.day + model.days
    events = list(zip(now.day[:count].tolist(), now.kind[:count].tolist(), strict=True))
    for day, kind in events:
        strike(model, kind, end - day)
    for day, kind in sorted(events):
        model.on_event("incident", {"type": model.names.incidents[kind], "day": day})
    model.incident_count += count
    model.since_last.incidents += count


def strike(model: Talks, kind: int, ago: float) -> None:
    """Apply the effects of one incident, `ago` days before the end of the gap, to every party."""
    field = model.theta.incident[:, kind]
    left = _shares_left(model, ago)
    cost = incidents.fade(field[INCIDENT.COST], left[0])
    hardening = incidents.fade(field[INCIDENT.HARDENING], left[1])
    blame = incidents.fade(field[INCIDENT.SEVERITY], left[2])
    model.severity += float(field[INCIDENT.SEVERITY])
    for party in model.parties:
        party.apply_incident(kind, bool(model.structure.offended[kind, party.index]), cost, hardening, blame)
