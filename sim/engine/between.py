"""Phases 1 to 4: what happens between two planned rounds."""

from __future__ import annotations

import math

from sim.compiled import rule
from sim.draws import delivered_share, logistic_unit, uniform, unit_exponential, weibull
from sim.engine.fields import AT, B, N, P, S
from sim.engine.memory import Memory, floats1, floats2, floats3, floats4, ints1, ints2, keys1, sizes
from sim.engine.state import derive_anew
from sim.engine.table import floor_of, present_strength, utility_of
from sim.layout import DATED, DYAD, INCIDENT, LEVER, LEVER_PARTY, MEDIATOR, MOVING, PARTY, PI, RANDOM, W
from sim.rules import convening, incidents, ratification, readiness, stalemate, trust
from sim.rules.assumption import shifted_reservation
from sim.rules.outcome import COLLAPSED
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


@rule
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
    excite = floats2(mem, AT.excite)
    excitation = floats1(mem, AT.excitation)
    scripted_type = ints1(mem, AT.scripted_type)
    scripted_day = floats1(mem, AT.scripted_day)
    key_incident = keys1(mem, AT.key_incident)
    times = floats1(mem, AT.times)
    types = ints1(mem, AT.types)
    work = floats2(mem, AT.incident_work)
    n = ints1(mem, AT.count)
    start = s[S.DAY]
    end = start + days
    for p in range(x.parties):
        party[P.COST, p] = incidents.faded(party[P.COST, p], days, w[W.PAIN_MEMORY])
        party[P.HARDENING, p] = incidents.faded(party[P.HARDENING, p], days, w[W.HARDENING_MEMORY])
        party[P.BLAME, p] = incidents.faded(party[P.BLAME, p], days, w[W.INCIDENT_MEMORY])
    if x.incidents == 0:
        return
    chance = readiness.agreement_chance(s[S.GAP], least_readiness(mem))
    for t in range(x.incidents):
        rate = kind[INCIDENT.RATE, t]
        strength = 1.0 if surge_coercive[t] != 0 else chance
        base_rate[t] = rate
        surged_rate[t] = surged(rate, kind[INCIDENT.SURGE, t], strength)
    count = incidents.window(
        start,
        end,
        planned - w[W.SURGE_WINDOW],
        base_rate,
        surged_rate,
        kind[INCIDENT.DECAY],
        excite,
        excitation,
        scripted_type,
        scripted_day,
        scripted_day.size,
        key_incident,
        fate,
        step,
        times,
        types,
        work,
    )
    if count < 0:
        n[N.OVERFLOW] = 1
        return
    for e in range(count):
        strike(mem, types[e], end - times[e])
    n[N.INCIDENTS] += count
    n[N.INCIDENTS_SINCE] += count


@rule
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
    cost = incidents.faded(kind[INCIDENT.COST, t], ago, w[W.PAIN_MEMORY])
    hardening = incidents.faded(kind[INCIDENT.HARDENING, t], ago, w[W.HARDENING_MEMORY])
    blame = incidents.faded(severity, ago, w[W.INCIDENT_MEMORY])
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
def implement(mem: Memory, fate: int, step: int, days: float) -> None:
    """Phase 3: obligations that fell due are met in a share; settlements that stand may collapse."""
    x = sizes(mem)
    s = floats1(mem, AT.scalar)
    pending = ints1(mem, AT.pending)
    due = floats1(mem, AT.due)
    key_delivery = keys1(mem, AT.key_delivery)
    given = floats2(mem, AT.th_party)
    obligation_doer = ints1(mem, AT.obligation_doer)
    shares = floats1(mem, AT.share)
    settled = ints1(mem, AT.settled)
    renewable = ints1(mem, AT.renewable)
    is_open = ints1(mem, AT.open)
    day = s[S.DAY]
    for o in range(x.obligations):
        if pending[o] == 1 and due[o] <= day:
            u = uniform(key_delivery[o], fate, step, 0)
            share = delivered_share(u, given[PARTY.COMPLIANCE, obligation_doer[o]])
            shares[o], pending[o] = share, 2
            s[S.MET_SHARE] += share
            s[S.MET] += 1.0
            seen(mem, o, share)
    for b in range(x.baskets):
        if settled[b] != 0:
            if renewable[b] != 0 and is_open[b] == 0 and executed(mem, b):
                is_open[b] = 1
            if is_open[b] == 0 and not delivered(mem, b):
                collapse(mem, fate, step, b, days)


@rule
def seen(mem: Memory, o: int, share: float) -> None:
    """What the others make of a delivery: trust for the share met; the shortfall is an incident blamed on the doer."""
    x = sizes(mem)
    obligation_doer = ints1(mem, AT.obligation_doer)
    w = floats1(mem, AT.th_world)
    trusts = floats2(mem, AT.trust)
    blames = floats3(mem, AT.th_blame)
    party = floats2(mem, AT.party)
    doer = obligation_doer[o]
    missing = (1.0 - share) * w[W.SHORTFALL_SEVERITY]
    for p in range(x.parties):
        if p != doer:
            trusts[p, doer] = trust.gained(trusts[p, doer], w[W.TRUST_DELIVERY], share)
            blame = blames[0, o, p]
            trusts[p, doer] = incidents.trust_after(trusts[p, doer], w[W.TRUST_INCIDENT], blame, missing)
            felt = missing * blame
            party[P.BLAME, p] += felt
            party[P.HARDENING, p] += felt * w[W.SHORTFALL_HARDENING]


@rule
def executed(mem: Memory, b: int) -> bool:
    """Whether every obligation of a settled basket fell due."""
    x = sizes(mem)
    obligation_basket = ints1(mem, AT.obligation_basket)
    pending = ints1(mem, AT.pending)
    for o in range(x.obligations):
        if obligation_basket[o] == b and pending[o] != 2:
            return False
    return True


@rule
def delivered(mem: Memory, b: int) -> bool:
    """Whether every obligation of a settled basket was met at least in the share that counts; false without any."""
    x = sizes(mem)
    obligation_basket = ints1(mem, AT.obligation_basket)
    pending = ints1(mem, AT.pending)
    shares = floats1(mem, AT.share)
    w = floats1(mem, AT.th_world)
    any_obligation = False
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            any_obligation = True
            if pending[o] != 2 or shares[o] < w[W.DELIVERED_ENOUGH]:
                return False
    return any_obligation


@rule
def collapse(mem: Memory, fate: int, step: int, b: int, days: float) -> None:
    """Whether a standing settlement collapses in the gap; if so its basket is open again."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    package = floats1(mem, AT.package)
    w = floats1(mem, AT.th_world)
    basket = floats2(mem, AT.basket)
    s = floats1(mem, AT.scalar)
    key_collapse = keys1(mem, AT.key_collapse)
    settled = ints1(mem, AT.settled)
    is_open = ints1(mem, AT.open)
    fallen = ints1(mem, AT.fallen)
    n = ints1(mem, AT.count)
    obligation_basket = ints1(mem, AT.obligation_basket)
    pending = ints1(mem, AT.pending)
    margin = math.inf
    for p in range(x.parties):
        if stake[p, b] != 0:
            margin = min(margin, utility_of(mem, p, b, package) - floor_of(mem, p, b))
    leverage = present_strength(mem, MEDIATOR.LEVERAGE)
    chance = ratification.collapse_chance(
        w[W.COLLAPSE_HAZARD],
        w[W.COLLAPSE_LEVERAGE],
        max(basket[B.LEVERAGE_AT, b] - leverage, 0.0),
        w[W.COLLAPSE_MARGIN],
        margin,
        w[W.COLLAPSE_BALANCE],
        s[S.BALANCE] - basket[B.BALANCE_AT, b],
        days,
    )
    if uniform(key_collapse[b], fate, step, 0) < chance:
        settled[b], is_open[b], fallen[b] = 0, 1, COLLAPSED
        basket[B.SETTLED_DAY, b] = math.nan
        n[N.COLLAPSES] += 1
        n[N.COLLAPSED_MASK] |= 1 << b
        for o in range(x.obligations):
            if obligation_basket[o] == b:
                pending[o] = 0


@rule
def reassess(mem: Memory, fate: int, step: int, days: float) -> None:
    """Phase 4: levers, balance, pain, trust, readiness, reservation points; a mediator may leave."""
    x = sizes(mem)
    w = floats1(mem, AT.th_world)
    lever = ints1(mem, AT.lever)
    given_lever = floats2(mem, AT.th_lever)
    s = floats1(mem, AT.scalar)
    key_balance = keys1(mem, AT.key_balance)
    reservation = floats2(mem, AT.reservation)
    stakes = floats3(mem, AT.th_party_issue)
    derived_point = floats2(mem, AT.derived_point)
    given = floats2(mem, AT.th_party)
    present = ints1(mem, AT.present)
    mediator = floats2(mem, AT.th_mediator)
    key_departure = keys1(mem, AT.key_departure)
    leaves = floats1(mem, AT.leaves)
    drift = w[W.BALANCE_DRIFT]
    for k in range(x.levers):
        lever[k] = pulled(mem, fate, step, days, k)
        if lever[k] != 0:
            drift += given_lever[LEVER.BALANCE, k]
    before = s[S.BALANCE]
    shock = logistic_unit(uniform(key_balance[0], fate, step, 0))
    s[S.BALANCE] = stalemate.moved_balance(before, drift, w[W.BALANCE_NOISE], days, shock)
    s[S.DRIFT] = stalemate.recent_drift(s[S.DRIFT], s[S.BALANCE] - before, days, w[W.BALANCE_MEMORY])
    for p in range(x.parties):
        feel(mem, p, days)
    change = s[S.BALANCE] - w[W.BALANCE_START]
    for p in range(x.parties):
        for i in range(x.issues):
            reservation[p, i] = shifted_reservation(
                stakes[PI.DEMAND, p, i],
                derived_point[p, i],
                w[W.BALANCE_GAIN],
                given[PARTY.SIDE, p],
                change,
            )
    for m in range(x.mediators):
        if present[m] != 0:
            rate = mediator[MEDIATOR.DEPARTURE, m]
            gone = convening.switched(rate, days, uniform(key_departure[m], fate, step, 0))
            if gone or s[S.DAY] >= leaves[m]:
                present[m] = 0
    s[S.GUARANTEE] = present_strength(mem, MEDIATOR.GUARANTEE)


@rule
def feel(mem: Memory, p: int, days: float) -> None:
    """Pain, trust and readiness of one party at the end of a gap."""
    x = sizes(mem)
    w = floats1(mem, AT.th_world)
    lever = ints1(mem, AT.lever)
    lever_party = floats3(mem, AT.th_lever_party)
    party = floats2(mem, AT.party)
    s = floats1(mem, AT.scalar)
    trusts = floats2(mem, AT.trust)
    dyad = floats3(mem, AT.th_dyad)
    relief = 0.0
    for k in range(x.levers):
        if lever[k] != 0:
            relief += lever_party[LEVER_PARTY.RELIEF, k, p]
    party[P.PAIN, p] = stalemate.pain(
        party[P.COST, p],
        w[W.PAIN_MEMORY],
        relief,
        s[S.DRIFT],
        w[W.STALEMATE_DRIFT],
        w[W.PAIN_WEIGHT],
        w[W.PAIN_CAP],
    )
    total = 0.0
    for q in range(x.parties):
        if q != p:
            trusts[p, q] = trust.drifted(trusts[p, q], dyad[DYAD.BASELINE, p, q], days, w[W.TRUST_MEMORY])
            total += trusts[p, q]
    party[P.READINESS, p] = readiness.readiness(
        party[P.PAIN, p],
        total / (x.parties - 1),
        s[S.PROGRESS],
        w[W.M0],
        w[W.M1],
        w[W.O0],
        w[W.O1],
        w[W.O2],
    )


@rule
def pulled(mem: Memory, fate: int, step: int, days: float, k: int) -> int:
    """Whether a lever is on: by date, at random, or in response to talks that move or stall."""
    lever_kind = ints1(mem, AT.lever_kind)
    lever_on = floats1(mem, AT.lever_on)
    s = floats1(mem, AT.scalar)
    lever_off = floats1(mem, AT.lever_off)
    lever = ints1(mem, AT.lever)
    given_lever = floats2(mem, AT.th_lever)
    key_lever = keys1(mem, AT.key_lever)
    n = ints1(mem, AT.count)
    lever_when = ints1(mem, AT.lever_when)
    if lever_kind[k] == DATED:
        return 1 if lever_on[k] <= s[S.DAY] < lever_off[k] else 0
    if lever_kind[k] == RANDOM:
        on = lever[k] != 0
        rate = given_lever[LEVER.RATE_OFF, k] if on else given_lever[LEVER.RATE_ON, k]
        if convening.switched(rate, days, uniform(key_lever[k], fate, step, 0)):
            return 0 if on else 1
        return 1 if on else 0
    if n[N.HELD] + n[N.POSTPONED] == 0:
        return 0
    moving = s[S.PROGRESS] >= given_lever[LEVER.THRESHOLD, k]
    return 1 if moving == (lever_when[k] == MOVING) else 0


@rule
def resume(mem: Memory) -> None:
    """Talks resume from abeyance: reservation points are derived anew, concession restarts, offers return to demands."""
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
        for b in range(x.baskets):
            pb[1, p, b] = 1.0
            if is_open[b] != 0:
                for q in range(x.parties):
                    heard[p, q, b] = math.nan
                for i in range(first_issue[b], first_issue[b + 1]):
                    offers[p, i] = stakes[PI.DEMAND, p, i]
