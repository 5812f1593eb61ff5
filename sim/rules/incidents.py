"""Effects of an incident on trust, cost of conflict, hardening and blame, and how they fade."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def decay_factor(days: float, memory: float) -> float:
    """Return the share of an amount that is left after some days.

    It is `e^(-days/memory)`.

    Parameters
    ----------
    days : float
        Time that has passed, in days, at least 0.
    memory : float
        Mean lifetime of the amount, in days, above 0.

    Returns
    -------
    float
        Share in (0, 1].
    """
    return math.exp(-days / memory)


@rule
def fade(amount: float, factor: float) -> float:
    """Let an amount fade: `amount · factor`.

    Parameters
    ----------
    amount : float
        Cost, hardening or blame, at least 0.
    factor : float
        Share that is left, in [0, 1], from `decay_factor`.

    Returns
    -------
    float
        What is left of the amount.
    """
    return amount * factor


@rule
def lose_trust(trust: float, effect: float, attribution: float, severity: float) -> float:
    """Lower the trust in a party to which an incident is attributed.

    Trust falls by `effect · attribution · severity · trust`, and never below 0.

    Parameters
    ----------
    trust : float
        Trust before the incident, in [0, 1].
    effect : float
        Share of trust that an incident of full severity and attribution costs, at least 0.
    attribution : float
        How far the observer holds the party responsible, in [0, 1].
    severity : float
        Severity of the incident, in [0, 1].

    Returns
    -------
    float
        Trust after the incident, in [0, 1].
    """
    return max(trust - effect * attribution * severity * trust, 0.0)


@rule
def add_effect(amount: float, effect: float, attribution: float) -> float:
    """Add the effect of an incident on an offended party: `amount + effect · attribution`.

    Parameters
    ----------
    amount : float
        Hardening or blame before the incident, at least 0.
    effect : float
        What the incident adds at full attribution, at least 0.
    attribution : float
        How far the party holds others responsible, in [0, 1].

    Returns
    -------
    float
        Hardening or blame after the incident.
    """
    return amount + effect * attribution
