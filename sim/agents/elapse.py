"""Phase 1: the gap to the next planned round, time in talks and in abeyance, the return from abeyance."""

from __future__ import annotations

import math

from sim.agents import measures
from sim.agents.protocols import Talks
from sim.core.distributions import unit_exponential, weibull
from sim.core.layout import W
from sim.rules import pace
from sim.rules.mediation import Strength


def elapse(model: Talks) -> bool:
    """Draw the days to the next planned round, or until talks break off; set what the gap brings in the model."""
    w, x = model.world, model.structure
    facilitation = model.present_strength(Strength.FACILITATION)
    if x.detail or pace.reads_will(x.resumption, w[W.PACE_BREAKOFF]):
        model.will = measures.will(model, facilitation)
    days, model.planned, model.ends, model.breaks_off = 0.0, True, False, False
    left = w[W.CALENDAR_HORIZON] - model.day
    if model.abeyance:
        rate = pace.resumption_rate(
            x.resumption,
            w[W.RESUMPTION_RATE],
            w[W.RESUMPTION_READINESS],
            model.least_readiness(),
            w[W.RESUMPTION_FACILITATION],
            facilitation,
            model.will,
        )
        waited, review = unit_exponential(model.draw("resume", 0)), w[W.CALENDAR_ABEYANCE_REVIEW]
        model.planned = pace.resumes(rate, waited, review)
        days = pace.days_of_abeyance(rate, waited, review)
    elif model.planned_step > 0:
        gap = weibull(model.draw("gap", 0), gap_scale(model, facilitation), w[W.CALENDAR_GAP_SHAPE])
        days = max(gap, w[W.CALENDAR_GAP_MIN])
        model.planned = any(basket.open for basket in model.baskets)
        if model.planned:
            until = days_to_break_off(model)
            if until < days and until <= left:
                days, model.planned, model.breaks_off = until, False, True
    model.planned_day = model.day + days if model.planned else math.inf
    if days > left:
        days, model.planned, model.ends = left, False, True
    model.days = days
    measures.record_days(model, model.day + days)
    return True


def gap_scale(model: Talks, facilitation: float) -> float:
    """Weibull scale of the gap to the next planned round, in days."""
    w = model.world
    least = min((party.deadline for party in model.parties if party.seated), default=math.inf)
    return pace.gap_scale(
        model.structure.pace,
        w[W.CALENDAR_GAP_SCALE],
        least,
        w[W.CALENDAR_ROUNDS_PER_DEADLINE],
        w[W.MEDIATION_GAP_SHORTENING],
        facilitation,
    )


def days_to_break_off(model: Talks) -> float:
    """Days until talks break off if they are not resumed before."""
    if model.world[W.PACE_BREAKOFF] <= 0.0:
        return math.inf
    hazard = pace.break_off_hazard(model.world[W.PACE_BREAKOFF], model.expected, model.will)
    return pace.days_to_break_off(hazard, unit_exponential(model.draw("breakoff", 0)))


def advance(model: Talks) -> None:
    """Move the clock to the end of the gap; talks that resume start anew, talks that break off fall into abeyance."""
    model.day += model.days
    model.on_event("elapsed", {"days": model.days, "day": model.day})
    if model.abeyance:
        model.abeyance_days += model.days
        if model.planned:
            restart(model)
        return
    model.talk_time += model.days
    if model.breaks_off:
        break_off(model)


def break_off(model: Talks) -> None:
    """Break off talks: abeyance, and the level of the start."""
    model.abeyance, model.level = True, model.structure.start_level
    model.breakoffs += 1
    model.on_event("broken_off", {"day": model.day})


def restart(model: Talks) -> None:
    """Resume talks after abeyance: every party starts again from its demands."""
    model.abeyance, model.streak, model.talk_time = False, 0, 0.0
    for party in model.parties:
        party.restart()
    for basket in model.baskets:
        basket.latent = False
    measures.assess(model)
    model.on_event("resume", {})
