"""What changes while a run unfolds: one set of arrays per worker, cleared before every run."""

from __future__ import annotations

import numpy as np

from sim.compiled import rule
from sim.engine.apart import apart
from sim.engine.fields import AT, N, S
from sim.engine.memory import Memory, floats1, floats2, floats3, floats_strip, ints1, ints2, ints_strip, sizes
from sim.engine.table import present_strength
from sim.layout import DYAD, MEDIATOR, PI, Floats, W
from sim.rules import offer, salience
from sim.rules.aspiration import red_line_share
from sim.rules.assumption import derived_reservation


@apart
def begin(mem: Memory) -> None:
    """Clear the state and set it to the scenario's start."""
    x = sizes(mem)
    s = floats1(mem, AT.scalar)
    n = ints1(mem, AT.count)
    party = floats2(mem, AT.party)
    got = floats2(mem, AT.got)
    heard = floats3(mem, AT.heard)
    pb = floats3(mem, AT.party_basket)
    basket = floats2(mem, AT.basket)
    settled = ints1(mem, AT.settled)
    is_open = ints1(mem, AT.open)
    status = ints1(mem, AT.status)
    fallen = ints1(mem, AT.fallen)
    present = ints1(mem, AT.present)
    lever = ints1(mem, AT.lever)
    mandated_level = ints2(mem, AT.mandated_level)
    pending = ints1(mem, AT.pending)
    shares = floats1(mem, AT.share)
    later_used = ints1(mem, AT.later_used)
    w = floats1(mem, AT.th_world)
    trusts = floats2(mem, AT.trust)
    dyad = floats3(mem, AT.th_dyad)
    offers = floats2(mem, AT.offers)
    stakes = floats3(mem, AT.th_party_issue)
    document_day = floats1(mem, AT.document_day)
    reservation = floats2(mem, AT.reservation)
    derived_point = floats2(mem, AT.derived_point)
    s[:] = 0.0
    n[:] = 0
    party[:] = 0.0
    got[:] = 0.0
    heard[:] = np.nan
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
    s[S.INFORMATION] = w[W.INFORMATION]
    copy(dyad[DYAD.TRUST], trusts)
    copy(stakes[PI.DEMAND], offers)
    for k in range(document_day.size):
        if document_day[k] < 0.0:
            n[N.PAPERS] += 1
    s[S.GUARANTEE] = present_strength(mem, MEDIATOR.GUARANTEE)
    derive_anew(mem)
    copy(derived_point, reservation)
    for p in range(x.parties):
        for b in range(x.baskets):
            look_over(mem, p, b)


@rule
def look_over(mem: Memory, p: int, b: int) -> None:
    """What stays the same all run for a party on a basket: shares of salience, others' demands on its way."""
    first_issue = ints1(mem, AT.first_issue)
    stakes = floats3(mem, AT.th_party_issue)
    stake = ints2(mem, AT.stake)
    salience_total = floats2(mem, AT.salience_total)
    red_share = floats2(mem, AT.red_share)
    lo, hi = first_issue[b], first_issue[b + 1]
    own = floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi)
    salience_total[p, b] = salience.total(own)
    red_share[p, b] = red_line_share(own, ints_strip(mem, AT.red, (p,), lo, hi))
    salience.shares(own, floats_strip(mem, AT.own_share, (p,), lo, hi))
    others = floats_strip(mem, AT.others_share, (p,), lo, hi)
    salience.others_shares(stakes[PI.SALIENCE, :, lo:hi], stake[:, b], p, others)
    offer.nearest_demands(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.derived_point, (p,), lo, hi),
        stakes[PI.DEMAND, :, lo:hi],
        stake[:, b],
        p,
        floats_strip(mem, AT.nearest, (p,), lo, hi),
    )


@rule
def copy(given: Floats, out: Floats) -> None:
    """Copy a matrix, entry by entry: an assignment of whole arrays would allocate."""
    for i in range(given.shape[0]):
        for j in range(given.shape[1]):
            out[i, j] = given[i, j]


@rule
def derive_anew(mem: Memory) -> None:
    """Reservation points from documented concessions for the present day (specification, section 2)."""
    x = sizes(mem)
    stakes = floats3(mem, AT.th_party_issue)
    is_derived = ints2(mem, AT.derived)
    derived_point = floats2(mem, AT.derived_point)
    s = floats1(mem, AT.scalar)
    w = floats1(mem, AT.th_world)
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
                    w[W.HALF_LIFE],
                    w[W.WITHDRAWN_DISCOUNT],
                    w[W.MARGIN],
                )
            else:
                derived_point[p, i] = f[PI.RESERVATION, p, i]
