"""Actors on one issue, and two static forecasts of its outcome: the weighted mean and the weighted median."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Floats


@dataclass(frozen=True)
class Actors:
    """Actors on one issue.

    Attributes
    ----------
    names : tuple of str
        Names of the n actors.
    capability : ndarray of float, shape (n,)
        Resources, 0 or more.
    position : ndarray of float, shape (n,)
        Positions on any metric scale.
    salience : ndarray of float, shape (n,)
        Shares in [0, 1].
    """

    names: tuple[str, ...]
    capability: Floats
    position: Floats
    salience: Floats

    @property
    def weight(self) -> Floats:
        """Effective power (n,): capability times salience."""
        return self.capability * self.salience

    @property
    def width(self) -> float:
        """Distance between the outermost positions."""
        return float(self.position.max() - self.position.min())


def create_actors(
    names: Sequence[str], capability: Sequence[float], position: Sequence[float], salience: Sequence[float]
) -> Actors:
    """Create actors from sequences of one length.

    Parameters
    ----------
    names : sequence of str
        Names of the actors.
    capability, position, salience : sequence of float
        Their numbers, as in `Actors`.

    Returns
    -------
    Actors
        The actors.

    Raises
    ------
    ParleyError
        The lengths differ, a number is out of bounds, or nobody has both capability and salience.
    """
    arrays = [np.asarray(column, dtype=np.float64) for column in (capability, position, salience)]
    if not names or any(column.shape != (len(names),) for column in arrays):
        raise ParleyError("capability, position and salience are needed for each actor, of whom there is at least one")
    power, points, shares = arrays
    if not all(np.isfinite(column).all() for column in arrays) or (power < 0).any() or (shares < 0).any():
        raise ParleyError("capability and salience are 0 or more, and every number is finite")
    if (shares > 1.0 + 1e-12).any():
        raise ParleyError("salience is a share from 0 to 1")
    if (power * shares).sum() <= 0.0:
        raise ParleyError("no actor has both capability and salience: nobody has any weight")
    return Actors(tuple(names), power, points, shares)


def weighted_mean(group: Actors) -> float:
    """Compute the mean position, weighted by capability times salience: the compromise model.

    References
    ----------
    Van den Bos, J. M. M. (1991). Dutch EC Policy Making. Thela Thesis.
    """
    total, weight = 0.0, 0.0
    for w, x in zip(group.weight.tolist(), group.position.tolist(), strict=True):
        total += w * x
        weight += w
    return total / weight


def weighted_median(group: Actors) -> float:
    """Compute the position at which, from the low end, half the weight is reached (the lower one at a tie).

    References
    ----------
    Black, D. (1948). On the rationale of group decision-making. Journal of Political Economy 56, 23-34.
    """
    half, reached = 0.5 * float(group.weight.sum()), 0.0
    for k in np.argsort(group.position, kind="stable"):
        reached += float(group.weight[k])
        if reached >= half - 1e-12 * half:
            return float(group.position[k])
    return float(group.position.max())
