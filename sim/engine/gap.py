"""Phases 1 and 2: the gap to the next planned round, the incidents in it, and the return from abeyance."""

from __future__ import annotations

import math

from sim.compiled import inlined, rule
from sim.draws import Lanes, uniform, unit_exponential, weibull
from sim.engine.apart import apart
from sim.engine.fields import PB, N, P, S
from sim.engine.memory import Memory, sizes, view
from sim.engine.state import derive_anew
from sim.engine.table import present_strength
from sim.layout import INCIDENT, MEDIATOR, PARTY, PI, W
from sim.rules import convening, hawkes, incidents, readiness
from sim.rules.hawkes import Line, Offspring
from sim.rules.spoilers import surged


@rule
def elapse(mem: Memory, fate: int, step: int) -> tuple[float, bool, bool, float]:
    """Phase 1: days to the next planned round. Returns (days, round planned, run ends, planned day of the round)."""
    n = view.count(mem)
    w = view.th_world(mem)
    key_resume = view.key_resume(mem)
    key_gap = view.key_gap(mem)
    s = view.scalar(mem)
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
    is_open = view.open(mem)
    for b in range(x.baskets):
        if is_open[b] != 0:
            return True
    return False


@rule
def least_readiness(mem: Memory) -> float:
    """The least readiness among the parties that must come."""
    x = sizes(mem)
    seat = view.seat(mem)
    party = view.party(mem)
    least = 1.0
    for p in range(x.parties):
        if seat[p] != 0:
            least = min(least, party[P.READINESS, p])
    return least


@apart
def happen(mem: Memory, fate: int, step: int, days: float, planned: float) -> None:
    """Phase 2: incidents of the gap, each with its day, and what they do to trust, cost, hardening and blame."""
    x = sizes(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    w = view.th_world(mem)
    kind = view.th_incident(mem)
    surge_coercive = view.surge_coercive(mem)
    base_rate = view.base_rate(mem)
    surged_rate = view.surged_rate(mem)
    branching = view.th_branching(mem)
    scripted_type = view.scripted_type(mem)
    scripted_day = view.scripted_day(mem)
    now = Line(view.now_day(mem), view.now_kind(mem), view.now_name(mem), view.now_used(mem))
    later = Line(view.later_day(mem), view.later_kind(mem), view.later_name(mem), view.later_used(mem))
    n = view.count(mem)
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
        Offspring(branching[0], kind[INCIDENT.DECAY], view.key_offspring(mem)),
        scripted_type,
        scripted_day,
        view.key_scripted(mem),
        view.key_incident(mem),
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
        view.lanes_key(mem),
        view.lanes_step(mem),
        view.lanes_sub(mem),
        view.lanes_uniform(mem),
        view.lanes_name(mem),
        view.lanes_tag(mem),
    )


@inlined
def strike(mem: Memory, t: int, ago: float) -> None:
    """The effects of one incident of type `t`, `ago` days before the gap's end."""
    x = sizes(mem)
    kind = view.th_incident(mem)
    w = view.th_world(mem)
    attribution = view.th_attribution(mem)
    trusts = view.trust(mem)
    offended = view.offended(mem)
    party = view.party(mem)
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
    n = view.count(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    given = view.th_party(mem)
    pb = view.party_basket(mem)
    is_open = view.open(mem)
    heard = view.heard(mem)
    first_issue = view.first_issue(mem)
    offers = view.offers(mem)
    stakes = view.th_party_issue(mem)
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
