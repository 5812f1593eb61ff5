"""What a party holds out for on a basket, between its floor and its full demand."""

from __future__ import annotations

import math

from sim.core.jit import melted, rule
from sim.core.layout import Floats


@rule
def announced_concession(demand: Floats, reservation: Floats, announced: Floats, salience: Floats) -> float:
    """Salience-weighted mean concession already announced in public, in [0, 1]; NaN means nothing beyond the demand."""
    total, weight = 0.0, 0.0
    for i in range(demand.size):
        if not math.isnan(announced[i]):
            conceded = (announced[i] - demand[i]) / (reservation[i] - demand[i])
            total += salience[i] * min(max(conceded, 0.0), 1.0)
        weight += salience[i]
    return total / weight if weight > 0.0 else 0.0


@rule
def audience_cost(coefficient: float, publicity: float, concession: float, announced: float) -> float:
    """`a · publicity · (concession beyond what was announced)⁺` (Fearon 1994 on audience costs)."""
    return coefficient * publicity * max(concession - announced, 0.0)


@rule
def aspiration(
    floor: float, lowest: float, concession: float, hardening: float, audience: float, leverage: float
) -> float:
    """`A = clip(F + (1 - F) clip(1 - C + hardening + audience, 0, 1) - leverage, F_min, 1)`."""
    held = min(max(1.0 - concession + hardening + audience, 0.0), 1.0)
    return min(max(floor + (1.0 - floor) * held - leverage, lowest), 1.0)


@melted
def aspiration_at(last: float, target: float, floor: float, turn: int, turns: int) -> float:
    """Aspiration at an exchange: from the last round's final one (turn 0 has made its first step) to this round's.

    A floor that rose since the last round lifts the way with it: only leverage, in `target`, leads below the floor.
    """
    reached = min(turn + 1, turns)
    return max(last + (target - last) * reached / turns, min(floor, target))


@rule
def red_line_share(salience: Floats, red: Floats) -> float:
    """Share of salience that lies on red-line issues."""
    total, weight = 0.0, 0.0
    for i in range(salience.size):
        if red[i] != 0:
            total += salience[i]
        weight += salience[i]
    return total / weight if weight > 0.0 else 0.0


@melted
def next_utility(aspiration: float, cap_mean: float) -> float:
    """Utility of a party's own next offer: its aspiration, or what is left when every cap on conceding binds."""
    return 1.0 - max(min(1.0 - aspiration, cap_mean), 0.0)
