"""Phases 1 and 2: the gap to the next planned round, the incidents in it, and the return from abeyance."""

from __future__ import annotations

import math

from sim.compiled import inlined, rule
from sim.draws import Lanes, uniform, unit_exponential, weibull
from sim.engine.apart import apart
from sim.engine.fields import AT, PB, N, P, S
from sim.engine.memory import Memory, floats1, floats2, floats3, floats4, ints1, ints2, keys1, sizes
from sim.engine.state import derive_anew
from sim.engine.table import present_strength
from sim.layout import INCIDENT, MEDIATOR, PARTY, PI, W
from sim.rules import convening, hawkes, incidents, readiness
from sim.rules.hawkes import Line
from sim.rules.spoilers import surged


@rule
def elapse(mem: Memory, fate: int, step: int) -> tuple[float, bool, bool, float]:
    """Phase 1: days to the next planned round. Returns (days, round planned, run ends, planned day of the round)."""
    n = ints1(mem, AT.count)
    w = floats1(mem, AT.th_world)
    key_resume = keys1(mem, AT.key_resume)
    key_gap = keys1(mem, AT.key_gap)
    s = floats1(mem, AT.scalar)
    facilitation = present_strength(mem, MEDIATOR.FACILITATION)
    days, planned = 0.0, True
    if n[N.ABEYANCE] != 0:
        rate = convening.resumption_rate(
            w[W.RESUME_RATE],
            w[W.RESUME_READINESS],
            least_readiness(mem),
            w[W.RESUME_FACILITATION],
            facilitation,
        )
        review = w[W.ABEYANCE_REVIEW]
        waited = unit_exponential(uniform(key_resume[0], fate, step, 0))
        planned = waited <= rate * review
        days = waited / rate if planned else review
    elif step > 0:
        scale = convening.gap_scale(w[W.GAP_SCALE], w[W.GAP_SHORTENING], facilitation)
        drawn = weibull(uniform(key_gap[0], fate, step, 0), scale, w[W.GAP_SHAPE])
        days = max(drawn, w[W.GAP_MIN])
        planned = any_open(mem)
    planned_day = s[S.DAY] + days if planned else math.inf
    left = w[W.HORIZON] - s[S.DAY]
    if days > left:
        return left, False, True, planned_day
    return days, planned, False, planned_day


@rule
def any_open(mem: Memory) -> bool:
    """Whether any basket is still to be settled."""
    x = sizes(mem)
    is_open = ints1(mem, AT.open)
    for b in range(x.baskets):
        if is_open[b] != 0:
            return True
    return False


@rule
def least_readiness(mem: Memory) -> float:
    """The least readiness among the parties that must come."""
    x = sizes(mem)
    seat = ints1(mem, AT.seat)
    party = floats2(mem, AT.party)
    least = 1.0
    for p in range(x.parties):
        if seat[p] != 0:
            least = min(least, party[P.READINESS, p])
    return least


@apart
def happen(mem: Memory, fate: int, step: int, days: float, planned: float) -> None:
    """Phase 2: incidents of the gap, each with its day, and what they do to trust, cost, hardening and blame."""
    x = sizes(mem)
    s = floats1(mem, AT.scalar)
    party = floats2(mem, AT.party)
    w = floats1(mem, AT.th_world)
    kind = floats2(mem, AT.th_incident)
    surge_coercive = ints1(mem, AT.surge_coercive)
    base_rate = floats1(mem, AT.base_rate)
    surged_rate = floats1(mem, AT.surged_rate)
    branching = floats3(mem, AT.th_branching)
    scripted_type = ints1(mem, AT.scripted_type)
    scripted_day = floats1(mem, AT.scripted_day)
    now = Line(floats1(mem, AT.now_day), ints1(mem, AT.now_kind), keys1(mem, AT.now_name), ints1(mem, AT.now_used))
    later = Line(
        floats1(mem, AT.later_day), ints1(mem, AT.later_kind), keys1(mem, AT.later_name), ints1(mem, AT.later_used)
    )
    n = ints1(mem, AT.count)
    start = s[S.DAY]
    end = start + days
    cost, hardening = incidents.kept(days, w[W.PAIN_MEMORY]), incidents.kept(days, w[W.HARDENING_MEMORY])
    blame = incidents.kept(days, w[W.INCIDENT_MEMORY])
    for p in range(x.parties):
        party[P.COST, p] *= cost
        party[P.HARDENING, p] *= hardening
        party[P.BLAME, p] *= blame
    if x.incidents == 0:
        return
    chance = readiness.agreement_chance(s[S.GAP], least_readiness(mem))
    for t in range(x.incidents):
        rate = kind[INCIDENT.RATE, t]
        strength = 1.0 if surge_coercive[t] != 0 else chance
        base_rate[t] = rate
        surged_rate[t] = surged(rate, kind[INCIDENT.SURGE, t], strength)
    count = hawkes.window(
        start,
        end,
        planned - w[W.SURGE_WINDOW],
        base_rate,
        surged_rate,
        kind[INCIDENT.DECAY],
        branching[0],
        scripted_type,
        scripted_day,
        keys1(mem, AT.key_scripted),
        keys1(mem, AT.key_incident),
        keys1(mem, AT.key_offspring),
        fate,
        step,
        now,
        later,
        lanes(mem),
    )
    if count < 0:
        n[N.OVERFLOW] = 1
        return
    for e in range(count):
        strike(mem, now.kind[e], end - now.day[e])
    n[N.INCIDENTS] += count
    n[N.INCIDENTS_SINCE] += count


@inlined
def lanes(mem: Memory) -> Lanes:
    """Where draws are made side by side."""
    return Lanes(
        keys1(mem, AT.lanes_key),
        keys1(mem, AT.lanes_step),
        keys1(mem, AT.lanes_sub),
        floats1(mem, AT.lanes_uniform),
        keys1(mem, AT.lanes_name),
        ints1(mem, AT.lanes_tag),
    )


@inlined
def strike(mem: Memory, t: int, ago: float) -> None:
    """The effects of one incident of type `t`, `ago` days before the gap's end."""
    x = sizes(mem)
    kind = floats2(mem, AT.th_incident)
    w = floats1(mem, AT.th_world)
    attribution = floats4(mem, AT.th_attribution)
    trusts = floats2(mem, AT.trust)
    offended = ints2(mem, AT.offended)
    party = floats2(mem, AT.party)
    severity = kind[INCIDENT.SEVERITY, t]
    effect = w[W.TRUST_INCIDENT]
    cost = kind[INCIDENT.COST, t] * incidents.kept(ago, w[W.PAIN_MEMORY])
    hardening = kind[INCIDENT.HARDENING, t] * incidents.kept(ago, w[W.HARDENING_MEMORY])
    blame = severity * incidents.kept(ago, w[W.INCIDENT_MEMORY])
    for p in range(x.parties):
        worst = 0.0
        for q in range(x.parties):
            blamed = attribution[0, t, p, q]
            if blamed > 0.0:
                trusts[p, q] = incidents.trust_after(trusts[p, q], effect, blamed, severity)
                worst = max(worst, blamed)
        if offended[t, p] != 0:
            party[P.COST, p] += cost
            party[P.HARDENING, p] += hardening * worst
            party[P.BLAME, p] += blame * worst


@rule
def resume(mem: Memory) -> None:
    """Talks resume: reservation points are derived anew, concession restarts, offers return to demands."""
    x = sizes(mem)
    n = ints1(mem, AT.count)
    s = floats1(mem, AT.scalar)
    party = floats2(mem, AT.party)
    given = floats2(mem, AT.th_party)
    pb = floats3(mem, AT.party_basket)
    is_open = ints1(mem, AT.open)
    heard = floats3(mem, AT.heard)
    first_issue = ints1(mem, AT.first_issue)
    offers = floats2(mem, AT.offers)
    stakes = floats3(mem, AT.th_party_issue)
    derive_anew(mem)
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
                    heard[p, q, b] = math.nan
                for i in range(first_issue[b], first_issue[b + 1]):
                    offers[p, i] = stakes[PI.DEMAND, p, i]
