"""Phase 5: whether the round is held, where and at which level."""

from __future__ import annotations

from sim.compiled.agenda import admit_parties, holds, mandated, read_mandates
from sim.compiled.mediation import facilitate
from sim.compiled.mediator import attending_strength, leverage_of_mediators
from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import N, P, S
from sim.compiled.memory.function_table import table_entry
from sim.compiled.party import pressure_on
from sim.core.draws import uniform
from sim.core.jit import rule
from sim.core.layout import VENUE, W
from sim.rules import convening, mediation, outcome, readiness, venue
from sim.rules.mediation import Strength

NOBODY = 1e9
"""Least acceptability of a venue where nobody has a seat."""


@table_entry
def convene(mem: Memory, fate: int, step: int) -> bool:
    """Hold the round if every party with a seat comes; else postpone it, in the end into abeyance."""
    x = sizes(mem)
    n = view.count(mem)
    seat = view.seated(mem)
    party = view.party(mem)
    key_convene = view.key_convene(mem)
    s = view.scalar(mem)
    venues = view.th_venue(mem)
    admit_parties(mem)
    read_mandates(mem)
    v = choose_venue(mem)
    n[N.VENUE] = v
    s[S.FACILITATION] = attending_strength(mem, Strength.FACILITATION, v)
    held = True
    for p in range(x.parties):
        if seat[p] != 0:
            party[P.MEET, p] = meeting_chance(mem, p, v)
            if uniform(key_convene[p], fate, step, 0) >= party[P.MEET, p]:
                held = False
    if not held:
        postpone(mem)
        return False
    n[N.STREAK] = 0
    s[S.PUBLICITY] = venues[VENUE.PUBLICITY, v]
    s[S.LEVERAGE] = leverage_of_mediators(mem, v)
    raise_level(mem, fate, step)
    facilitate(mem)
    return True


@rule
def postpone(mem: Memory) -> None:
    """Postpone the round; after too many postponements in a row the talks fall into abeyance."""
    x = sizes(mem)
    n = view.count(mem)
    s = view.scalar(mem)
    w = view.th_world(mem)
    n[N.POSTPONED] += 1
    n[N.STREAK] += 1
    n[N.LEVEL] = x.start_level
    if n[N.STREAK] >= x.postponement_limit:
        n[N.ABEYANCE] = n[N.CHANGED] = 1
    s[S.PROGRESS] = readiness.update_progress(s[S.PROGRESS], outcome.POSTPONED, w[W.READINESS_PROGRESS_MEMORY])


@rule
def choose_venue(mem: Memory) -> int:
    """Choose the venue of the planned round by the scenario's venue rule."""
    x = sizes(mem)
    n = view.count(mem)
    seat = view.seated(mem)
    least = view.least(mem)
    for v in range(x.venues):
        least[v] = NOBODY
        for p in range(x.parties):
            if seat[p] != 0:
                least[v] = min(least[v], acceptability_of(mem, v, p))
    return venue.choose_venue(x.venue_rule, view.venue_order(mem), n[N.HELD] + n[N.POSTPONED], least)


@rule
def acceptability_of(mem: Memory, v: int, p: int) -> float:
    """Acceptability of a venue to a party, its host's leaning counted."""
    venue_host = view.venue_host(mem)
    present = view.present(mem)
    leanings = view.th_leaning(mem)
    acceptable = view.th_acceptability(mem)
    w = view.th_world(mem)
    host = venue_host[v]
    leaning = 0.0
    if host >= 0 and present[host] != 0:
        leaning = leanings[0, host, p]
    return mediation.venue_acceptability(acceptable[0, v, p], leaning, w[W.MEDIATION_LEANING_ACCEPTABILITY])


@rule
def meeting_chance(mem: Memory, p: int, v: int) -> float:
    """Chance that a party comes to the planned round at venue `v`."""
    w = view.th_world(mem)
    condition = view.condition(mem)
    party = view.party(mem)
    venues = view.th_venue(mem)
    s = view.scalar(mem)
    unmet = 0
    for n in range(condition.shape[0]):
        if condition[n, 0] == p and not holds(mem, condition[n, 1], condition[n, 2]):
            unmet += 1
    odds = convening.meeting_odds(
        w[W.CONVENING_BASE],
        w[W.CONVENING_READINESS],
        party[P.READINESS, p],
        w[W.CONVENING_ACCEPTABILITY],
        acceptability_of(mem, v, p),
        w[W.CONVENING_FACILITATION],
        s[S.FACILITATION],
        w[W.CONVENING_PRESSURE],
        pressure_on(mem, p),
        w[W.CONVENING_INCIDENTS],
        party[P.BLAME, p],
        venues[VENUE.INSULATION, v],
        w[W.CONVENING_CONDITIONS],
        unmet,
    )
    return convening.chance(odds)


@rule
def raise_level(mem: Memory, fate: int, step: int) -> None:
    """Let the parties agree to meet at a higher level."""
    x = sizes(mem)
    n = view.count(mem)
    is_open = view.open(mem)
    w = view.th_world(mem)
    key_level = view.key_level(mem)
    seat = view.seated(mem)
    key_rise = view.key_rise(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    if n[N.LEVEL] + 1 >= x.levels:
        return
    blocked, to_settle = 0, 0
    for b in range(x.baskets):
        if is_open[b] != 0:
            to_settle += 1
            if not mandated(mem, b):
                blocked += 1
    share = blocked / to_settle if to_settle > 0 else 0.0
    push = w[W.LEVEL_PUSH]
    odds = convening.higher_level_odds(w[W.LEVEL_BASE], w[W.LEVEL_BLOCKED], share, push, s[S.FACILITATION])
    if uniform(key_level[0], fate, step, 0) >= convening.chance(odds):
        return
    for p in range(x.parties):
        if seat[p] != 0 and uniform(key_rise[p], fate, step, 0) >= party[P.MEET, p]:
            return
    n[N.LEVEL] += 1
