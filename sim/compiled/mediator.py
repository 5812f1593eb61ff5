"""Strengths of mediators, and whether a mediator sits in a round."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, view
from sim.core.jit import inline_part, rule
from sim.core.layout import MEDIATOR, W
from sim.rules import mediation
from sim.rules.mediation import Strength, effective_strength


@inline_part
def strength_of(mem: Memory, kind: int, m: int) -> float:
    """One strength of a mediator, a member of `Strength`."""
    mediator = view.th_mediator(mem)
    return effective_strength(
        kind,
        mediator[MEDIATOR.FACILITATION, m],
        mediator[MEDIATOR.FORMULATION, m],
        mediator[MEDIATOR.MANIPULATION, m],
        mediator[MEDIATOR.LEVERAGE, m],
        mediator[MEDIATOR.GUARANTEE, m],
    )


@inline_part
def attends(mem: Memory, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    present = view.present(mem)
    attends = view.attends(mem)
    venue_host = view.venue_host(mem)
    return present[m] != 0 and (attends[m] != 0 or venue_host[venue] == m)


@rule
def present_strength(mem: Memory, kind: int) -> float:
    """Combined strength, of a kind of `Strength`, of the mediators that have not left."""
    return combine(mem, kind, -1)


@rule
def attending_strength(mem: Memory, kind: int, venue: int) -> float:
    """Combined strength, of a kind of `Strength`, in a round: at the table in full, beside it in part."""
    return combine(mem, kind, venue)


@inline_part
def combine(mem: Memory, kind: int, venue: int) -> float:
    """Combined strength of present mediators, in full where one sits in a round at `venue` (-1: anywhere)."""
    x = sizes(mem)
    w = view.th_world(mem)
    present = view.present(mem)
    total, count = 0.0, 0
    for m in range(x.mediators):
        if present[m] != 0:
            own = strength_of(mem, kind, m)
            sits = venue < 0 or attends(mem, m, venue)
            total = mediation.combine_strengths(x.combine, total, own, sits, w[W.MEDIATION_BESIDE])
            if own > 0.0:
                count += 1
    return mediation.coordinate(x.combine, total, count, w[W.MEDIATION_COORDINATION])


@rule
def leverage_of_mediators(mem: Memory, venue: int) -> float:
    """Leverage of present mediators, in full where one sits in a round at `venue` (-1: anywhere)."""
    x = sizes(mem)
    w = view.th_world(mem)
    present = view.present(mem)
    total = 0.0
    for m in range(x.mediators):
        if present[m] != 0:
            own = strength_of(mem, Strength.LEVERAGE, m)
            sits = venue < 0 or attends(mem, m, venue)
            total = mediation.add_leverage(x.combine, total, own, sits, w[W.MEDIATION_BESIDE])
    return total
