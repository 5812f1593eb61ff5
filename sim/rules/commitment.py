"""The commitment problem (Fearon 1995): the utility of signing when the other party may not comply."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.jit import EPS, rule


class Relief(Choice):
    """When signing ends the cost of war: at the signature, or only if the other party complies."""

    ON_SIGNING = 0
    ON_COMPLIANCE = 1


class CertainLoss(Choice):
    """The floor where compliance is out of the question: out of reach (version 1), or by what signing is worth."""

    NEVER = 0
    WEIGHED = 1


UNREACHABLE = 9.0
"""A floor no package can reach; utilities are at most 1."""


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


@dispatches(Relief)
@rule
def floor(relief: int, certain_loss: int, chance: float, exposure: float, pull: float, lowest: float) -> float:
    """Floor on a basket: the least utility at which signing beats fighting on.

    With relief on signing it is `F = max(((1 - π) L - pull)/π, F_min)`; with relief on compliance
    `F = max((1 - π) L/π - pull, F_min)`, which falls in π for every L > 0.

    Parameters
    ----------
    relief, certain_loss : int
        Members of `Relief` and `CertainLoss`.
    chance : float
        `π`, the perceived chance that the others comply, in [0, 1].
    exposure : float
        `L`, the loss if only this party complies, in utility.
    pull : float
        Pull toward a settlement, in utility: pain, and leverage where it works on the floor.
    lowest : float
        `F_min`.

    Returns
    -------
    float
        The floor, at most `UNREACHABLE`.

    Raises
    ------
    ValueError
        If the kind of relief is unknown.

    References
    ----------
    Fearon 1995.
    """
    if relief == Relief.ON_SIGNING:
        if chance < EPS:
            return _floor_without_compliance(certain_loss, exposure - pull, lowest)
        return min(max(((1.0 - chance) * exposure - pull) / chance, lowest), UNREACHABLE)
    if relief == Relief.ON_COMPLIANCE:
        if chance < EPS:
            return _floor_without_compliance(certain_loss, exposure, lowest)
        return min(max((1.0 - chance) * exposure / chance - pull, lowest), UNREACHABLE)
    raise ValueError("unknown kind of relief")


@dispatches(CertainLoss)
@rule
def _floor_without_compliance(certain_loss: int, loss: float, lowest: float) -> float:
    """Floor where the others never comply: `F_min` if signing loses nothing, else out of reach."""
    if certain_loss == CertainLoss.NEVER:
        return UNREACHABLE
    if certain_loss == CertainLoss.WEIGHED:
        return lowest if loss <= EPS else UNREACHABLE
    raise ValueError("unknown rule for a certain loss")


@rule
def is_reachable(floor: float) -> bool:
    """Whether some package can give a party its floor: utilities are at most 1.

    Parameters
    ----------
    floor : float
        The party's floor, in utility.
    """
    return floor <= 1.0 + EPS
