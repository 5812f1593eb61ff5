"""Phases 1 to 4: what happens between two planned rounds."""

from __future__ import annotations

import math

from sim.compiled import rule
from sim.draws import delivered_share, logistic_unit, uniform, unit_exponential, weibull
from sim.engine.state import B, N, P, S, State, derive_anew
from sim.engine.table import floor_of, present_strength, utility_of
from sim.layout import (
    DATED,
    DYAD,
    INCIDENT,
    LEVER,
    LEVER_PARTY,
    MEDIATOR,
    MOVING,
    PARTY,
    PI,
    RANDOM,
    Streams,
    Structure,
    Theta,
    W,
)
from sim.rules import convening, incidents, ratification, readiness, stalemate, trust
from sim.rules.assumption import shifted_reservation
from sim.rules.outcome import COLLAPSED
from sim.rules.spoilers import surged


@rule
def elapse(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int) -> tuple[float, bool, bool, float]:
    """Phase 1: days to the next planned round. Returns (days, round planned, run ends, planned day of the round)."""
    facilitation = present_strength(x, th, st, MEDIATOR.FACILITATION)
    days, planned = 0.0, True
    if st.n[N.ABEYANCE] != 0:
        rate = convening.resumption_rate(
            th.world[W.RESUME_RATE],
            th.world[W.RESUME_READINESS],
            least_readiness(x, st),
            th.world[W.RESUME_FACILITATION],
            facilitation,
        )
        review = th.world[W.ABEYANCE_REVIEW]
        waited = unit_exponential(uniform(keys.resume[0], fate, step, 0))
        planned = waited <= rate * review
        days = waited / rate if planned else review
    elif step > 0:
        scale = convening.gap_scale(th.world[W.GAP_SCALE], th.world[W.GAP_SHORTENING], facilitation)
        drawn = weibull(uniform(keys.gap[0], fate, step, 0), scale, th.world[W.GAP_SHAPE])
        days = max(drawn, th.world[W.GAP_MIN])
        planned = any_open(x, st)
    planned_day = st.s[S.DAY] + days if planned else math.inf
    left = th.world[W.HORIZON] - st.s[S.DAY]
    if days > left:
        return left, False, True, planned_day
    return days, planned, False, planned_day


@rule
def any_open(x: Structure, st: State) -> bool:
    """Whether any basket is still to be settled."""
    for b in range(x.baskets):
        if st.open[b] != 0:
            return True
    return False


@rule
def least_readiness(x: Structure, st: State) -> float:
    """The least readiness among the parties that must come."""
    least = 1.0
    for p in range(x.parties):
        if x.seat[p] != 0:
            least = min(least, st.party[P.READINESS, p])
    return least


@rule
def happen(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, days: float, planned: float) -> None:
    """Phase 2: incidents of the gap, each with its day, and what they do to trust, cost, hardening and blame."""
    start = st.s[S.DAY]
    end = start + days
    for p in range(x.parties):
        st.party[P.COST, p] = incidents.faded(st.party[P.COST, p], days, th.world[W.PAIN_MEMORY])
        st.party[P.HARDENING, p] = incidents.faded(st.party[P.HARDENING, p], days, th.world[W.HARDENING_MEMORY])
        st.party[P.BLAME, p] = incidents.faded(st.party[P.BLAME, p], days, th.world[W.INCIDENT_MEMORY])
    if x.incidents == 0:
        return
    chance = readiness.agreement_chance(st.s[S.GAP], least_readiness(x, st))
    for t in range(x.incidents):
        rate = th.incident[INCIDENT.RATE, t]
        strength = 1.0 if x.surge_coercive[t] != 0 else chance
        st.base_rate[t] = rate
        st.surged_rate[t] = surged(rate, th.incident[INCIDENT.SURGE, t], strength)
    count = incidents.window(
        start,
        end,
        planned - th.world[W.SURGE_WINDOW],
        st.base_rate,
        st.surged_rate,
        th.incident[INCIDENT.DECAY],
        st.excite,
        st.excitation,
        x.scripted_type,
        x.scripted_day,
        x.scripted_day.size,
        keys.incident,
        fate,
        step,
        st.times,
        st.types,
        st.incidents,
    )
    if count < 0:
        st.n[N.OVERFLOW] = 1
        return
    for e in range(count):
        strike(x, th, st, st.types[e], end - st.times[e])
    st.n[N.INCIDENTS] += count
    st.n[N.INCIDENTS_SINCE] += count


@rule
def strike(x: Structure, th: Theta, st: State, t: int, ago: float) -> None:
    """The effects of one incident of type `t`, `ago` days before the gap's end."""
    severity = th.incident[INCIDENT.SEVERITY, t]
    effect = th.world[W.TRUST_INCIDENT]
    cost = incidents.faded(th.incident[INCIDENT.COST, t], ago, th.world[W.PAIN_MEMORY])
    hardening = incidents.faded(th.incident[INCIDENT.HARDENING, t], ago, th.world[W.HARDENING_MEMORY])
    blame = incidents.faded(severity, ago, th.world[W.INCIDENT_MEMORY])
    for p in range(x.parties):
        worst = 0.0
        for q in range(x.parties):
            blamed = th.attribution[0, t, p, q]
            if blamed > 0.0:
                st.trust[p, q] = incidents.trust_after(st.trust[p, q], effect, blamed, severity)
                worst = max(worst, blamed)
        if x.offended[t, p] != 0:
            st.party[P.COST, p] += cost
            st.party[P.HARDENING, p] += hardening * worst
            st.party[P.BLAME, p] += blame * worst


@rule
def implement(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, days: float) -> None:
    """Phase 3: obligations that fell due are met in a share; settlements that stand may collapse."""
    day = st.s[S.DAY]
    for o in range(x.obligations):
        if st.pending[o] == 1 and st.due[o] <= day:
            u = uniform(keys.delivery[o], fate, step, 0)
            share = delivered_share(u, th.party[PARTY.COMPLIANCE, x.obligation_doer[o]])
            st.share[o], st.pending[o] = share, 2
            st.s[S.MET_SHARE] += share
            st.s[S.MET] += 1.0
            seen(x, th, st, o, share)
    for b in range(x.baskets):
        if st.settled[b] != 0:
            if x.renewable[b] != 0 and st.open[b] == 0 and executed(x, st, b):
                st.open[b] = 1
            if st.open[b] == 0 and not delivered(x, th, st, b):
                collapse(x, th, st, keys, fate, step, b, days)


@rule
def seen(x: Structure, th: Theta, st: State, o: int, share: float) -> None:
    """What the others make of a delivery: trust for the share met; the shortfall is an incident blamed on the doer."""
    doer = x.obligation_doer[o]
    missing = (1.0 - share) * th.world[W.SHORTFALL_SEVERITY]
    for p in range(x.parties):
        if p != doer:
            st.trust[p, doer] = trust.gained(st.trust[p, doer], th.world[W.TRUST_DELIVERY], share)
            blame = th.blame[0, o, p]
            st.trust[p, doer] = incidents.trust_after(st.trust[p, doer], th.world[W.TRUST_INCIDENT], blame, missing)
            felt = missing * blame
            st.party[P.BLAME, p] += felt
            st.party[P.HARDENING, p] += felt * th.world[W.SHORTFALL_HARDENING]


@rule
def executed(x: Structure, st: State, b: int) -> bool:
    """Whether every obligation of a settled basket fell due."""
    for o in range(x.obligations):
        if x.obligation_basket[o] == b and st.pending[o] != 2:
            return False
    return True


@rule
def delivered(x: Structure, th: Theta, st: State, b: int) -> bool:
    """Whether every obligation of a settled basket was met at least in the share that counts; false without any."""
    any_obligation = False
    for o in range(x.obligations):
        if x.obligation_basket[o] == b:
            any_obligation = True
            if st.pending[o] != 2 or st.share[o] < th.world[W.DELIVERED_ENOUGH]:
                return False
    return any_obligation


@rule
def collapse(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, b: int, days: float) -> None:
    """Whether a standing settlement collapses in the gap; if so its basket is open again."""
    margin = math.inf
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            margin = min(margin, utility_of(x, th, st, p, b, st.package) - floor_of(x, th, st, p, b))
    leverage = present_strength(x, th, st, MEDIATOR.LEVERAGE)
    chance = ratification.collapse_chance(
        th.world[W.COLLAPSE_HAZARD],
        th.world[W.COLLAPSE_LEVERAGE],
        max(st.basket[B.LEVERAGE_AT, b] - leverage, 0.0),
        th.world[W.COLLAPSE_MARGIN],
        margin,
        th.world[W.COLLAPSE_BALANCE],
        st.s[S.BALANCE] - st.basket[B.BALANCE_AT, b],
        days,
    )
    if uniform(keys.collapse[b], fate, step, 0) < chance:
        st.settled[b], st.open[b], st.fallen[b] = 0, 1, COLLAPSED
        st.basket[B.SETTLED_DAY, b] = math.nan
        st.n[N.COLLAPSES] += 1
        st.n[N.COLLAPSED_MASK] |= 1 << b
        for o in range(x.obligations):
            if x.obligation_basket[o] == b:
                st.pending[o] = 0


@rule
def reassess(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, days: float) -> None:
    """Phase 4: levers, balance, pain, trust, readiness, reservation points; a mediator may leave."""
    drift = th.world[W.BALANCE_DRIFT]
    for k in range(x.levers):
        st.lever[k] = pulled(x, th, st, keys, fate, step, days, k)
        if st.lever[k] != 0:
            drift += th.lever[LEVER.BALANCE, k]
    before = st.s[S.BALANCE]
    shock = logistic_unit(uniform(keys.balance[0], fate, step, 0))
    st.s[S.BALANCE] = stalemate.moved_balance(before, drift, th.world[W.BALANCE_NOISE], days, shock)
    st.s[S.DRIFT] = stalemate.recent_drift(st.s[S.DRIFT], st.s[S.BALANCE] - before, days, th.world[W.BALANCE_MEMORY])
    for p in range(x.parties):
        feel(x, th, st, p, days)
    change = st.s[S.BALANCE] - th.world[W.BALANCE_START]
    for p in range(x.parties):
        for i in range(x.issues):
            st.reservation[p, i] = shifted_reservation(
                th.party_issue[PI.DEMAND, p, i],
                st.derived[p, i],
                th.world[W.BALANCE_GAIN],
                th.party[PARTY.SIDE, p],
                change,
            )
    for m in range(x.mediators):
        if st.present[m] != 0:
            rate = th.mediator[MEDIATOR.DEPARTURE, m]
            gone = convening.switched(rate, days, uniform(keys.departure[m], fate, step, 0))
            if gone or st.s[S.DAY] >= x.leaves[m]:
                st.present[m] = 0


@rule
def feel(x: Structure, th: Theta, st: State, p: int, days: float) -> None:
    """Pain, trust and readiness of one party at the end of a gap."""
    w = th.world
    relief = 0.0
    for k in range(x.levers):
        if st.lever[k] != 0:
            relief += th.lever_party[LEVER_PARTY.RELIEF, k, p]
    st.party[P.PAIN, p] = stalemate.pain(
        st.party[P.COST, p], w[W.PAIN_MEMORY], relief, st.s[S.DRIFT], w[W.STALEMATE_DRIFT], w[W.PAIN_WEIGHT], w[W.PAIN_CAP]
    )
    total = 0.0
    for q in range(x.parties):
        if q != p:
            st.trust[p, q] = trust.drifted(st.trust[p, q], th.dyad[DYAD.BASELINE, p, q], days, w[W.TRUST_MEMORY])
            total += st.trust[p, q]
    st.party[P.READINESS, p] = readiness.readiness(
        st.party[P.PAIN, p], total / (x.parties - 1), st.s[S.PROGRESS], w[W.M0], w[W.M1], w[W.O0], w[W.O1], w[W.O2]
    )


@rule
def pulled(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, days: float, k: int) -> int:
    """Whether a lever is on: by date, at random, or in response to talks that move or stall."""
    if x.lever_kind[k] == DATED:
        return 1 if x.lever_on[k] <= st.s[S.DAY] < x.lever_off[k] else 0
    if x.lever_kind[k] == RANDOM:
        on = st.lever[k] != 0
        rate = th.lever[LEVER.RATE_OFF, k] if on else th.lever[LEVER.RATE_ON, k]
        if convening.switched(rate, days, uniform(keys.lever[k], fate, step, 0)):
            return 0 if on else 1
        return 1 if on else 0
    if st.n[N.HELD] + st.n[N.POSTPONED] == 0:
        return 0
    moving = st.s[S.PROGRESS] >= th.lever[LEVER.THRESHOLD, k]
    return 1 if moving == (x.lever_when[k] == MOVING) else 0


@rule
def resume(x: Structure, th: Theta, st: State) -> None:
    """Talks resume from abeyance: reservation points are derived anew, concession restarts, offers return to demands."""
    derive_anew(x, th, st)
    st.n[N.ABEYANCE] = 0
    st.n[N.STREAK] = 0
    st.s[S.TALK_TIME] = 0.0
    for p in range(x.parties):
        st.party[P.CONCESSION, p] = th.party[PARTY.K0, p]
        for b in range(x.baskets):
            st.party_basket[1, p, b] = 1.0
            if st.open[b] != 0:
                for q in range(x.parties):
                    st.heard[p, q, b] = math.nan
                for i in range(x.first_issue[b], x.first_issue[b + 1]):
                    st.offer[p, i] = th.party_issue[PI.DEMAND, p, i]
