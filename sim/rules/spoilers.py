"""What stirs incidents: a round that promises agreement, and earlier ones (Stedman 1997; Kydd & Walter 2002)."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule


class SurgeMode(Choice):
    """What the surge of incidents before a planned round follows."""

    AGREEMENT = 0
    COERCIVE = 1


@dispatches(SurgeMode)
@rule
def surge_strength(mode: int, chance: float) -> float:
    """Strength of a surge: the perceived chance of agreement for spoilers, 1 for coercion unrelated to it.

    Raises
    ------
    ValueError
        If the mode is unknown.
    """
    if mode == SurgeMode.AGREEMENT:
        return chance
    if mode == SurgeMode.COERCIVE:
        return 1.0
    raise ValueError("unknown surge mode")


@rule
def surged(rate: float, surge: float, strength: float) -> float:
    """Base rate a day before a planned round: `rate (1 + surge · strength)`.

    `strength` is the perceived chance of agreement for spoilers, 1 for coercion unrelated to it.
    """
    return rate * (1.0 + surge * strength)
