"""What changes while a run unfolds: one set of arrays per worker, cleared before every run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.layout import DYAD, INCIDENT, PI, W, Floats, Ints, Structure, Theta
from sim.compiled import rule
from sim.rules.assumption import derived_reservation
from sim.rules import incidents
from sim.rules.coalition import CoalitionWork, coalition_work
from sim.rules.frontier import WORK_ROWS
from sim.rules.spoilers import MAX_EVENTS, excitation_jump


class _Scalar(NamedTuple):
    DAY: int
    BALANCE: int
    DRIFT: int
    INFORMATION: int
    PROGRESS: int
    TALK_TIME: int
    ABEYANCE_DAYS: int
    GAP: int
    LEVERAGE: int
    PUBLICITY: int
    PLANNED: int
    MET_SHARE: int
    MET: int


class _Count(NamedTuple):
    HELD: int
    POSTPONED: int
    STREAK: int
    ABEYANCE: int
    LEVEL: int
    VENUE: int
    TABLED_EVER: int
    PROCEDURAL_EVER: int
    INCIDENTS: int
    INCIDENTS_SINCE: int
    REFUSALS: int
    AMENDMENTS: int
    COLLAPSES: int
    COLLAPSED_MASK: int
    SETTLED_MASK: int
    AMENDED_MASK: int
    TEXTS: int
    PAPERS: int
    PEAK: int
    OVERFLOW: int
    ROWS: int


class _Party(NamedTuple):
    PAIN: int
    COST: int
    HARDENING: int
    BLAME: int
    READINESS: int
    CONCESSION: int
    CONCESSION_BEFORE: int
    RECEIVED: int
    OWN_VALUE: int
    OFFERED_VALUE: int
    FLOOR_VALUE: int
    WEIGHT: int
    MEET: int


class _PartyBasket(NamedTuple):
    ASPIRATION: int
    LAST: int
    FLOOR: int
    LOWEST: int
    CAP_MEAN: int


class _Basket(NamedTuple):
    SETTLED_DAY: int
    FIRST_DAY: int
    LEVERAGE_AT: int
    BALANCE_AT: int


S = _Scalar(*range(len(_Scalar._fields)))
N = _Count(*range(len(_Count._fields)))
P = _Party(*range(len(_Party._fields)))
PB = _PartyBasket(*range(len(_PartyBasket._fields)))
B = _Basket(*range(len(_Basket._fields)))


class State(NamedTuple):
    """One run's changing numbers, and work space."""

    s: Floats
    n: Ints
    party: Floats
    trust: Floats  # (P, P) row trusts column
    got: Floats  # (P, P) what row received from column in this round, in its own utility
    heard: Floats  # (P, P, B) row's utility of column's last offer; NaN before the first
    party_basket: Floats
    derived: Floats  # (P, I) reservation points before the balance moved them
    reservation: Floats  # (P, I)
    offer: Floats  # (P, I) latest offers
    priority: Floats  # (P, I)
    cap: Floats  # (P, I)
    basket: Floats
    settled: Ints  # (B,) 1 where a settlement stands
    open: Ints  # (B,) 1 where the basket is to be settled (again)
    agenda: Ints  # (B,) status at the last round held
    agreed: Ints  # (B,) 1 where all agreed in this round
    fallen: Ints  # (B,)
    package: Floats  # (I,)
    present: Ints  # (M,)
    lever: Ints  # (K,)
    mandate: Ints  # (P, B) lowest level at which the party may negotiate
    due: Floats  # (O,)
    share: Floats  # (O,)
    pending: Ints  # (O,)
    excite: Floats  # (T, T)
    excitation: Floats  # (T,)
    base_rate: Floats  # (T,)
    surged_rate: Floats  # (T,)
    times: Floats
    types: Ints
    incidents: Floats  # incidents.incident_work
    frontier: Floats  # (WORK_ROWS, I) work
    order: Ints  # (I,) work
    coalition: CoalitionWork
    a: Floats  # (I,) work
    c: Floats  # (I,) work
    x: Floats  # (I,) a package on the table
    estimate: Floats  # (P, I)
    floors: Floats  # (P,)
    weights: Floats  # (P,)
    members: Ints  # (P,)
    edges: Ints  # (B, B)
    reached: Ints  # (B,)


def new_state(x: Structure) -> State:
    """Arrays of the right shapes for a scenario."""

    def floats(*shape: int) -> Floats:
        return np.zeros(shape)

    def ints(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    p, i, b, t = x.parties, x.issues, x.baskets, x.incidents
    return State(
        s=floats(len(S)),
        n=ints(len(N)),
        party=floats(len(P), p),
        trust=floats(p, p),
        got=floats(p, p),
        heard=floats(p, p, b),
        party_basket=floats(len(PB), p, b),
        derived=floats(p, i),
        reservation=floats(p, i),
        offer=floats(p, i),
        priority=floats(p, i),
        cap=floats(p, i),
        basket=floats(len(B), b),
        settled=ints(b),
        open=ints(b),
        agenda=ints(b),
        agreed=ints(b),
        fallen=ints(b),
        package=floats(i),
        present=ints(x.mediators),
        lever=ints(x.levers),
        mandate=ints(p, b),
        due=floats(x.obligations),
        share=floats(x.obligations),
        pending=ints(x.obligations),
        excite=floats(t, t),
        excitation=floats(t),
        base_rate=floats(t),
        surged_rate=floats(t),
        times=floats(MAX_EVENTS),
        types=ints(MAX_EVENTS),
        incidents=incidents.incident_work(t),
        frontier=floats(WORK_ROWS, i),
        order=ints(i),
        coalition=coalition_work(p, i),
        a=floats(i),
        c=floats(i),
        x=floats(i),
        estimate=floats(p, i),
        floors=floats(p),
        weights=floats(p),
        members=ints(p),
        edges=ints(b, b),
        reached=ints(b),
    )


@rule
def begin(x: Structure, th: Theta, st: State) -> None:
    """Clear the state and set it to the scenario's start."""
    st.s[:] = 0.0
    st.n[:] = 0
    st.party[:] = 0.0
    st.got[:] = 0.0
    st.heard[:] = np.nan
    st.party_basket[:] = 1.0
    st.basket[:] = np.nan
    st.settled[:] = 0
    st.open[:] = 1
    st.agenda[:] = 0
    st.fallen[:] = 0
    st.present[:] = 1
    st.lever[:] = 0
    st.mandate[:] = 0
    st.pending[:] = 0
    st.share[:] = 0.0
    st.excitation[:] = 0.0
    st.n[N.LEVEL] = x.start_level
    st.n[N.VENUE] = -1
    st.s[S.BALANCE] = th.world[W.BALANCE_START]
    st.s[S.INFORMATION] = th.world[W.INFORMATION]
    st.trust[:] = th.dyad[DYAD.TRUST]
    st.offer[:] = th.party_issue[PI.DEMAND]
    for i in range(x.incidents):
        for j in range(x.incidents):
            st.excite[i, j] = excitation_jump(th.branching[0, i, j], th.incident[INCIDENT.DECAY, i])
    for n in range(x.document_day.size):
        if x.document_day[n] < 0.0:
            st.n[N.PAPERS] += 1
    derive_anew(x, th, st)
    st.reservation[:] = st.derived


@rule
def derive_anew(x: Structure, th: Theta, st: State) -> None:
    """Reservation points from documented concessions for the present day (specification, section 2)."""
    f = th.party_issue
    for p in range(x.parties):
        for i in range(x.issues):
            if x.derived[p, i] != 0:
                st.derived[p, i] = derived_reservation(
                    f[PI.DEMAND, p, i],
                    f[PI.CONCEDED, p, i],
                    f[PI.AGE, p, i] + st.s[S.DAY],
                    f[PI.WITHDRAWN, p, i],
                    f[PI.QUANTILE, p, i],
                    th.world[W.HALF_LIFE],
                    th.world[W.WITHDRAWN_DISCOUNT],
                    th.world[W.MARGIN],
                )
            else:
                st.derived[p, i] = f[PI.RESERVATION, p, i]
