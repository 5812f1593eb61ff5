"""A range of runs, one after another, without the global lock: what a worker thread does."""

from __future__ import annotations

import numpy as np

from sim.compiled import rule
from sim.engine import between, closing, meeting
from sim.engine.bargaining import concede, exchange, listen, on_table, position_gap
from sim.engine.state import B, N, P, S, State, begin
from sim.engine.texts import facilitate, mediate
from sim.layout import PARTY, Floats, Ints, Priors, Streams, Structure, Theta, W
from sim.outcomes import BASKET, ROUND, RUN
from sim.rules import outcome, readiness
from sim.rules.assumption import draw_theta


@rule
def simulate(
    x: Structure,
    priors: Priors,
    keys: Streams,
    flat: Floats,
    th: Theta,
    st: State,
    assumptions: Ints,
    fates: Ints,
    runs: Floats,
    rounds: Floats,
    rows: Ints,
) -> int:
    """Runs k at `assumptions[k]` and `fates[k]`: a row of `runs` each, rows of `rounds` up to `rows[k]`.

    `th` holds views into `flat`. Returns -1, or the index of the first run with more incidents in one gap than fit.
    """
    for k in range(fates.size):
        draw_theta(priors, assumptions[k], flat)
        begin(x, th, st)
        play(x, th, st, keys, fates[k], rounds[k])
        if st.n[N.OVERFLOW] != 0:
            return k
        report(x, th, st, runs[k])
        rows[k] = st.n[N.ROWS]
    return -1


@rule
def play(x: Structure, th: Theta, st: State, keys: Streams, fate: int, rounds: Floats) -> None:
    """One run: the nine phases, step by step, until the horizon."""
    for p in range(x.parties):
        st.party[P.CONCESSION, p] = th.party[PARTY.K0, p]
        between.feel(x, th, st, p, 0.0)
    st.s[S.GAP] = position_gap(x, th, st)
    for step in range(x.max_steps):
        days, planned, ends, planned_day = between.elapse(x, th, st, keys, fate, step)
        between.happen(x, th, st, keys, fate, step, days, planned_day)
        if st.n[N.OVERFLOW] != 0:
            return
        st.s[S.DAY] += days
        if st.n[N.ABEYANCE] != 0:
            st.s[S.ABEYANCE_DAYS] += days
            if planned:
                between.resume(x, th, st)
        else:
            st.s[S.TALK_TIME] += days
        between.implement(x, th, st, keys, fate, step, days)
        between.reassess(x, th, st, keys, fate, step, days)
        if ends:
            return
        if planned:
            meeting.instruct(x, st)
            if meeting.convene(x, th, st, keys, fate, step):
                code = hold(x, th, st, keys, fate, step)
            else:
                code = outcome.POSTPONED
                st.s[S.PROGRESS] = readiness.progressed(st.s[S.PROGRESS], code, th.world[W.PROGRESS_MEMORY])
            note(st, rounds, step, days, code)


@rule
def hold(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int) -> int:
    """Phases 6 to 9 of a round that is held; returns its outcome code."""
    facilitate(x, th, st)
    meeting.set_agenda(x, th, st)
    concede(x, th, st)
    tentative = False
    for b in range(x.baskets):
        st.agreed[b] = 0
        if on_table(st, b):
            if exchange(x, th, st, keys, fate, step, b) or mediate(x, th, st, keys, fate, step, b):
                st.agreed[b] = 1
                tentative = True
    listen(x, th, st)
    for b in range(x.baskets):
        if st.agreed[b] != 0:
            closing.conclude(x, th, st, keys, fate, step, b)
    st.n[N.HELD] += 1
    papers = closing.papers_received(x, st)
    handed = papers - st.n[N.PAPERS]
    st.n[N.PAPERS] = papers
    return closing.code_round(x, th, st, keys, fate, step, tentative, handed)


@rule
def note(st: State, rounds: Floats, step: int, days: float, code: int) -> None:
    """One row of the table of rounds; counts of what happened since the last row start anew."""
    row = rounds[st.n[N.ROWS]]
    row[ROUND.STEP] = step
    row[ROUND.DAY] = st.s[S.DAY]
    row[ROUND.GAP_DAYS] = days
    row[ROUND.VENUE] = st.n[N.VENUE]
    row[ROUND.LEVEL] = st.n[N.LEVEL]
    row[ROUND.CODE] = code
    row[ROUND.TEXTS] = st.n[N.TEXTS]
    row[ROUND.PAPERS] = st.n[N.PAPERS]
    row[ROUND.SETTLED] = st.n[N.SETTLED_MASK]
    row[ROUND.AMENDED] = st.n[N.AMENDED_MASK]
    row[ROUND.COLLAPSED] = st.n[N.COLLAPSED_MASK]
    row[ROUND.INCIDENTS] = st.n[N.INCIDENTS_SINCE]
    row[ROUND.GAP] = st.s[S.GAP]
    st.n[N.ROWS] += 1
    for count in (N.TEXTS, N.SETTLED_MASK, N.AMENDED_MASK, N.COLLAPSED_MASK, N.INCIDENTS_SINCE):
        st.n[count] = 0


@rule
def report(x: Structure, th: Theta, st: State, row: Floats) -> None:
    """The row of a finished run: counts, then each basket's columns, then each party's utility."""
    final = closing.final_outcome(x, st)
    row[RUN.OUTCOME] = final
    row[RUN.PEAK] = max(st.n[N.PEAK], final)
    row[RUN.DAYS] = st.s[S.DAY]
    row[RUN.HELD] = st.n[N.HELD]
    row[RUN.POSTPONED] = st.n[N.POSTPONED]
    row[RUN.ABEYANCE] = st.s[S.ABEYANCE_DAYS]
    row[RUN.INCIDENTS] = st.n[N.INCIDENTS]
    row[RUN.WALK_BACKS] = st.n[N.REFUSALS] + st.n[N.AMENDMENTS] + st.n[N.COLLAPSES]
    row[RUN.REFUSALS] = st.n[N.REFUSALS]
    row[RUN.AMENDMENTS] = st.n[N.AMENDMENTS]
    row[RUN.COLLAPSES] = st.n[N.COLLAPSES]
    row[RUN.DELIVERED] = st.s[S.MET_SHARE] / st.s[S.MET] if st.s[S.MET] > 0.0 else np.nan
    row[RUN.GAP] = st.s[S.GAP]
    closing.waiting(x, th, st)
    for b in range(x.baskets):
        at = len(RUN) + b * len(BASKET)
        zone = closing.has_zone(x, th, st, b)
        stands = st.settled[b] != 0
        row[at + BASKET.SETTLED] = st.basket[B.SETTLED_DAY, b]
        row[at + BASKET.FIRST] = st.basket[B.FIRST_DAY, b]
        row[at + BASKET.ZONE] = 1.0 if zone else 0.0
        row[at + BASKET.BLOCKED] = closing.blocked(x, th, st, b, zone)
        row[at + BASKET.NASH] = closing.nash_distance(x, th, st, b) if stands else np.nan
        row[at + BASKET.PARETO] = closing.pareto_distance(x, th, st, b) if stands else np.nan
    for p in range(x.parties):
        row[len(RUN) + x.baskets * len(BASKET) + p] = closing.party_utility(x, th, st, p)
