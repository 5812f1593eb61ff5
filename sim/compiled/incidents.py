"""Phase 2: incidents in the gap, each with its day, and their effects on the parties."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.party import least_readiness
from sim.core.draws import Lanes
from sim.core.jit import inline_part
from sim.core.layout import INCIDENT, W
from sim.rules import hawkes, incidents, readiness
from sim.rules.hawkes import EventList, Offspring
from sim.rules.spoilers import perceive_chance, surge_rate, surge_strength


@table_entry
def draw_incidents(mem: Memory, fate: int, step: int, days: float, planned: float) -> None:
    """Draw the incidents of the gap and apply their effects on trust, cost, hardening and blame."""
    x = sizes(mem)
    s = view.scalar(mem)
    party = view.party(mem)
    w = view.th_world(mem)
    kind = view.th_incident(mem)
    surge_mode = view.surge_mode(mem)
    base_rate = view.base_rate(mem)
    surged_rate = view.surged_rate(mem)
    branching = view.th_branching(mem)
    scripted_type = view.scripted_type(mem)
    scripted_day = view.scripted_day(mem)
    now = EventList(view.now_day(mem), view.now_kind(mem), view.now_name(mem), view.now_size(mem))
    later = EventList(view.later_day(mem), view.later_kind(mem), view.later_name(mem), view.later_size(mem))
    n = view.count(mem)
    start = s[S.DAY]
    end = start + days
    cost = incidents.decay_factor(days, w[W.PAIN_MEMORY])
    hardening = incidents.decay_factor(days, w[W.BARGAINING_HARDENING_MEMORY])
    blame = incidents.decay_factor(days, w[W.CONVENING_INCIDENT_MEMORY])
    for p in range(x.parties):
        party[P.COST, p] = incidents.fade(party[P.COST, p], cost)
        party[P.HARDENING, p] = incidents.fade(party[P.HARDENING, p], hardening)
        party[P.BLAME, p] = incidents.fade(party[P.BLAME, p], blame)
    if x.incidents == 0:
        return
    by_gap = readiness.agreement_chance(s[S.GAP], least_readiness(mem))
    chance = perceive_chance(x.surge_reads, by_gap, s[S.DEAL])
    for t in range(x.incidents):
        rate = kind[INCIDENT.RATE, t]
        strength = surge_strength(surge_mode[t], chance)
        base_rate[t] = rate
        surged_rate[t] = surge_rate(rate, kind[INCIDENT.SURGE, t], strength)
    count = hawkes.draw_window(
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
    n[N.INCIDENT_COUNT] += count
    n[N.INCIDENTS_SINCE] += count


@inline_part
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


@inline_part
def strike(mem: Memory, t: int, ago: float) -> None:
    """The effects of one incident of type `t`, `ago` days before the gap's end."""
    x = sizes(mem)
    kind = view.th_incident(mem)
    w = view.th_world(mem)
    attribution = view.th_attribution(mem)
    trusts = view.trust(mem)
    offended = view.offended(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    severity = kind[INCIDENT.SEVERITY, t]
    s[S.SEVERITY] += severity
    effect = w[W.TRUST_INCIDENT_EFFECT]
    cost = incidents.fade(kind[INCIDENT.COST, t], incidents.decay_factor(ago, w[W.PAIN_MEMORY]))
    hardening = incidents.fade(
        kind[INCIDENT.HARDENING, t], incidents.decay_factor(ago, w[W.BARGAINING_HARDENING_MEMORY])
    )
    blame = incidents.fade(severity, incidents.decay_factor(ago, w[W.CONVENING_INCIDENT_MEMORY]))
    for p in range(x.parties):
        worst = 0.0
        for q in range(x.parties):
            blamed = attribution[0, t, p, q]
            if blamed > 0.0:
                trusts[p, q] = incidents.lose_trust(trusts[p, q], effect, blamed, severity)
                worst = max(worst, blamed)
        if offended[t, p] != 0:
            party[P.COST, p] += cost
            party[P.HARDENING, p] = incidents.add_effect(party[P.HARDENING, p], hardening, worst)
            party[P.BLAME, p] = incidents.add_effect(party[P.BLAME, p], blame, worst)
