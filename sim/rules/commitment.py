"""The commitment problem (Fearon 1995): the utility of signing when the other party may not comply."""

from __future__ import annotations

from sim.core.jit import EPS, rule

UNREACHABLE = 9.0
"""A floor that no package can reach: utilities are at most 1."""


@rule
def compliance_chance(trust: float, guarantee: float, authority: float) -> float:
    """Return the perceived chance that another party complies: `π = authority · (1 - (1 - trust)(1 - guarantee))`.

    Parameters
    ----------
    trust : float
        Trust in the other party, in [0, 1].
    guarantee : float
        Strength of a mediator's guarantee, in [0, 1].
    authority : float
        Perceived authority of who signs for the other party, in [0, 1].

    Returns
    -------
    float
        Chance in [0, 1].

    References
    ----------
    Fearon 1995, "Rationalist Explanations for War", International Organization 49.
    Walter 1997, "The Critical Barrier to Civil War Settlement", International Organization 51 (on guarantees).
    """
    return authority * (1.0 - (1.0 - trust) * (1.0 - guarantee))


@rule
def least_floor(pain: float, red_share: float) -> float:
    """Return the lowest floor to which pain can push a party: `F_min = -pain (1 - red-line share of salience)`.

    Parameters
    ----------
    pain : float
        Pain of the stalemate, at least 0, in utility.
    red_share : float
        Share of salience on red-line issues, in [0, 1].

    Returns
    -------
    float
        Utility, at most 0.
    """
    return -pain * (1.0 - red_share)


@rule
def floor(chance: float, exposure: float, pain: float, lowest: float) -> float:
    """Return the least utility at which signing is better than fighting on.

    Signing gives `π U - (1 - π) L`, fighting on `-pain`; hence `F = max(((1 - π) L - pain)/π, F_min)`.

    Parameters
    ----------
    chance : float
        Perceived chance of compliance `π`, in [0, 1].
    exposure : float
        Loss `L` of a party that complies alone, at least 0, in utility.
    pain : float
        Pain of the stalemate, at least 0, in utility.
    lowest : float
        `F_min`, from `least_floor`.

    Returns
    -------
    float
        Floor in utility, at most `UNREACHABLE`; above 1 no package is acceptable.

    References
    ----------
    Fearon 1995, "Rationalist Explanations for War", International Organization 49.
    """
    if chance < EPS:
        return UNREACHABLE
    return min(max(((1.0 - chance) * exposure - pain) / chance, lowest), UNREACHABLE)


@rule
def is_reachable(floor: float) -> bool:
    """Whether some package can give a party its floor: utilities are at most 1.

    Parameters
    ----------
    floor : float
        The party's floor, in utility.
    """
    return floor <= 1.0 + EPS
