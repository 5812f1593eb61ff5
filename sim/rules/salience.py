"""What a party cares for, and what it believes the others care for."""

from __future__ import annotations

from sim.compiled import rule
from sim.layout import Floats, Ints


@rule
def total(w: Floats) -> float:
    """Sum of saliences (n,)."""
    s = 0.0
    for i in range(w.size):
        s += w[i]
    return s


@rule
def shares(w: Floats, out: Floats) -> None:
    """Saliences (n,) as shares of their sum; equal shares where nothing is salient."""
    s = total(w)
    for i in range(w.size):
        out[i] = w[i] / s if s > 0.0 else 1.0 / w.size


@rule
def believed(w: Floats, active: Ints, me: int, information: float, out: Floats) -> None:
    """The others' mean believed salience shares: uniform at information 0, their true shares at 1.

    `w` (P, n) saliences of all parties; rows with `active` 0 and row `me` are left out; `out` (n,).
    """
    n = out.size
    others = 0
    for i in range(n):
        out[i] = 0.0
    for p in range(w.shape[0]):
        if p != me and active[p] != 0:
            others += 1
            s = total(w[p])
            for i in range(n):
                true = w[p, i] / s if s > 0.0 else 1.0 / n
                out[i] += information * true + (1.0 - information) / n
    for i in range(n):
        out[i] = out[i] / others if others > 0 else 1.0 / n
