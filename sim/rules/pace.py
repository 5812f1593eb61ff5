"""How soon the parties meet again, when talks break off, and when they come back."""

from __future__ import annotations

import math

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule


class Pace(Choice):
    """What sets the scale of the gap to the next planned round."""

    FIXED = 0
    DEADLINE = 1


class Resumption(Choice):
    """What brings talks back from abeyance."""

    READINESS = 0
    WILL = 1


@rule
def shorten_gap(scale: float, shortening: float, facilitation: float) -> float:
    """Return the Weibull scale of a gap that facilitation shortens: `scale · (1 - shortening · facilitation)`.

    Parameters
    ----------
    scale : float
        Scale without facilitation, in days.
    shortening : float
        Share by which full facilitation shortens the gap, in [0, 1].
    facilitation : float
        Strongest facilitation among the mediators that have not left, in [0, 1].

    Returns
    -------
    float
        Scale in days.
    """
    return scale * (1.0 - shortening * facilitation)


@dispatches(Pace)
@rule
def gap_scale(
    kind: int, scale: float, least_deadline: float, rounds: float, shortening: float, facilitation: float
) -> float:
    """Weibull scale of the gap to the next planned round, in days; facilitation shortens it.

    Parameters
    ----------
    kind : int
        A member of `Pace`.
    scale : float
        The fixed scale, in days; it also holds where nobody has a seat.
    least_deadline : float
        The least deadline among parties with a seat, in days; infinite without any.
    rounds : float
        Rounds that a party plans within its deadline.
    shortening, facilitation : float
        Share by which full facilitation shortens gaps, and facilitation, in [0, 1].

    Raises
    ------
    ValueError
        If the pace is unknown.
    """
    if kind == Pace.FIXED:
        return shorten_gap(scale, shortening, facilitation)
    if kind == Pace.DEADLINE:
        own = scale if math.isinf(least_deadline) else least_deadline / rounds
        return shorten_gap(own, shortening, facilitation)
    raise ValueError("unknown pace")


@rule
def will_to_talk(
    by_readiness: float,
    readiness: float,
    by_facilitation: float,
    facilitation: float,
    by_pressure: float,
    pressure: float,
    by_incidents: float,
    blame: float,
    insulation: float,
) -> float:
    """Will of one party to go on talking: `a readiness + b facilitation + c pressure - e blame (1 - insulation)`.

    Readiness, pressure, facilitation and insulation sustain talks, blame ends them.

    References
    ----------
    Pruitt 2007 (readiness starts talks; that it sustains them is this model's extension).
    """
    return (
        by_readiness * readiness
        + by_facilitation * facilitation
        + by_pressure * pressure
        - by_incidents * blame * (1.0 - insulation)
    )


@rule
def reads_will(resumption: int, breakoff: float) -> bool:
    """Whether breaking off, of base rate `breakoff`, or coming back, by a member of `Resumption`, reads the will."""
    return breakoff > 0.0 or resumption == Resumption.WILL


@rule
def break_off_hazard(rate: float, expected: float, will: float) -> float:
    """Hazard a day at which talks break off: `χ (1 - E) exp(-z)`, `expected` progress E in [0, 1], `will` z."""
    return rate * (1.0 - expected) * math.exp(-will)


@rule
def days_to_break_off(hazard: float, waited: float) -> float:
    """Days until talks break off, `waited` being a unit exponential draw; infinite where the hazard is 0."""
    return waited / hazard if hazard > 0.0 else math.inf


@rule
def readiness_rate(
    rate: float, by_readiness: float, readiness: float, by_facilitation: float, facilitation: float
) -> float:
    """Return the rate of resumption by readiness: `λ0 exp(a · least readiness + b · facilitation)`.

    Parameters
    ----------
    rate : float
        Rate `λ0` a day.
    by_readiness, by_facilitation : float
        Coefficients `a` and `b`.
    readiness : float
        Least readiness among the parties that must come, in [0, 1].
    facilitation : float
        Strongest facilitation among the mediators that have not left, in [0, 1].

    Returns
    -------
    float
        Rate a day.
    """
    return rate * math.exp(by_readiness * readiness + by_facilitation * facilitation)


@dispatches(Resumption)
@rule
def resumption_rate(
    kind: int,
    rate: float,
    by_readiness: float,
    readiness: float,
    by_facilitation: float,
    facilitation: float,
    will: float,
) -> float:
    """Rate a day at which talks resume from abeyance: by the least readiness and facilitation, or by the will to talk.

    Raises
    ------
    ValueError
        If the kind of resumption is unknown.
    """
    if kind == Resumption.READINESS:
        return readiness_rate(rate, by_readiness, readiness, by_facilitation, facilitation)
    if kind == Resumption.WILL:
        return rate * math.exp(will)
    raise ValueError("unknown kind of resumption")


@rule
def resumes(rate: float, waited: float, review: float) -> bool:
    """Whether talks in abeyance resume before the next review: `e ≤ λ · review`.

    Parameters
    ----------
    rate : float
        Rate `λ` a day at which talks resume, at least 0.
    waited : float
        A unit exponential draw `e`.
    review : float
        Days until it is looked at anew, above 0.
    """
    return waited <= rate * review


@rule
def days_of_abeyance(rate: float, waited: float, review: float) -> float:
    """Days that pass in abeyance: `e/λ` until talks resume, or the days to the next review; arguments as `resumes`."""
    return waited / rate if resumes(rate, waited, review) else review
