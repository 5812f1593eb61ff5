"""Phase 1: the gap to the next planned round, time in talks and in abeyance, the return from abeyance."""

from __future__ import annotations

import math

from sim.agents.protocols import Talks
from sim.core.draws import unit_exponential, weibull
from sim.core.layout import W
from sim.rules import convening
from sim.rules.mediation import Strength


def elapse(model: Talks) -> bool:
    """Draw the days to the next planned round; set `days`, `planned`, `planned_day` and `ends` of the model."""
    w = model.world
    facilitation = model.present_strength(Strength.FACILITATION)
    days, model.planned, model.ends = 0.0, True, False
    if model.abeyance:
        rate = convening.resumption_rate(
            w[W.RESUMPTION_RATE],
            w[W.RESUMPTION_READINESS],
            model.least_readiness(),
            w[W.RESUMPTION_FACILITATION],
            facilitation,
        )
        waited = unit_exponential(model.draw("resume", 0))
        model.planned = waited <= rate * w[W.CALENDAR_ABEYANCE_REVIEW]
        days = waited / rate if model.planned else w[W.CALENDAR_ABEYANCE_REVIEW]
    elif model.planned_step > 0:
        scale = convening.gap_scale(w[W.CALENDAR_GAP_SCALE], w[W.MEDIATION_GAP_SHORTENING], facilitation)
        days = max(weibull(model.draw("gap", 0), scale, w[W.CALENDAR_GAP_SHAPE]), w[W.CALENDAR_GAP_MIN])
        model.planned = any(basket.open for basket in model.baskets)
    model.planned_day = model.day + days if model.planned else math.inf
    left = w[W.CALENDAR_HORIZON] - model.day
    if days > left:
        days, model.planned, model.ends = left, False, True
    model.days = days
    return True


def advance(model: Talks) -> None:
    """Move the clock to the end of the gap; talks that resume start anew."""
    model.day += model.days
    model.on_event("elapsed", {"days": model.days, "day": model.day})
    if not model.abeyance:
        model.talk_time += model.days
        return
    model.abeyance_days += model.days
    if model.planned:
        restart(model)


def restart(model: Talks) -> None:
    """Resume talks after abeyance: every party starts again from its demands."""
    model.abeyance, model.streak, model.talk_time = False, 0, 0.0
    for party in model.parties:
        party.restart()
    model.on_event("resume", {})
