"""A basket while a run unfolds: whether what was agreed has been executed and delivered."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, view
from sim.core.jit import rule
from sim.core.layout import W


@rule
def executed(mem: Memory, b: int) -> bool:
    """Whether every obligation of a settled basket fell due."""
    x = sizes(mem)
    obligation_basket = view.obligation_basket(mem)
    pending = view.pending(mem)
    for o in range(x.obligations):
        if obligation_basket[o] == b and pending[o] != 2:
            return False
    return True


@rule
def delivered(mem: Memory, b: int) -> bool:
    """Whether every obligation of a settled basket was met at least in the share that counts; false without any."""
    x = sizes(mem)
    obligation_basket = view.obligation_basket(mem)
    pending = view.pending(mem)
    shares = view.share(mem)
    w = view.th_world(mem)
    any_obligation = False
    for o in range(x.obligations):
        if obligation_basket[o] == b:
            any_obligation = True
            if pending[o] != 2 or shares[o] < w[W.DELIVERY_ENOUGH]:
                return False
    return any_obligation
