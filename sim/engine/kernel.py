"""A range of runs, one after another, without the global lock: what a worker thread does."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined, rule
from sim.engine import closing, delivery, gap, meeting, reassessment
from sim.engine.bargaining import exchange, listen, on_table, position_gap
from sim.engine.fields import B, N, P, S
from sim.engine.memory import Memory, sizes, view
from sim.engine.party import concede
from sim.engine.state import begin
from sim.engine.texts import facilitate, mediate
from sim.layout import PARTY, Floats, Ints, Priors, W
from sim.outcomes import BASKET, ROUND, RUN
from sim.rules import outcome, readiness
from sim.rules.assumption import draw_theta


@rule
def simulate(
    mem: Memory, priors: Priors, assumptions: Ints, fates: Ints, runs: Floats, rounds: Floats, rows: Ints
) -> int:
    """Runs k at `assumptions[k]` and `fates[k]`: a row of `runs` each, and `rows[k]` rows of `rounds`, run after run.

    `rounds` has room for the longest of runs. Returns -1, or the first run with more incidents in one gap than fit.
    """
    n = view.count(mem)
    theta = view.theta(mem)
    drawn = view.drawn(mem)[: priors.place.size]
    at = 0
    for k in range(fates.size):
        draw_theta(priors, assumptions[k], drawn, theta)
        begin(mem)
        play(mem, fates[k], rounds[at:])
        if n[N.OVERFLOW] != 0:
            return k
        report(mem, runs[k])
        rows[k] = n[N.ROWS]
        at += n[N.ROWS]
    return -1


@inlined
def play(mem: Memory, fate: int, rounds: Floats) -> None:
    """One run: the nine phases, step by step, until the horizon."""
    x = sizes(mem)
    party = view.party(mem)
    given = view.th_party(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    w = view.th_world(mem)
    for p in range(x.parties):
        party[P.CONCESSION, p] = given[PARTY.K0, p]
        reassessment.feel(mem, p, 1.0)
    s[S.GAP] = position_gap(mem)
    for step in range(x.max_steps):
        days, planned, ends, planned_day = gap.elapse(mem, fate, step)
        gap.happen(mem, fate, step, days, planned_day)
        if n[N.OVERFLOW] != 0:
            return
        s[S.DAY] += days
        if n[N.ABEYANCE] != 0:
            s[S.ABEYANCE_DAYS] += days
            if planned:
                gap.resume(mem)
        else:
            s[S.TALK_TIME] += days
        delivery.implement(mem, fate, step, days)
        reassessment.reassess(mem, fate, step, days)
        if ends:
            return
        if planned:
            meeting.instruct(mem)
            if meeting.convene(mem, fate, step):
                code = hold(mem, fate, step)
            else:
                code = outcome.POSTPONED
                s[S.PROGRESS] = readiness.progressed(s[S.PROGRESS], code, w[W.PROGRESS_MEMORY])
            note(mem, rounds, step, days, code)


@inlined
def hold(mem: Memory, fate: int, step: int) -> int:
    """Phases 6 to 9 of a round that is held; returns its outcome code."""
    x = sizes(mem)
    agreed = view.agreed(mem)
    n = view.count(mem)
    facilitate(mem)
    meeting.set_agenda(mem)
    concede(mem)
    for b in range(x.baskets):
        agreed[b] = 0
        if on_table(mem, b):
            if exchange(mem, fate, step, b) or mediate(mem, fate, step, b):
                agreed[b] = 1
    listen(mem)
    unratified = False
    for b in range(x.baskets):
        if agreed[b] != 0 and not closing.conclude(mem, fate, step, b):
            unratified = True
    n[N.HELD] += 1
    papers = closing.papers_received(mem)
    handed = papers - n[N.PAPERS]
    n[N.PAPERS] = papers
    return closing.code_round(mem, fate, step, unratified, handed)


@inlined
def note(mem: Memory, rounds: Floats, step: int, days: float, code: int) -> None:
    """One row of the table of rounds; counts of what happened since the last row start anew."""
    n = view.count(mem)
    s = view.scalar(mem)
    row = rounds[n[N.ROWS]]
    row[ROUND.STEP] = step
    row[ROUND.DAY] = s[S.DAY]
    row[ROUND.GAP_DAYS] = days
    row[ROUND.VENUE] = n[N.VENUE]
    row[ROUND.LEVEL] = n[N.LEVEL]
    row[ROUND.CODE] = code
    row[ROUND.TEXTS] = n[N.TEXTS]
    row[ROUND.PAPERS] = n[N.PAPERS]
    row[ROUND.SETTLED] = n[N.SETTLED_MASK]
    row[ROUND.AMENDED] = n[N.AMENDED_MASK]
    row[ROUND.COLLAPSED] = n[N.COLLAPSED_MASK]
    row[ROUND.INCIDENTS] = n[N.INCIDENTS_SINCE]
    row[ROUND.GAP] = s[S.GAP]
    n[N.ROWS] += 1
    for count in (N.TEXTS, N.SETTLED_MASK, N.AMENDED_MASK, N.COLLAPSED_MASK, N.INCIDENTS_SINCE):
        n[count] = 0


@inlined
def report(mem: Memory, row: Floats) -> None:
    """The row of a finished run: counts, then each basket's columns, then each party's utility."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    settled = view.settled(mem)
    basket = view.basket(mem)
    final = closing.final_outcome(mem)
    row[RUN.OUTCOME] = final
    row[RUN.PEAK] = max(n[N.PEAK], final)
    row[RUN.DAYS] = s[S.DAY]
    row[RUN.HELD] = n[N.HELD]
    row[RUN.POSTPONED] = n[N.POSTPONED]
    row[RUN.ABEYANCE] = s[S.ABEYANCE_DAYS]
    row[RUN.INCIDENTS] = n[N.INCIDENTS]
    row[RUN.WALK_BACKS] = n[N.REFUSALS] + n[N.AMENDMENTS] + n[N.COLLAPSES]
    row[RUN.REFUSALS] = n[N.REFUSALS]
    row[RUN.AMENDMENTS] = n[N.AMENDMENTS]
    row[RUN.COLLAPSES] = n[N.COLLAPSES]
    row[RUN.DELIVERED] = s[S.MET_SHARE] / s[S.MET] if s[S.MET] > 0.0 else np.nan
    row[RUN.GAP] = s[S.GAP]
    closing.waiting(mem)
    for b in range(x.baskets):
        at = len(RUN) + b * len(BASKET)
        zone = closing.has_zone(mem, b)
        stands = settled[b] != 0
        row[at + BASKET.SETTLED] = basket[B.SETTLED_DAY, b]
        row[at + BASKET.FIRST] = basket[B.FIRST_DAY, b]
        row[at + BASKET.ZONE] = 1.0 if zone else 0.0
        row[at + BASKET.BLOCKED] = closing.blocked(mem, b, zone)
        row[at + BASKET.NASH] = closing.nash_distance(mem, b) if stands else np.nan
        row[at + BASKET.PARETO] = closing.pareto_distance(mem, b) if stands else np.nan
    for p in range(x.parties):
        row[len(RUN) + x.baskets * len(BASKET) + p] = closing.party_utility(mem, p)
