"""Phase 1: the gap to the next planned round, time in talks and in abeyance, the return from abeyance."""

from __future__ import annotations

import math

from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import PB, N, P, S
from sim.compiled.party import least_readiness
from sim.compiled.state import derive_reservations
from sim.core.draws import uniform, unit_exponential, weibull
from sim.core.jit import inlined, rule
from sim.core.layout import PARTY, PI, W
from sim.rules import convening
from sim.rules.mediation import Strength


@rule
def elapse(mem: Memory, fate: int, step: int) -> tuple[float, bool, bool, float]:
    """Phase 1: days to the next planned round. Returns (days, round planned, run ends, planned day of the round)."""
    n = view.count(mem)
    w = view.th_world(mem)
    key_resume = view.key_resume(mem)
    key_gap = view.key_gap(mem)
    s = view.scalar(mem)
    facilitation = present_strength(mem, Strength.FACILITATION)
    days, planned = 0.0, True
    if n[N.ABEYANCE] != 0:
        rate = convening.resumption_rate(
            w[W.RESUMPTION_RATE],
            w[W.RESUMPTION_READINESS],
            least_readiness(mem),
            w[W.RESUMPTION_FACILITATION],
            facilitation,
        )
        review = w[W.CALENDAR_ABEYANCE_REVIEW]
        waited = unit_exponential(uniform(key_resume[0], fate, step, 0))
        planned = waited <= rate * review
        days = waited / rate if planned else review
    elif step > 0:
        scale = convening.gap_scale(w[W.CALENDAR_GAP_SCALE], w[W.MEDIATION_GAP_SHORTENING], facilitation)
        drawn = weibull(uniform(key_gap[0], fate, step, 0), scale, w[W.CALENDAR_GAP_SHAPE])
        days = max(drawn, w[W.CALENDAR_GAP_MIN])
        planned = any_open(mem)
    planned_day = s[S.DAY] + days if planned else math.inf
    left = w[W.CALENDAR_HORIZON] - s[S.DAY]
    if days > left:
        return left, False, True, planned_day
    return days, planned, False, planned_day


@rule
def any_open(mem: Memory) -> bool:
    """Whether any basket is still to be settled."""
    x = sizes(mem)
    is_open = view.open(mem)
    for b in range(x.baskets):
        if is_open[b] != 0:
            return True
    return False


@inlined
def advance(mem: Memory, days: float, planned: bool) -> None:
    """Move the clock to the end of the gap; talks that resume start anew."""
    n = view.count(mem)
    s = view.scalar(mem)
    s[S.DAY] += days
    if n[N.ABEYANCE] == 0:
        s[S.TALK_TIME] += days
        return
    s[S.ABEYANCE_DAYS] += days
    if planned:
        restart(mem)


@rule
def restart(mem: Memory) -> None:
    """Resume talks after abeyance: every party starts again from its demands."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    given = view.th_party(mem)
    pb = view.party_basket(mem)
    is_open = view.open(mem)
    last_worth = view.last_worth(mem)
    first_issue = view.first_issue(mem)
    offers = view.offers(mem)
    stakes = view.th_party_issue(mem)
    derive_reservations(mem)
    n[N.ABEYANCE] = 0
    n[N.STREAK] = 0
    s[S.TALK_TIME] = 0.0
    for p in range(x.parties):
        party[P.CONCESSION, p] = given[PARTY.K0, p]
        for field in (P.RECEIVED, P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE):
            party[field, p] = 0.0
        for b in range(x.baskets):
            pb[PB.LAST, p, b] = 1.0
            if is_open[b] != 0:
                for q in range(x.parties):
                    last_worth[p, q, b] = math.nan
                for i in range(first_issue[b], first_issue[b + 1]):
                    offers[p, i] = stakes[PI.DEMAND, p, i]
