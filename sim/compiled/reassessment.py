"""Phase 4: levers, balance of forces, pain, trust, readiness, reservation values; mediators may leave."""

from __future__ import annotations

import math

from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.party import floor_of
from sim.core.distributions import logistic_unit
from sim.core.draws import uniform
from sim.core.jit import rule
from sim.core.layout import DYAD, LEVER, LEVER_PARTY, MEDIATOR, PARTY, PI, W
from sim.rules import convening, distance, incidents, levers, precedent, readiness, ripeness, stalemate, trust
from sim.rules.assumption import shift_reservation
from sim.rules.mediation import Strength
from sim.rules.precedent import Precedent


@table_entry
def reassess(mem: Memory, fate: int, step: int, days: float) -> None:
    """Phase 4: levers, balance, pain, trust, readiness, reservation points; a mediator may leave."""
    x = sizes(mem)
    w = view.th_world(mem)
    lever = view.lever(mem)
    given_lever = view.th_lever(mem)
    s = view.scalar(mem)
    key_balance = view.key_balance(mem)
    reservation = view.reservation(mem)
    stakes = view.th_party_issue(mem)
    derived_point = view.derived_point(mem)
    th_party = view.th_party(mem)
    present = view.present(mem)
    mediator = view.th_mediator(mem)
    key_departure = view.key_departure(mem)
    leaves = view.leaves(mem)
    drift = w[W.BALANCE_DRIFT]
    for k in range(x.levers):
        lever[k] = 1 if is_pulled(mem, fate, step, days, k) else 0
        if lever[k] != 0:
            drift += given_lever[LEVER.BALANCE, k]
    before = s[S.BALANCE]
    shock = logistic_unit(uniform(key_balance[0], fate, step, 0))
    s[S.BALANCE] = stalemate.move_balance(before, drift, w[W.BALANCE_NOISE], days, shock)
    s[S.DRIFT] = stalemate.update_drift(s[S.DRIFT], s[S.BALANCE] - before, days, w[W.BALANCE_MEMORY])
    decay = incidents.decay_factor(days, w[W.TRUST_MEMORY])
    for p in range(x.parties):
        update_readiness(mem, p, decay)
    change = s[S.BALANCE] - w[W.BALANCE_START]
    for p in range(x.parties):
        for i in range(x.issues):
            reservation[p, i] = shift_reservation(
                stakes[PI.DEMAND, p, i],
                derived_point[p, i],
                w[W.BALANCE_GAIN],
                th_party[PARTY.SIDE, p],
                change,
            )
    if x.precedent == Precedent.ON:
        follow_precedents(mem, step)
    for m in range(x.mediators):
        if present[m] != 0:
            rate = mediator[MEDIATOR.DEPARTURE, m]
            gone = rate > 0.0 and convening.has_occurred(rate, days, uniform(key_departure[m], fate, step, 0))
            if gone or s[S.DAY] >= leaves[m]:
                present[m] = 0
    s[S.GUARANTEE] = present_strength(mem, Strength.GUARANTEE)


@rule
def update_readiness(mem: Memory, p: int, decay: float) -> None:
    """Pain, trust and readiness of one party; `decay` is the share left of trust's distance to its baseline."""
    x = sizes(mem)
    w = view.th_world(mem)
    lever = view.lever(mem)
    lever_party = view.th_lever_party(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    trusts = view.trust(mem)
    dyad = view.th_dyad(mem)
    seat = view.seated(mem)
    relief = 0.0
    for k in range(x.levers):
        if lever[k] != 0:
            relief += lever_party[LEVER_PARTY.RELIEF, k, p]
    own = view.th_party(mem)
    party[P.PAIN, p] = ripeness.pull_to_settle(
        x.ripeness,
        party[P.COST, p],
        w[W.PAIN_MEMORY],
        relief,
        s[S.DRIFT],
        w[W.BALANCE_STALEMATE_DRIFT],
        w[W.PAIN_WEIGHT],
        w[W.PAIN_CAP],
        party[P.MEAN_COST, p],
        own[PARTY.OPTIMISM, p],
        w[W.RIPENESS_LEARNING],
        s[S.SEVERITY],
    )
    total, others = 0.0, 0
    for q in range(x.parties):
        if q != p:
            trusts[p, q] = trust.drift_to_baseline(trusts[p, q], dyad[DYAD.TRUST_BASELINE, p, q], decay)
            if seat[q] != 0:
                total += trusts[p, q]
                others += 1
    party[P.READINESS, p] = readiness.readiness(
        party[P.PAIN, p],
        distance.ratio(total, float(others)),
        s[S.PROGRESS],
        w[W.READINESS_M0],
        w[W.READINESS_M1],
        w[W.READINESS_O0],
        w[W.READINESS_O1],
        w[W.READINESS_O2],
    )


@rule
def is_pulled(mem: Memory, fate: int, step: int, days: float, k: int) -> bool:
    """Whether lever `k` is pulled at the end of a gap of some days."""
    field = view.th_lever(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    kind = view.lever_kind(mem)[k]
    u = uniform(view.key_lever(mem)[k], fate, step, 0) if levers.is_random(kind) else 0.0
    return levers.is_pulled(
        kind,
        view.lever(mem)[k] != 0,
        s[S.DAY],
        view.lever_on(mem)[k],
        view.lever_off(mem)[k],
        field[LEVER.RATE_ON, k],
        field[LEVER.RATE_OFF, k],
        days,
        u,
        n[N.HELD] + n[N.POSTPONED],
        s[S.PROGRESS],
        field[LEVER.THRESHOLD, k],
        view.lever_when(mem)[k],
    )


@rule
def follow_precedents(mem: Memory, step: int) -> None:
    """Let earlier settlements bear on reservation values; the floors of documented ones are those of the start."""
    x = sizes(mem)
    stake = view.stake(mem)
    first_issue = view.first_issue(mem)
    pb = view.party_basket(mem)
    point = view.precedent_point(mem)
    for b in range(x.baskets):
        lo, hi = first_issue[b], first_issue[b + 1]
        known = False
        if step == 0:
            for i in range(lo, hi):
                if not math.isnan(point[i]):
                    known = True
        for p in range(x.parties):
            if stake[p, b] == 0:
                continue
            if known:
                pb[PB.PRECEDENT_FLOOR, p, b] = floor_of(mem, p, b)
            if not math.isnan(pb[PB.PRECEDENT_FLOOR, p, b]):
                precedent.stretch(
                    strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
                    strip.reservation(mem, (p,), lo, hi),
                    strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
                    strip.precedent_point(mem, (), lo, hi),
                    pb[PB.PRECEDENT_FLOOR, p, b],
                    strip.reservation(mem, (p,), lo, hi),
                )
