"""A range of runs, one after another, without the global lock: the work of one thread."""

from __future__ import annotations

from sim.compiled.agenda import read_mandates, set_agenda
from sim.compiled.conclusion import conclude
from sim.compiled.convening import convene
from sim.compiled.elapse import elapse
from sim.compiled.exchange import exchange
from sim.compiled.implementation import implement
from sim.compiled.incidents import draw_incidents
from sim.compiled.measures import finish, start
from sim.compiled.mediation import mediate
from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import N, P
from sim.compiled.reassessment import reassess, update_readiness
from sim.compiled.report import report_round, report_run
from sim.compiled.state import begin
from sim.core.jit import entry_point, inline_part
from sim.core.layout import PARTY, Floats, Ints, Priors
from sim.rules import outcome
from sim.rules.assumption import draw_theta


@entry_point
def simulate(
    mem: Memory,
    priors: Priors,
    assumptions: Ints,
    fates: Ints,
    runs: Floats,
    rounds: Floats,
    rows: Ints,
) -> int:
    """Runs k at `assumptions[k]` and `fates[k]`: a row of `runs` each, and `rows[k]` rows of `rounds`, run after run.

    `rounds` has room for the longest of runs, or for one only: then every run writes its rows in the same place, and
    none are kept. Returns -1, or the first run with more incidents in one gap than fit.
    """
    n = view.count(mem)
    theta = view.theta(mem)
    drawn = view.drawn(mem)[: priors.place.size]
    at, whole = 0, rounds.shape[0] >= fates.size * sizes(mem).max_steps
    for k in range(fates.size):
        draw_theta(priors, assumptions[k], drawn, theta)
        begin(mem)
        play(mem, fates[k], rounds[at:])
        if n[N.OVERFLOW] != 0:
            return k
        report_run(mem, runs[k])
        rows[k] = n[N.ROWS]
        at += n[N.ROWS] if whole else 0
    return -1


@inline_part
def play(mem: Memory, fate: int, rounds: Floats) -> None:
    """Play one run: the nine phases, step by step, until the horizon."""
    x = sizes(mem)
    party = view.party(mem)
    th_party = view.th_party(mem)
    n = view.count(mem)
    for p in range(x.parties):
        party[P.CONCESSION, p] = th_party[PARTY.K0, p]
        update_readiness(mem, p, 1.0)
    read_mandates(mem)
    start(mem)
    for step in range(x.max_steps):
        days, planned, ends, planned_day = elapse(mem, fate, step)
        draw_incidents(mem, fate, step, days, planned_day)
        if n[N.OVERFLOW] != 0:
            return
        implement(mem, fate, step, days, planned)
        reassess(mem, fate, step, days)
        if ends:
            break
        if planned:
            code = outcome.POSTPONED
            if convene(mem, fate, step):
                set_agenda(mem)
                exchange(mem, fate, step)
                mediate(mem, fate, step)
                code = conclude(mem, fate, step)
            report_round(mem, rounds, step, days, code)
    finish(mem)
