"""What stirs incidents: a round that promises agreement, and earlier ones (Stedman 1997; Kydd & Walter 2002)."""

from __future__ import annotations

from sim.compiled import rule


@rule
def surged(rate: float, surge: float, strength: float) -> float:
    """Base rate a day before a planned round: `rate (1 + surge · strength)`.

    `strength` is the perceived chance of agreement for spoilers, 1 for coercion unrelated to it.
    """
    return rate * (1.0 + surge * strength)
