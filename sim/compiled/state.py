"""What changes while a run unfolds: one set of arrays per worker, cleared before every run."""

from __future__ import annotations

import numpy as np

from sim.compiled.agenda import admit_parties
from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.core.jit import inline_part, rule
from sim.core.layout import DYAD, INCIDENT, PI, Floats, W
from sim.rules import belief, offer, ripeness, salience
from sim.rules.aspiration import has_announced, red_line_share
from sim.rules.assumption import derive_reservation
from sim.rules.belief import Proposal
from sim.rules.mediation import Strength


@table_entry
def begin(mem: Memory) -> None:
    """Clear the state and set it to the scenario's start."""
    x = sizes(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    party = view.party(mem)
    gains = view.gains(mem)
    last_worth = view.last_worth(mem)
    pb = view.party_basket(mem)
    basket = view.basket(mem)
    settled = view.settled(mem)
    is_open = view.open(mem)
    status = view.status(mem)
    fallen = view.fallen(mem)
    present = view.present(mem)
    lever = view.lever(mem)
    mandated_level = view.mandated_level(mem)
    pending = view.pending(mem)
    shares = view.share(mem)
    later_size = view.later_size(mem)
    w = view.th_world(mem)
    trusts = view.trust(mem)
    dyad = view.th_dyad(mem)
    offers = view.offers(mem)
    stakes = view.th_party_issue(mem)
    document_day = view.document_day(mem)
    reservation = view.reservation(mem)
    derived_point = view.derived_point(mem)
    s[:] = 0.0
    n[:] = 0
    party[:] = 0.0
    view.entered(mem)[:] = 0
    view.seated(mem)[:] = 0
    view.member(mem)[:] = 0
    view.coalition(mem)[:] = 0
    view.consents(mem)[:] = 0
    view.signatory(mem)[:] = 0
    gains[:] = 0.0
    last_worth[:] = np.nan
    pb[:] = 1.0
    pb[PB.PRECEDENT_FLOOR] = np.nan
    basket[:] = np.nan
    basket[B.GAP], basket[B.IN_PRINCIPLE] = 0.0, 0.0
    settled[:] = 0
    is_open[:] = 1
    status[:] = 0
    fallen[:] = 0
    present[:] = 1
    lever[:] = 0
    mandated_level[:] = 0
    view.mandate_bars(mem)[:] = 0
    view.discussed(mem)[:] = 0
    view.latent(mem)[:] = 0
    view.first_terms(mem)[:] = np.nan
    pending[:] = 0
    shares[:] = 0.0
    later_size[0] = 0
    n[N.LEVEL] = x.start_level
    n[N.VENUE] = -1
    s[S.BALANCE] = w[W.BALANCE_START]
    s[S.INFORMATION] = w[W.BARGAINING_INFORMATION]
    s[S.TEXTS_DAY], s[S.PROCEDURAL_DAY], s[S.LATENT_CLOSED] = np.nan, np.nan, np.nan
    since = view.urgent_since(mem)
    for b in range(x.baskets):
        basket[B.SINCE, b] = since[b]
    values = view.th_precedent(mem)
    point = view.precedent_point(mem)
    for i in range(x.issues):
        point[i] = values[0, i]
    copy(dyad[DYAD.TRUST], trusts)
    copy(stakes[PI.DEMAND], offers)
    for k in range(document_day.size):
        if document_day[k] < 0.0:
            n[N.PAPERS] += 1
    s[S.GUARANTEE] = present_strength(mem, Strength.GUARANTEE)
    derive_reservations(mem)
    copy(derived_point, reservation)
    for p in range(x.parties):
        for b in range(x.baskets):
            init_basket(mem, p, b)
    admit_parties(mem)
    if x.proposal == Proposal.BRIDGING:
        expect_others(mem)
    if ripeness.reads_past(x.ripeness, view.war_days(mem)[0]):
        remember_war(mem)


@inline_part
def expect_others(mem: Memory) -> None:
    """Set the first beliefs of every party about the others' reservation values."""
    x = sizes(mem)
    stakes = view.th_party_issue(mem)
    mean = view.belief_mean(mem)
    precision = view.belief_precision(mem)
    for p in range(x.parties):
        for q in range(x.parties):
            for i in range(x.issues):
                mean[p, q, i] = belief.expect_reservation(stakes[PI.DEMAND, q, i], stakes[PI.DEMAND, p, i])
                precision[p, q, i] = belief.PRIOR_PRECISION


@inline_part
def remember_war(mem: Memory) -> None:
    """Set cost, hardening, blame and observed severity from the war before the talks."""
    x = sizes(mem)
    s = view.scalar(mem)
    w = view.th_world(mem)
    kind = view.th_incident(mem)
    party = view.party(mem)
    offended = view.offended(mem)
    attribution = view.th_attribution(mem)
    rates = view.mean_rate(mem)
    days = view.war_days(mem)[0]
    ripeness.mean_rates(kind[INCIDENT.RATE], view.th_branching(mem)[0], rates, view.rate_work(mem))
    for p in range(x.parties):
        mean_cost, hardening, blame = 0.0, 0.0, 0.0
        for t in range(x.incidents):
            if offended[t, p] != 0:
                worst = 0.0
                for q in range(x.parties):
                    worst = max(worst, attribution[0, t, p, q])
                mean_cost += rates[t] * kind[INCIDENT.COST, t]
                hardening += rates[t] * kind[INCIDENT.HARDENING, t] * worst
                blame += rates[t] * kind[INCIDENT.SEVERITY, t] * worst
        party[P.MEAN_COST, p] = mean_cost
        if days > 0.0:
            party[P.COST, p] = ripeness.past_amount(mean_cost, w[W.PAIN_MEMORY], days)
            party[P.HARDENING, p] = ripeness.past_amount(hardening, w[W.BARGAINING_HARDENING_MEMORY], days)
            party[P.BLAME, p] = ripeness.past_amount(blame, w[W.CONVENING_INCIDENT_MEMORY], days)
    for t in range(x.incidents):
        s[S.SEVERITY] += rates[t] * kind[INCIDENT.SEVERITY, t] * days


@rule
def init_basket(mem: Memory, p: int, b: int) -> None:
    """Compute the constants of a party on a basket: salience shares and distances to the nearest demands."""
    first_issue = view.first_issue(mem)
    stakes = view.th_party_issue(mem)
    stake = view.stake(mem)
    salience_total = view.salience_total(mem)
    red_share = view.red_share(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    own = strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi)
    salience_total[p, b] = salience.total(own)
    red_share[p, b] = red_line_share(own, strip.red(mem, (p,), lo, hi))
    view.announces(mem)[p, b] = has_announced(strip.th_party_issue(mem, (PI.ANNOUNCED, p), lo, hi))
    salience.compute_shares(own, strip.own_share(mem, (p,), lo, hi))
    others = strip.others_share(mem, (p,), lo, hi)
    salience.compute_others_shares(stakes[PI.SALIENCE, :, lo:hi], stake[:, b], p, others)
    offer.compute_nearest_demands(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.derived_point(mem, (p,), lo, hi),
        stakes[PI.DEMAND, :, lo:hi],
        stake[:, b],
        p,
        strip.nearest(mem, (p,), lo, hi),
    )


@rule
def copy(values: Floats, out: Floats) -> None:
    """Copy a matrix, entry by entry: an assignment of whole arrays would allocate."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            out[i, j] = values[i, j]


@rule
def derive_reservations(mem: Memory) -> None:
    """Reservation points from documented concessions for the present day."""
    x = sizes(mem)
    stakes = view.th_party_issue(mem)
    is_derived = view.derived(mem)
    derived_point = view.derived_point(mem)
    s = view.scalar(mem)
    w = view.th_world(mem)
    f = stakes
    for p in range(x.parties):
        for i in range(x.issues):
            if is_derived[p, i] != 0:
                derived_point[p, i] = derive_reservation(
                    f[PI.DEMAND, p, i],
                    f[PI.CONCEDED, p, i],
                    f[PI.AGE, p, i] + s[S.DAY],
                    f[PI.WITHDRAWN, p, i],
                    f[PI.QUANTILE, p, i],
                    w[W.DERIVATION_HALF_LIFE],
                    w[W.DERIVATION_WITHDRAWN_DISCOUNT],
                    w[W.DERIVATION_MARGIN],
                )
            else:
                derived_point[p, i] = f[PI.RESERVATION, p, i]
