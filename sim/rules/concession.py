"""How far a party has come down from its demand: concession `C` in [0, 1] by named rule."""

from __future__ import annotations

import math

from sim.core.choices import Choice, dispatches
from sim.core.jit import EPS, rule


class ConcessionRule(Choice):
    """How a party concedes from round to round."""

    CLOCK = 0
    EXPONENTIAL = 1
    RECIPROCAL = 2
    MIXED = 3
    READINESS = 4
    ZEUTHEN = 5


@rule
def clock_concession(k0: float, beta: float, elapsed: float, deadline: float) -> float:
    """Return the polynomial concession by time: `k0 + (1 - k0) τ^(1/β)` with `τ = min(elapsed/deadline, 1)`.

    Parameters
    ----------
    k0 : float
        First concession, in [0, 1].
    beta : float
        Shape, above 0: below 1 the party concedes late, above 1 early.
    elapsed, deadline : float
        Days in talks, and the party's deadline in days (above 0).

    Returns
    -------
    float
        Concession in [0, 1].

    References
    ----------
    Faratin, Sierra & Jennings 1998, "Negotiation decision functions for autonomous agents", Robotics and Autonomous
    Systems 24, section 4.1.
    """
    share = (elapsed / deadline) ** (1.0 / beta) if elapsed < deadline else 1.0  # as the power would be
    return k0 + (1.0 - k0) * share


@rule
def exponential_concession(k0: float, beta: float, elapsed: float, deadline: float) -> float:
    """Return the exponential concession by time: `exp((1 - τ)^β ln k0)`; from `k0 = 0` none until the deadline.

    Parameters
    ----------
    k0 : float
        First concession, in [0, 1].
    beta : float
        Shape, above 0.
    elapsed, deadline : float
        Days in talks, and the party's deadline in days (above 0).

    Returns
    -------
    float
        Concession in [0, 1].

    References
    ----------
    Faratin, Sierra & Jennings 1998, "Negotiation decision functions for autonomous agents", Robotics and Autonomous
    Systems 24, section 4.1.
    """
    remaining = 1.0 - min(elapsed / deadline, 1.0)
    if k0 <= 0.0:
        return 1.0 if remaining <= 0.0 else 0.0
    return math.exp(remaining**beta * math.log(k0))


@rule
def reciprocal_concession(last: float, share: float, received: float) -> float:
    """Return the concession of relative tit-for-tat: the own last one plus a share of what the others conceded.

    Parameters
    ----------
    last : float
        The party's last concession, in [0, 1].
    share : float
        Share of others' concessions that it returns, at least 0.
    received : float
        What the others conceded in the last round, in its own utility; a retreat counts as 0.

    Returns
    -------
    float
        Concession, at most 1.

    References
    ----------
    Faratin, Sierra & Jennings 1998, "Negotiation decision functions for autonomous agents", Robotics and Autonomous
    Systems 24 (behaviour-dependent tactics).
    """
    return min(last + share * max(received, 0.0), 1.0)


@rule
def mixed_concession(by_clock: float, by_reciprocity: float, weight: float) -> float:
    """Return the weighted mean of two concessions: `weight` on the clock, the rest on reciprocity.

    Parameters
    ----------
    by_clock, by_reciprocity : float
        Concessions by the two rules, in [0, 1].
    weight : float
        Weight of the clock, in [0, 1].

    Returns
    -------
    float
        Concession in [0, 1].
    """
    return weight * by_clock + (1.0 - weight) * by_reciprocity


@rule
def readiness_concession(last: float, rate: float, readiness: float) -> float:
    """Return the concession that grows with readiness: `last + rate · readiness · (1 - last)`.

    Parameters
    ----------
    last : float
        The party's last concession, in [0, 1].
    rate : float
        Share of what is left that full readiness concedes a round, in [0, 1].
    readiness : float
        Its readiness, in [0, 1].

    Returns
    -------
    float
        Concession in [0, 1].

    References
    ----------
    Pruitt 2007, "Readiness Theory and the Northern Ireland Conflict", American Behavioral Scientist 50.
    """
    return last + rate * readiness * (1.0 - last)


class RiskLimit(Choice):
    """Which reading of Zeuthen's risk limit holds where the own proposal is worth no more than disagreement."""

    YIELDING = 0
    CORRECTED = 1


@dispatches(RiskLimit)
@rule
def risk_limit(kind: int, own: float, offered: float, disagreement: float) -> float:
    """Risk limit of a party: the largest chance of disagreement it would run rather than accept.

    Parameters
    ----------
    kind : int
        A member of `RiskLimit`. *yielding* (version 1): 0 where the own proposal is worth no more than disagreement.
        *corrected*: 0 where the other's proposal is worth as much as the own one, else 1 there.
    own, offered, disagreement : float
        Utilities of its own proposal, of the other's, and of disagreement (the floor).

    Returns
    -------
    float
        The risk limit in [0, 1].

    Raises
    ------
    ValueError
        If the reading is unknown.

    References
    ----------
    Zeuthen 1930; Harsanyi 1956; Rosenschein & Zlotkin 1994.
    """
    stake = own - disagreement
    if kind == RiskLimit.YIELDING:
        return 0.0 if stake <= EPS else min(max((own - offered) / stake, 0.0), 1.0)
    if kind == RiskLimit.CORRECTED:
        if own - offered <= EPS:
            return 0.0
        return 1.0 if stake <= EPS else min(max((own - offered) / stake, 0.0), 1.0)
    raise ValueError("unknown reading of the risk limit")


@rule
def zeuthen_concession(last: float, step: float, risk: float, least_risk: float) -> float:
    """Return the concession by Zeuthen's rule: the party with the lower risk limit concedes a step; at a tie both do.

    Parameters
    ----------
    last : float
        The party's last concession, in [0, 1].
    step : float
        Step of a concession, in [0, 1].
    risk, least_risk : float
        Its own risk limit and the least among the other parties, in [0, 1].

    Returns
    -------
    float
        Concession in [0, 1].

    References
    ----------
    Zeuthen 1930, Problems of Monopoly and Economic Warfare.
    Harsanyi 1956, "Approaches to the Bargaining Problem Before and After the Theory of Games", Econometrica 24.
    """
    if risk <= least_risk + EPS:
        return min(last + step, 1.0)
    return last


@rule
def compares_risk(kind: int) -> bool:
    """Whether a rule of concession, a member of `ConcessionRule`, looks at risk limits."""
    return kind == ConcessionRule.ZEUTHEN


@rule
def offer_gain(worth: float, before: float) -> float:
    """Return what an offer gives its receiver beyond the offer before it, at least 0.

    Parameters
    ----------
    worth, before : float
        Utility to the receiver of the latest offer and of the one before; NaN where there was none, and the gain is 0.
    """
    return 0.0 if math.isnan(before) else max(worth - before, 0.0)


@dispatches(ConcessionRule)
@rule
def concede(
    kind: int,
    k0: float,
    beta: float,
    elapsed: float,
    deadline: float,
    last: float,
    share: float,
    received: float,
    weight: float,
    rate: float,
    readiness: float,
    step: float,
    risk: float,
    least_risk: float,
) -> float:
    """Concede by a party's named rule: 0 is its demand, 1 its floor.

    Parameters
    ----------
    kind : int
        A member of `ConcessionRule`.
    k0, beta : float
        First concession in [0, 1], and shape of the clock (above 0).
    elapsed, deadline : float
        Days in talks, and the party's deadline in days.
    last : float
        Its last concession, in [k0, 1].
    share, received : float
        Share of others' concessions that it returns, and what they conceded in the last round, in its own utility.
    weight : float
        Weight of the clock in the mixed rule, in [0, 1].
    rate, readiness : float
        Share of what is left that full readiness concedes a round, and its readiness, in [0, 1].
    step, risk, least_risk : float
        Step of Zeuthen's rule, its own risk limit, and the least among the other parties with a seat.

    Returns
    -------
    float
        Concession of the round, in [0, 1].

    Raises
    ------
    ValueError
        If the rule is unknown.
    """
    if kind == ConcessionRule.CLOCK:
        return clock_concession(k0, beta, elapsed, deadline)
    if kind == ConcessionRule.EXPONENTIAL:
        return exponential_concession(k0, beta, elapsed, deadline)
    if kind == ConcessionRule.RECIPROCAL:
        return reciprocal_concession(last, share, received)
    if kind == ConcessionRule.MIXED:
        by_clock = clock_concession(k0, beta, elapsed, deadline)
        return mixed_concession(by_clock, reciprocal_concession(last, share, received), weight)
    if kind == ConcessionRule.READINESS:
        return readiness_concession(last, rate, readiness)
    if kind == ConcessionRule.ZEUTHEN:
        return zeuthen_concession(last, step, risk, least_risk)
    raise ValueError("unknown concession rule")
