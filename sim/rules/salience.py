"""What a party cares for, and what it believes the others care for."""

from __future__ import annotations

from sim.core.jit import melted, rule
from sim.core.layout import Floats, Ints


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
def others_shares(w: Floats, active: Ints, me: int, out: Floats) -> None:
    """The others' mean salience shares; equal shares where there is no other.

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
                out[i] += w[p, i] / s if s > 0.0 else 1.0 / n
    for i in range(n):
        out[i] = out[i] / others if others > 0 else 1.0 / n


@melted
def believed(true: Floats, information: float, out: Floats) -> None:
    """The others' mean believed salience shares (n,): uniform at information 0, their `true` shares at 1."""
    n = out.size
    for i in range(n):
        out[i] = information * true[i] + (1.0 - information) / n
