"""The commitment problem (Fearon 1995): what signing is worth when the other may not comply."""

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


NEVER = 9.0
"""A floor no package can reach; utilities are at most 1."""


@rule
def compliance_chance(trust: float, guarantee: float, authority: float) -> float:
    """`π = legit · (1 - (1 - trust)(1 - guarantee))`, `authority` being the perceived authority of who signs."""
    return authority * (1.0 - (1.0 - trust) * (1.0 - guarantee))


@rule
def least_floor(pain: float, red_share: float) -> float:
    """`F_min = -pain (1 - red-line share of salience)`: how far below its reservation point pain can push a party."""
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
        The floor, at most `NEVER`.

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
        return min(max(((1.0 - chance) * exposure - pull) / chance, lowest), NEVER)
    if relief == Relief.ON_COMPLIANCE:
        if chance < EPS:
            return _floor_without_compliance(certain_loss, exposure, lowest)
        return min(max((1.0 - chance) * exposure / chance - pull, lowest), NEVER)
    raise ValueError("unknown kind of relief")


@dispatches(CertainLoss)
@rule
def _floor_without_compliance(certain_loss: int, loss: float, lowest: float) -> float:
    """Floor where the others never comply: `F_min` if signing loses nothing, else out of reach."""
    if certain_loss == CertainLoss.NEVER:
        return NEVER
    if certain_loss == CertainLoss.WEIGHED:
        return lowest if loss <= EPS else NEVER
    raise ValueError("unknown rule for a certain loss")
