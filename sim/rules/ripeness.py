"""What makes a conflict ripe for settlement: the pain of a stalemate, or what the field has shown."""

from __future__ import annotations

import math

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule
from sim.core.layout import Floats
from sim.rules import stalemate

ITERATIONS = 500
"""Most steps of the series for mean rates; with a spectral radius of 0.9 the rest is below 1e-22."""


class Ripeness(Choice):
    """The engine of ripeness."""

    PAIN = 0
    INFORMATION = 1


@dispatches(Ripeness)
@rule
def pull_to_settle(
    kind: int,
    cost: float,
    memory: float,
    relief: float,
    drift: float,
    stalemate_drift: float,
    weight: float,
    cap: float,
    mean_cost: float,
    optimism: float,
    learning: float,
    severity: float,
) -> float:
    """Pull toward a settlement, in utility: it stands for pain in floors, caps and motivation.

    Parameters
    ----------
    kind : int
        A member of `Ripeness`.
    cost, memory, relief, drift, stalemate_drift, weight, cap : float
        As in `stalemate.pain`.
    mean_cost : float
        Mean cost a day of incidents that offend the party, at their long-run rates.
    optimism, learning, severity : float
        First optimism in units of that cost, how fast it is unlearned a unit of severity, and the severity of all
        incidents so far.

    Returns
    -------
    float
        *pain*: the hurting stalemate. *information*: `c (1 - o exp(-ι s))⁺`, `c` the cost of war without stalemate.

    Raises
    ------
    ValueError
        If the engine of ripeness is unknown.

    References
    ----------
    Zartman 2000 (pain); Slantchev 2003 (information).
    """
    if kind == Ripeness.PAIN:
        return stalemate.pain(cost, memory, relief, drift, stalemate_drift, weight, cap)
    if kind == Ripeness.INFORMATION:
        worst = min(weight * max(mean_cost - relief, 0.0), cap)
        return worst * max(1.0 - optimism * math.exp(-learning * severity), 0.0)
    raise ValueError("unknown engine of ripeness")


@rule
def reads_past(kind: int, days: float) -> bool:
    """Whether a run starts from the incidents before it: the war has lasted `days`, or the field informs."""
    return days > 0.0 or kind == Ripeness.INFORMATION


@rule
def mean_rates(rate: Floats, branching: Floats, out: Floats, work: Floats) -> None:
    """Long-run mean rates of incidents: `λ̄ = (I - B)⁻¹ rate`, as the sum of generations.

    Parameters
    ----------
    rate : (T,) float
        Base rates a day.
    branching : (T, T) float
        `branching[i, j]`: incidents of type i that one of type j sets off; spectral radius below 1.
    out : (T,) float
        The mean rates a day.
    work : (2, T) float
        Work space.
    """
    size = rate.size
    for i in range(size):
        out[i] = work[0, i] = rate[i]
    for _ in range(ITERATIONS):
        largest = 0.0
        for i in range(size):
            next_generation = 0.0
            for j in range(size):
                next_generation += branching[i, j] * work[0, j]
            work[1, i] = next_generation
            largest = max(largest, next_generation)
        for i in range(size):
            work[0, i] = work[1, i]
            out[i] += work[1, i]
        if largest < 1e-15:
            return


@rule
def past_amount(mean_a_day: float, memory: float, days: float) -> float:
    """Amount that `days` of war have left behind: `mean a day · memory · (1 - e^(-T/memory))`."""
    return mean_a_day * memory * (1.0 - math.exp(-days / memory))
