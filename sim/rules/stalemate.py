"""Balance of forces and the hurting stalemate (Fearon 1995; Zartman 2000). Time in days."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def moved_balance(balance: float, drift: float, noise: float, days: float, shock: float) -> float:
    """Balance after `days`: drift, noise with the root of time, `shock` of unit variance, reflected at 0 and 1."""
    moved = balance + drift * days + noise * math.sqrt(days) * shock
    moved = abs(moved) % 2.0
    return 2.0 - moved if moved > 1.0 else moved


@rule
def recent_drift(previous: float, change: float, days: float, memory: float) -> float:
    """Exponentially weighted mean change of the balance a day; unchanged when no time passes."""
    if days <= 0.0:
        return previous
    kept = math.exp(-days / memory)
    return previous * kept + (1.0 - kept) * change / days


@rule
def pain(
    cost: float, memory: float, relief: float, drift: float, stalemate_drift: float, weight: float, cap: float
) -> float:
    """`κ · cost · (1 - |drift|/D)⁺`, at most `cap`: a stalemate hurts, an advance does not.

    `cost` is the faded sum of violence, so `cost / memory` is its weighted mean a day; sponsors' `relief` is taken off.
    """
    felt = max(cost / memory - relief, 0.0)
    stuck = max(1.0 - abs(drift) / stalemate_drift, 0.0)
    return min(weight * felt * stuck, cap)
