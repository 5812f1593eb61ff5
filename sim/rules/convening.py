"""Whether, at which level and how soon the parties meet."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def chance(log_odds: float) -> float:
    """`Λ(z) = 1/(1 + e^-z)`."""
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
    """Log-odds that a party comes: `b0 + b1 readiness + b2 acceptability + b3 facilitation + b4 pressure
    - b5 incidents (1 - insulation) - b6 unmet conditions`."""
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
    """Log-odds that a higher level is proposed: `l0 + l1 · share of open baskets without mandate + l2 · push`."""
    return base + by_blocked * blocked_share + by_push * push


@rule
def gap_scale(scale: float, shortening: float, facilitation: float) -> float:
    """Weibull scale of the gap to the next planned round (days); facilitation shortens it."""
    return scale * (1.0 - shortening * facilitation)


@rule
def resumption_rate(
    rate: float, by_readiness: float, readiness: float, by_facilitation: float, facilitation: float
) -> float:
    """Rate a day at which talks resume from abeyance: `λ0 exp(a · least readiness + b · facilitation)`."""
    return rate * math.exp(by_readiness * readiness + by_facilitation * facilitation)


@rule
def procedural_odds(
    base: float, by_readiness: float, readiness: float, by_facilitation: float, facilitation: float
) -> float:
    """Log-odds that a round without text or settlement agrees at least on how to go on."""
    return base + by_readiness * readiness + by_facilitation * facilitation


@rule
def switched(rate: float, days: float, u: float) -> bool:
    """Whether something that happens at `rate` a day has happened within `days`."""
    return u < 1.0 - math.exp(-rate * days)
