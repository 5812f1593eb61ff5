"""What a mediator does: persuasion and its leaning, estimates of reservation points, each party's weight in a text.

Styles after Bercovitch and Beardsley, Quinn, Biswas & Wilkenfeld (2006); bias after Kydd (2003). The texts themselves
are in `frontier` (two parties) and `coalition` (more).
"""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.draws import logistic
from sim.core.jit import rule
from sim.rules.assumption import admissible


class TextRule(Choice):
    """What a mediator's single text aims at."""

    NASH = 0
    COMPROMISE = 1


class Strength(Choice):
    """What a mediator can do: facilitate, formulate, and, by manipulation, use leverage or give a guarantee."""

    FACILITATION = 0
    FORMULATION = 1
    LEVERAGE = 2
    GUARANTEE = 3


LEAST_WEIGHT = 0.05
"""A mediator that leans wholly away from a party still gives it this weight, so that a text stays interior."""


@dispatches(Strength)
@rule
def effective_strength(
    kind: int, facilitation: float, formulation: float, manipulation: float, leverage: float, guarantee: float
) -> float:
    """Return one strength of a mediator; leverage and guarantee work through its manipulation.

    Parameters
    ----------
    kind : int
        A member of `Strength`.
    facilitation, formulation, manipulation : float
        How far the mediator uses each of the three styles, in [0, 1].
    leverage, guarantee : float
        Its leverage (in units of aspiration) and its guarantee of compliance, in [0, 1].

    Returns
    -------
    float
        The strength in [0, 1]; leverage and guarantee are multiplied by manipulation.

    Raises
    ------
    ValueError
        If the strength is unknown.

    References
    ----------
    Beardsley, Quinn, Biswas & Wilkenfeld 2006, "Mediation style and crisis outcomes", Journal of Conflict Resolution.
    """
    if kind == Strength.FACILITATION:
        return facilitation
    if kind == Strength.FORMULATION:
        return formulation
    if kind == Strength.LEVERAGE:
        return leverage * manipulation
    if kind == Strength.GUARANTEE:
        return guarantee * manipulation
    raise ValueError("unknown strength of a mediator")


@rule
def estimate(demand: float, reservation: float, insight: float, error: float, u: float) -> float:
    """A mediator's reading of a reservation point: logistic error of scale `(1 - insight) · error`, kept admissible."""
    away = 1.0 if reservation > demand else -1.0
    return admissible(demand, reservation + logistic(u) * (1.0 - insight) * error, away)


@rule
def weight(leaning: float) -> float:
    """Weight of a party in the Nash product of a leaning mediator: `1 + leaning`, at least `LEAST_WEIGHT`."""
    return max(1.0 + leaning, LEAST_WEIGHT)


@rule
def persuasion(base: float, effect: float, leaning: float) -> float:
    """Persuasion of a party rises with the leaning toward it (Kydd 2003): a friend's warning is believed."""
    return min(max(base * (1.0 + effect * leaning), 0.0), 1.0)


@rule
def text_threshold(aspiration: float, floor: float, persuaded: float) -> float:
    """A mediator's text is measured at `A - persuasion (A - F)⁺`."""
    return aspiration - persuaded * max(aspiration - floor, 0.0)


@rule
def acceptability(venue: float, leaning: float, effect: float) -> float:
    """Acceptability of a venue to a party, less for a host that leans away from it."""
    return venue - effect * max(-leaning, 0.0)
