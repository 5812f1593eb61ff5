"""Strengths of mediators, and whether a mediator sits in a round."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, view
from sim.core.jit import inlined, rule
from sim.core.layout import MEDIATOR


@inlined
def strength_of(mem: Memory, field: int, m: int) -> float:
    """One strength of a mediator; leverage and guarantee work through its manipulation."""
    mediator = view.th_mediator(mem)
    strength = mediator[field, m]
    if field == MEDIATOR.LEVERAGE or field == MEDIATOR.GUARANTEE:
        return strength * mediator[MEDIATOR.MANIPULATION, m]
    return strength


@rule
def present_strength(mem: Memory, field: int) -> float:
    """The largest strength among mediators that have not left, whether or not they sit in this round."""
    x = sizes(mem)
    present = view.present(mem)
    best = 0.0
    for m in range(x.mediators):
        if present[m] != 0:
            best = max(best, strength_of(mem, field, m))
    return best


@inlined
def attends(mem: Memory, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    present = view.present(mem)
    attends = view.attends(mem)
    venue_host = view.venue_host(mem)
    return present[m] != 0 and (attends[m] != 0 or venue_host[venue] == m)


@rule
def attending_strength(mem: Memory, field: int, venue: int) -> float:
    """The largest strength among mediators that sit in a round at this venue."""
    x = sizes(mem)
    best = 0.0
    for m in range(x.mediators):
        if attends(mem, m, venue):
            best = max(best, strength_of(mem, field, m))
    return best
