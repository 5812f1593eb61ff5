"""Strengths of mediators, and whether a mediator sits in a round."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, view
from sim.core.jit import inlined, rule
from sim.core.layout import MEDIATOR
from sim.rules.mediation import effective_strength


@inlined
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


@rule
def present_strength(mem: Memory, kind: int) -> float:
    """The largest strength among mediators that have not left, whether or not they sit in this round."""
    x = sizes(mem)
    present = view.present(mem)
    best = 0.0
    for m in range(x.mediators):
        if present[m] != 0:
            best = max(best, strength_of(mem, kind, m))
    return best


@inlined
def attends(mem: Memory, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    present = view.present(mem)
    attends = view.attends(mem)
    venue_host = view.venue_host(mem)
    return present[m] != 0 and (attends[m] != 0 or venue_host[venue] == m)


@rule
def attending_strength(mem: Memory, kind: int, venue: int) -> float:
    """The largest strength among mediators that sit in a round at this venue."""
    x = sizes(mem)
    best = 0.0
    for m in range(x.mediators):
        if attends(mem, m, venue):
            best = max(best, strength_of(mem, kind, m))
    return best
