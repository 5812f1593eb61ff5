"""What changes while a run unfolds: one set of arrays per worker, cleared before every run."""

from __future__ import annotations

import numpy as np

from sim.compiled.mediator import present_strength
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import N, S
from sim.compiled.memory.function_table import table_entry
from sim.core.jit import rule
from sim.core.layout import DYAD, PI, Floats, W
from sim.rules import offer, salience
from sim.rules.aspiration import red_line_share
from sim.rules.assumption import derived_reservation
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
    later_used = view.later_used(mem)
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
    gains[:] = 0.0
    last_worth[:] = np.nan
    pb[:] = 1.0
    basket[:] = np.nan
    settled[:] = 0
    is_open[:] = 1
    status[:] = 0
    fallen[:] = 0
    present[:] = 1
    lever[:] = 0
    mandated_level[:] = 0
    pending[:] = 0
    shares[:] = 0.0
    later_used[0] = 0
    n[N.LEVEL] = x.start_level
    n[N.VENUE] = -1
    s[S.BALANCE] = w[W.BALANCE_START]
    s[S.INFORMATION] = w[W.BARGAINING_INFORMATION]
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


@rule
def init_basket(mem: Memory, p: int, b: int) -> None:
    """What stays the same all run for a party on a basket: shares of salience, others' demands on its way."""
    first_issue = view.first_issue(mem)
    stakes = view.th_party_issue(mem)
    stake = view.stake(mem)
    salience_total = view.salience_total(mem)
    red_share = view.red_share(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    own = strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi)
    salience_total[p, b] = salience.total(own)
    red_share[p, b] = red_line_share(own, strip.red(mem, (p,), lo, hi))
    salience.shares(own, strip.own_share(mem, (p,), lo, hi))
    others = strip.others_share(mem, (p,), lo, hi)
    salience.others_shares(stakes[PI.SALIENCE, :, lo:hi], stake[:, b], p, others)
    offer.nearest_demands(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.derived_point(mem, (p,), lo, hi),
        stakes[PI.DEMAND, :, lo:hi],
        stake[:, b],
        p,
        strip.nearest(mem, (p,), lo, hi),
    )


@rule
def copy(given: Floats, out: Floats) -> None:
    """Copy a matrix, entry by entry: an assignment of whole arrays would allocate."""
    for i in range(given.shape[0]):
        for j in range(given.shape[1]):
            out[i, j] = given[i, j]


@rule
def derive_reservations(mem: Memory) -> None:
    """Reservation points from documented concessions for the present day (specification, section 2)."""
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
                derived_point[p, i] = derived_reservation(
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
