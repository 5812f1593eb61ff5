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
def clock(k0: float, beta: float, elapsed: float, deadline: float) -> float:
    """Polynomial time-based concession `k0 + (1 - k0) τ^(1/β)` (Faratin, Sierra & Jennings 1998, section 4.1)."""
    return k0 + (1.0 - k0) * min(elapsed / deadline, 1.0) ** (1.0 / beta)


@rule
def exponential(k0: float, beta: float, elapsed: float, deadline: float) -> float:
    """Exponential concession by time `exp((1 - τ)^β ln k0)` (Faratin et al. 1998); from `k0 = 0` none until the end."""
    left = 1.0 - min(elapsed / deadline, 1.0)
    if k0 <= 0.0:
        return 1.0 if left <= 0.0 else 0.0
    return math.exp(left**beta * math.log(k0))


@rule
def reciprocal(own: float, share: float, received: float) -> float:
    """Relative tit-for-tat: the own last concession plus a share of what the others conceded, in one's own utility."""
    return min(own + share * max(received, 0.0), 1.0)


@rule
def mixed(by_clock: float, by_reciprocity: float, weight: float) -> float:
    """`weight` on the clock, the rest on reciprocity."""
    return weight * by_clock + (1.0 - weight) * by_reciprocity


@rule
def by_readiness(own: float, rate: float, readiness: float) -> float:
    """Concession grows with readiness: a share `rate · readiness` of what is left, a round (Pruitt 2007)."""
    return own + rate * readiness * (1.0 - own)


@rule
def risk_limit(own: float, offered: float, disagreement: float) -> float:
    """Zeuthen's (1930) risk limit: the largest chance of disagreement a party would run rather than accept.

    Utilities of its own proposal, of the other's, and of disagreement (the floor). Zero when its own proposal is worth
    no more than disagreement; at most 1.
    """
    stake = own - disagreement
    if stake <= EPS:
        return 0.0
    return min(max((own - offered) / stake, 0.0), 1.0)


@rule
def zeuthen(own: float, step: float, risk: float, least_of_others: float) -> float:
    """Who has the lower risk limit concedes a step; at a tie both do (Zeuthen 1930; Harsanyi 1956)."""
    if risk <= least_of_others + EPS:
        return min(own + step, 1.0)
    return own


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
    """Concession of a party for this round by its named rule, 0 (its demand) to 1 (its floor).

    Parameters
    ----------
    kind : int
        A member of `ConcessionRule`.
    k0, beta : float
        First concession and shape of the clock.
    elapsed, deadline : float
        Days in talks, and the party's deadline in days.
    last : float
        Its last concession, at least `k0`.
    share, received : float
        Share of received concessions that it returns, and what it received in the last round.
    weight : float
        Weight of the clock in the mixed rule.
    rate, readiness : float
        Share of what is left that full readiness concedes a round, and its readiness.
    step, risk, least_risk : float
        Step of Zeuthen's rule, its own risk limit, and the least among the other parties with a seat.

    Raises
    ------
    ValueError
        If the rule is unknown.
    """
    if kind == ConcessionRule.CLOCK:
        return clock(k0, beta, elapsed, deadline)
    if kind == ConcessionRule.EXPONENTIAL:
        return exponential(k0, beta, elapsed, deadline)
    if kind == ConcessionRule.RECIPROCAL:
        return reciprocal(last, share, received)
    if kind == ConcessionRule.MIXED:
        return mixed(clock(k0, beta, elapsed, deadline), reciprocal(last, share, received), weight)
    if kind == ConcessionRule.READINESS:
        return by_readiness(last, rate, readiness)
    if kind == ConcessionRule.ZEUTHEN:
        return zeuthen(last, step, risk, least_risk)
    raise ValueError("unknown concession rule")
