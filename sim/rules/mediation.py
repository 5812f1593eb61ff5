"""Mediation: strengths of a mediator, information, estimates of reservation values, persuasion, leaning.

Styles after Bercovitch and Beardsley, Quinn, Biswas & Wilkenfeld (2006); bias after Kydd (2003). The texts themselves
are computed in `sim.solvers`: `two_party`, and `multi_party` for more parties.
"""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.distributions import logistic
from sim.core.jit import rule
from sim.rules.assumption import clip_reservation
from sim.rules.trust import gain_trust


class TextRule(Choice):
    """How a mediator drafts its single text."""

    NASH = 0
    COMPROMISE = 1


class Strength(Choice):
    """What a mediator can do: facilitate, formulate, and, by manipulation, use leverage or give a guarantee."""

    FACILITATION = 0
    FORMULATION = 1
    LEVERAGE = 2
    GUARANTEE = 3


class Combination(Choice):
    """How several mediators work together."""

    STRONGEST = 0
    TOGETHER = 1
    COORDINATED = 2


class LeverageRule(Choice):
    """What leverage works on: the aspiration held out for, or what signing is worth (the floor)."""

    ON_ASPIRATION = 0
    ON_FLOOR = 1


LEAST_WEIGHT = 0.05
"""Weight of a party from which a mediator leans wholly away, so that a text stays interior."""


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
def gain_information(information: float, gain: float, facilitation: float) -> float:
    """Raise the information about the others' saliences in a round: `i + g (1 - i) facilitation`.

    Parameters
    ----------
    information : float
        Information before the round, in [0, 1].
    gain : float
        Share of what is not known that full facilitation reveals a round, in [0, 1].
    facilitation : float
        Strongest facilitation among the mediators that attend, in [0, 1].

    Returns
    -------
    float
        Information in [0, 1].
    """
    return gain_trust(information, gain, facilitation)


@rule
def estimate_reservation(demand: float, reservation: float, insight: float, error: float, u: float) -> float:
    """Estimate a party's reservation value with a logistic error of scale `(1 - insight) · error`.

    Parameters
    ----------
    demand, reservation : float
        The party's demand and true reservation value on an issue, in [0, 1].
    insight : float
        The mediator's insight, in [0, 1].
    error : float
        Scale of the error without insight, at least 0, on the issue's scale.
    u : float
        Uniform in (0, 1) that the error is made of.

    Returns
    -------
    float
        Estimate in [0, 1], on the true side of the demand.
    """
    direction = 1.0 if reservation > demand else -1.0
    return clip_reservation(demand, reservation + logistic(u) * (1.0 - insight) * error, direction)


@rule
def nash_weight(leaning: float) -> float:
    """Return the weight of a party in the Nash product of a leaning mediator: `1 + leaning`, at least `LEAST_WEIGHT`.

    Parameters
    ----------
    leaning : float
        Leaning of the mediator toward the party, in [-1, 1].

    Returns
    -------
    float
        Weight in [LEAST_WEIGHT, 2].

    References
    ----------
    Kalai 1977, "Nonsymmetric Nash Solutions and Replications of 2-Person Bargaining", International Journal of Game
    Theory 6.
    """
    return max(1.0 + leaning, LEAST_WEIGHT)


@rule
def persuasion(base: float, effect: float, leaning: float) -> float:
    """Return a mediator's persuasion of a party: `base · (1 + effect · leaning)`, clipped to [0, 1].

    Parameters
    ----------
    base : float
        Persuasion by a mediator that does not lean, in [0, 1].
    effect : float
        Relative rise at full leaning toward the party, at least 0.
    leaning : float
        Leaning of the mediator toward the party, in [-1, 1].

    Returns
    -------
    float
        Persuasion in [0, 1].

    References
    ----------
    Kydd 2003, "Which Side Are You On? Bias, Credibility, and Mediation", American Journal of Political Science 47.
    """
    return min(max(base * (1.0 + effect * leaning), 0.0), 1.0)


@rule
def text_threshold(aspiration: float, floor: float, persuasion: float) -> float:
    """Return the utility that a party asks of a mediator's text: `A - persuasion · (A - F)⁺`.

    Parameters
    ----------
    aspiration, floor : float
        The party's aspiration `A` and floor `F`, in utility.
    persuasion : float
        The mediator's persuasion of the party, in [0, 1].

    Returns
    -------
    float
        Threshold in utility.
    """
    return aspiration - persuasion * max(aspiration - floor, 0.0)


@rule
def venue_acceptability(venue: float, leaning: float, effect: float) -> float:
    """Return the acceptability of a venue to a party: `venue - effect · (-leaning)⁺`.

    Parameters
    ----------
    venue : float
        Acceptability without regard to the host, in [0, 1].
    leaning : float
        Leaning of the host toward the party, in [-1, 1]; 0 without a host.
    effect : float
        Loss of acceptability for a host that leans wholly away, at least 0.

    Returns
    -------
    float
        Acceptability, at most 1.

    References
    ----------
    Kydd 2003, "Which Side Are You On? Bias, Credibility, and Mediation", American Journal of Political Science 47.
    """
    return venue - effect * max(-leaning, 0.0)


@dispatches(Combination)
@rule
def combine_strengths(kind: int, total: float, strength: float, at_table: bool, beside: float) -> float:
    """Combined strength of several mediators, one more counted.

    Parameters
    ----------
    kind : int
        A member of `Combination`.
    total : float
        Combined strength of the mediators before, in [0, 1]; 0 at first.
    strength : float
        Strength `s` of this one, in [0, 1].
    at_table : bool
        Whether it sits in the round; between rounds, whether it is present.
    beside : float
        Share `a` of the strength that counts beside the table, in [0, 1]; at the table it is 1.

    Returns
    -------
    float
        *strongest*: the largest at the table. Else `1 - Π (1 - a s)`.

    Raises
    ------
    ValueError
        If the combination is unknown.
    """
    if kind == Combination.STRONGEST:
        return max(total, strength) if at_table else total
    if kind == Combination.TOGETHER or kind == Combination.COORDINATED:
        share = 1.0 if at_table else beside
        return 1.0 - (1.0 - total) * (1.0 - share * strength)
    raise ValueError("unknown combination of mediators")


@rule
def coordinate(kind: int, total: float, mediators: int, loss: float) -> float:
    """Combined strength after losses of coordination: `(1 - κ (n - 1))⁺` of it for n mediators.

    References
    ----------
    Böhmelt 2011 (an inverted U in the number of mediators; the linear form is assumed).
    """
    if kind == Combination.COORDINATED:
        return total * max(1.0 - loss * max(mediators - 1, 0), 0.0)
    return total


@rule
def add_leverage(kind: int, total: float, leverage: float, at_table: bool, beside: float) -> float:
    """Leverage of several mediators, one more counted: the strongest at the table, or the sum, at most 1."""
    if kind == Combination.STRONGEST:
        return combine_strengths(kind, total, leverage, at_table, beside)
    return min(total + (1.0 if at_table else beside) * leverage, 1.0)


@dispatches(LeverageRule)
@rule
def leverage_on_floor(kind: int, leverage: float) -> float:
    """Part of the leverage that counts as pull in the floor.

    Raises
    ------
    ValueError
        If the rule is unknown.
    """
    if kind == LeverageRule.ON_ASPIRATION:
        return 0.0
    if kind == LeverageRule.ON_FLOOR:
        return leverage
    raise ValueError("unknown rule of leverage")


@rule
def leverage_on_aspiration(kind: int, leverage: float) -> float:
    """Part of the leverage that is taken off the aspiration."""
    return leverage - leverage_on_floor(kind, leverage)
