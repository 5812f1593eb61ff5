"""Phase 1: the gap to the next planned round, time in talks and in abeyance, the return from abeyance."""

from __future__ import annotations

import math

from sim.compiled.measures import assess, record_days, will
from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import PB, N, P, S
from sim.compiled.party import least_readiness
from sim.compiled.state import derive_reservations
from sim.core.distributions import unit_exponential, weibull
from sim.core.draws import uniform
from sim.core.jit import inline_part, rule
from sim.core.layout import PARTY, PI, W
from sim.rules import pace
from sim.rules.mediation import Strength


@rule
def elapse(mem: Memory, fate: int, step: int) -> tuple[float, bool, bool, float]:
    """Draw the days to the next planned round, or until talks break off.

    Returns (days, round planned, run ends, planned day of the round); `BREAKS_OFF` is set where talks break off.
    """
    x = sizes(mem)
    n = view.count(mem)
    w = view.th_world(mem)
    key_resume = view.key_resume(mem)
    key_gap = view.key_gap(mem)
    s = view.scalar(mem)
    facilitation = present_strength(mem, Strength.FACILITATION)
    if x.detail != 0 or pace.reads_will(x.resumption, w[W.PACE_BREAKOFF]):
        s[S.WILL] = will(mem, facilitation)
    n[N.BREAKS_OFF] = 0
    days, planned, ends = 0.0, True, False
    left = w[W.CALENDAR_HORIZON] - s[S.DAY]
    if n[N.ABEYANCE] != 0:
        rate = pace.resumption_rate(
            x.resumption,
            w[W.RESUMPTION_RATE],
            w[W.RESUMPTION_READINESS],
            least_readiness(mem),
            w[W.RESUMPTION_FACILITATION],
            facilitation,
            s[S.WILL],
        )
        review = w[W.CALENDAR_ABEYANCE_REVIEW]
        waited = unit_exponential(uniform(key_resume[0], fate, step, 0))
        planned = pace.resumes(rate, waited, review)
        days = pace.days_of_abeyance(rate, waited, review)
    elif step > 0:
        drawn = weibull(uniform(key_gap[0], fate, step, 0), gap_scale(mem, facilitation), w[W.CALENDAR_GAP_SHAPE])
        days = max(drawn, w[W.CALENDAR_GAP_MIN])
        planned = any_open(mem)
        if planned:
            until = days_to_break_off(mem, fate, step)
            if until < days and until <= left:
                days, planned = until, False
                n[N.BREAKS_OFF] = 1
    planned_day = s[S.DAY] + days if planned else math.inf
    if days > left:
        days, planned, ends = left, False, True
    record_days(mem, s[S.DAY] + days)
    return days, planned, ends, planned_day


@inline_part
def gap_scale(mem: Memory, facilitation: float) -> float:
    """Weibull scale of the gap to the next planned round, in days."""
    x = sizes(mem)
    w = view.th_world(mem)
    seat = view.seated(mem)
    own = view.th_party(mem)
    least = math.inf
    for p in range(x.parties):
        if seat[p] != 0:
            least = min(least, own[PARTY.DEADLINE, p])
    return pace.gap_scale(
        x.pace,
        w[W.CALENDAR_GAP_SCALE],
        least,
        w[W.CALENDAR_ROUNDS_PER_DEADLINE],
        w[W.MEDIATION_GAP_SHORTENING],
        facilitation,
    )


@inline_part
def days_to_break_off(mem: Memory, fate: int, step: int) -> float:
    """Days until talks break off if they are not resumed before."""
    w = view.th_world(mem)
    s = view.scalar(mem)
    key_breakoff = view.key_breakoff(mem)
    if w[W.PACE_BREAKOFF] <= 0.0:
        return math.inf
    hazard = pace.break_off_hazard(w[W.PACE_BREAKOFF], s[S.EXPECTED], s[S.WILL])
    return pace.days_to_break_off(hazard, unit_exponential(uniform(key_breakoff[0], fate, step, 0)))


@rule
def any_open(mem: Memory) -> bool:
    """Whether any basket is still to be settled."""
    x = sizes(mem)
    is_open = view.open(mem)
    for b in range(x.baskets):
        if is_open[b] != 0:
            return True
    return False


@inline_part
def advance(mem: Memory, days: float, planned: bool) -> None:
    """Move the clock to the end of the gap; talks that resume start anew, talks that break off fall into abeyance."""
    n = view.count(mem)
    s = view.scalar(mem)
    s[S.DAY] += days
    if n[N.ABEYANCE] != 0:
        s[S.ABEYANCE_DAYS] += days
        if planned:
            restart(mem)
        return
    s[S.TALK_TIME] += days
    if n[N.BREAKS_OFF] != 0:
        break_off(mem)


@rule
def break_off(mem: Memory) -> None:
    """Break off talks: abeyance, and the level of the start."""
    x = sizes(mem)
    n = view.count(mem)
    n[N.ABEYANCE] = n[N.CHANGED] = 1
    n[N.LEVEL] = x.start_level
    n[N.BREAKOFFS] += 1


@rule
def restart(mem: Memory) -> None:
    """Resume talks after abeyance: every party starts again from its demands."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    th_party = view.th_party(mem)
    pb = view.party_basket(mem)
    is_open = view.open(mem)
    last_worth = view.last_worth(mem)
    first_issue = view.first_issue(mem)
    offers = view.offers(mem)
    stakes = view.th_party_issue(mem)
    derive_reservations(mem)
    n[N.ABEYANCE] = 0
    n[N.CHANGED] = 1
    n[N.STREAK] = 0
    s[S.TALK_TIME] = 0.0
    for p in range(x.parties):
        party[P.CONCESSION, p] = th_party[PARTY.K0, p]
        party[P.ENTRY_TIME, p] = 0.0
        for field in (P.RECEIVED, P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE):
            party[field, p] = 0.0
        for b in range(x.baskets):
            pb[PB.LAST, p, b] = 1.0
            if is_open[b] != 0:
                for q in range(x.parties):
                    last_worth[p, q, b] = math.nan
                for i in range(first_issue[b], first_issue[b + 1]):
                    offers[p, i] = stakes[PI.DEMAND, p, i]
    view.latent(mem)[:] = 0
    assess(mem)
