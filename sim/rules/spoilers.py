"""Surges of incidents before a planned round (Stedman 1997; Kydd & Walter 2002)."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule


class SurgeMode(Choice):
    """What the surge of incidents before a planned round follows."""

    AGREEMENT = 0
    COERCIVE = 1


class SurgeReading(Choice):
    """What spoilers read as the perceived chance of agreement."""

    GAP = 0
    DEAL = 1


@dispatches(SurgeReading)
@rule
def perceive_chance(kind: int, by_gap: float, deal_in_sight: float) -> float:
    """Perceived chance of agreement: closeness of positions times readiness, or the deal in sight.

    Parameters
    ----------
    kind : int
        A member of `SurgeReading`.
    by_gap : float
        `readiness.agreement_chance`, in [0, 1].
    deal_in_sight : float
        `K`, the largest nearness of a basket that spoilers answer, in [0, 1].

    Raises
    ------
    ValueError
        If the reading is unknown.

    References
    ----------
    Stedman 1997; Kydd & Walter 2002.
    """
    if kind == SurgeReading.GAP:
        return by_gap
    if kind == SurgeReading.DEAL:
        return deal_in_sight
    raise ValueError("unknown reading of spoilers")


@rule
def reads_deal(kind: int, mode: int, rate: float, surge: float) -> bool:
    """Whether incidents of a type, of mode `mode`, base rate and surge, depend on the deal in sight."""
    return kind == SurgeReading.DEAL and mode != SurgeMode.COERCIVE and rate * surge > 0.0


@dispatches(SurgeMode)
@rule
def surge_strength(mode: int, chance: float) -> float:
    """Return the strength of a surge: the perceived chance of agreement for spoilers, 1 for coercion.

    Parameters
    ----------
    mode : int
        A member of `SurgeMode`.
    chance : float
        Perceived chance of agreement, in [0, 1].

    Returns
    -------
    float
        Strength in [0, 1].

    Raises
    ------
    ValueError
        If the mode is unknown.

    References
    ----------
    Stedman 1997, "Spoiler Problems in Peace Processes", International Security 22.
    Kydd & Walter 2002, "Sabotaging the Peace: The Politics of Extremist Violence", International Organization 56.
    """
    if mode == SurgeMode.AGREEMENT:
        return chance
    if mode == SurgeMode.COERCIVE:
        return 1.0
    raise ValueError("unknown surge mode")


@rule
def surge_rate(rate: float, surge: float, strength: float) -> float:
    """Return the base rate of incidents before a planned round: `rate (1 + surge · strength)`.

    Parameters
    ----------
    rate : float
        Base rate a day outside the surge, at least 0.
    surge : float
        Relative rise of the rate at full strength, at least 0.
    strength : float
        Strength of the surge, in [0, 1], from `surge_strength`.

    Returns
    -------
    float
        Rate a day.
    """
    return rate * (1.0 + surge * strength)
