"""Whether the parties meet, and at which level."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def chance(log_odds: float) -> float:
    """Return the probability of given log-odds: `Λ(z) = 1/(1 + e^-z)`.

    Parameters
    ----------
    log_odds : float
        Log-odds `z`.

    Returns
    -------
    float
        Probability in (0, 1).
    """
    return 1.0 / (1.0 + math.exp(-log_odds))


@rule
def meeting_odds(
    base: float,
    by_readiness: float,
    readiness: float,
    by_acceptability: float,
    acceptability: float,
    by_facilitation: float,
    facilitation: float,
    by_pressure: float,
    pressure: float,
    by_incidents: float,
    incidents: float,
    insulation: float,
    by_conditions: float,
    unmet: int,
) -> float:
    """Return the log-odds that a party comes to a planned round.

    They are `b0 + b1 · readiness + b2 · acceptability + b3 · facilitation + b4 · pressure
    - b5 · incidents · (1 - insulation) - b6 · unmet conditions`.

    Parameters
    ----------
    base : float
        Log-odds `b0` of a party for which all else is 0.
    by_readiness, by_acceptability, by_facilitation, by_pressure, by_incidents, by_conditions : float
        Coefficients `b1` to `b6`, in log-odds.
    readiness : float
        The party's readiness, in [0, 1].
    acceptability : float
        Acceptability of the venue to it, its host's leaning counted.
    facilitation : float
        Strongest facilitation among the mediators that attend, in [0, 1].
    pressure : float
        Pressure to talk by sponsors' levers, at least 0.
    incidents : float
        Recent incidents that the party blames on others, faded, at least 0.
    insulation : float
        Insulation of the venue from incidents, in [0, 1].
    unmet : int
        Number of the party's conditions for meeting that do not hold.

    Returns
    -------
    float
        Log-odds.
    """
    return (
        base
        + by_readiness * readiness
        + by_acceptability * acceptability
        + by_facilitation * facilitation
        + by_pressure * pressure
        - by_incidents * incidents * (1.0 - insulation)
        - by_conditions * unmet
    )


@rule
def higher_level_odds(base: float, by_blocked: float, blocked_share: float, by_push: float, push: float) -> float:
    """Return the log-odds that a higher level is proposed: `l0 + l1 · blocked share + l2 · push`.

    Parameters
    ----------
    base, by_blocked, by_push : float
        Coefficients `l0`, `l1` and `l2`, in log-odds.
    blocked_share : float
        Share of open baskets without a mandate at the present level, in [0, 1].
    push : float
        Strongest facilitation among the mediators that attend, in [0, 1].

    Returns
    -------
    float
        Log-odds.
    """
    return base + by_blocked * blocked_share + by_push * push


@rule
def procedural_odds(
    base: float, by_readiness: float, readiness: float, by_facilitation: float, facilitation: float
) -> float:
    """Return the log-odds that a round without text or settlement agrees at least on how to go on.

    They are `p0 + p1 · least readiness + p2 · facilitation`.

    Parameters
    ----------
    base, by_readiness, by_facilitation : float
        Coefficients `p0`, `p1` and `p2`, in log-odds.
    readiness : float
        Least readiness among the parties that must come, in [0, 1].
    facilitation : float
        Strongest facilitation among the mediators that attend, in [0, 1].

    Returns
    -------
    float
        Log-odds.
    """
    return base + by_readiness * readiness + by_facilitation * facilitation


@rule
def has_occurred(rate: float, days: float, u: float) -> bool:
    """Whether an event at a constant rate has occurred within some days: `u < 1 - e^(-rate · days)`.

    Parameters
    ----------
    rate : float
        Rate a day, at least 0.
    days : float
        Length of the gap in days, at least 0.
    u : float
        Uniform in (0, 1).
    """
    return u < 1.0 - math.exp(-rate * days)
