"""Balance of forces and the hurting stalemate (Fearon 1995; Zartman 2000). Time in days."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def move_balance(balance: float, drift: float, noise: float, days: float, shock: float) -> float:
    """Move the balance of forces over a gap: `balance + drift · days + noise · √days · shock`, reflected at 0 and 1.

    Parameters
    ----------
    balance : float
        Balance before, in [0, 1].
    drift : float
        Drift a day, of its own and by sponsors' levers.
    noise : float
        Standard deviation of the change over one day, at least 0.
    days : float
        Length of the gap in days, at least 0.
    shock : float
        Noise of mean 0 and variance 1.

    Returns
    -------
    float
        Balance in [0, 1].
    """
    position = balance + drift * days + noise * math.sqrt(days) * shock
    position = abs(position) % 2.0
    return 2.0 - position if position > 1.0 else position


@rule
def update_drift(previous: float, change: float, days: float, memory: float) -> float:
    """Update the recent drift of the balance: an exponentially weighted mean of its change a day.

    Parameters
    ----------
    previous : float
        Recent drift before the gap, a day.
    change : float
        Change of the balance over the gap.
    days, memory : float
        Length of the gap, and the memory of the mean (above 0), in days.

    Returns
    -------
    float
        Drift a day; unchanged when no time passes.
    """
    if days <= 0.0:
        return previous
    weight = math.exp(-days / memory)
    return previous * weight + (1.0 - weight) * change / days


@rule
def pain(
    cost: float, memory: float, relief: float, drift: float, stalemate_drift: float, weight: float, cap: float
) -> float:
    """Return the pain of a stalemate: `κ · (cost/memory - relief)⁺ · (1 - |drift|/D)⁺`, at most `cap`.

    A stalemate hurts; an advance does not.

    Parameters
    ----------
    cost : float
        Faded sum of the cost of violence, so that `cost / memory` is its weighted mean a day.
    memory : float
        Memory of that sum, above 0, in days.
    relief : float
        Relief by sponsors, a day.
    drift : float
        Recent drift of the balance, a day.
    stalemate_drift : float
        Drift `D` from which on the war is not a stalemate, above 0, a day.
    weight, cap : float
        Pain `κ` of a unit of cost a day, and the most pain, in utility.

    Returns
    -------
    float
        Pain in [0, cap], in utility.

    References
    ----------
    Zartman 2000, "Ripeness: The Hurting Stalemate and Beyond", in Stern & Druckman (eds.), International Conflict
    Resolution After the Cold War.
    """
    net_cost = max(cost / memory - relief, 0.0)
    standstill = max(1.0 - abs(drift) / stalemate_drift, 0.0)
    return min(weight * net_cost * standstill, cap)
