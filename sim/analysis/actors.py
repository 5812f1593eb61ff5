"""Actors on one issue, and the two forecasts that are one line each: the weighted mean and the weighted median."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Floats


@dataclass(frozen=True)
class Actors:
    """Actors on one issue: capability ≥ 0, position on any metric scale, salience in [0, 1]; all (n,)."""

    names: tuple[str, ...]
    capability: Floats
    position: Floats
    salience: Floats

    @property
    def weight(self) -> Floats:
        """Capability times salience (n,): what an actor throws into the scale."""
        return self.capability * self.salience

    @property
    def width(self) -> float:
        """Distance between the outermost positions."""
        return float(self.position.max() - self.position.min())


def actors(
    names: Sequence[str], capability: Sequence[float], position: Sequence[float], salience: Sequence[float]
) -> Actors:
    """Actors from sequences of one length. Raises ParleyError on lengths, signs or weights that make no sense."""
    arrays = [np.asarray(column, dtype=np.float64) for column in (capability, position, salience)]
    if not names or any(column.shape != (len(names),) for column in arrays):
        raise ParleyError("capability, position and salience are needed for each actor, of whom there is at least one")
    power, place, care = arrays
    if not all(np.isfinite(column).all() for column in arrays) or (power < 0).any() or (care < 0).any():
        raise ParleyError("capability and salience are 0 or more, and every number is finite")
    if (care > 1.0 + 1e-12).any():
        raise ParleyError("salience is a share from 0 to 1")
    if (power * care).sum() <= 0.0:
        raise ParleyError("no actor has both capability and salience: nobody weighs anything")
    return Actors(tuple(names), power, place, care)


def weighted_mean(group: Actors) -> float:
    """Mean position weighted by capability times salience: the compromise model (Van den Bos 1991)."""
    total, weight = 0.0, 0.0
    for w, x in zip(group.weight.tolist(), group.position.tolist(), strict=True):
        total += w * x
        weight += w
    return total / weight


def weighted_median(group: Actors) -> float:
    """The position at which half the weight is reached, from the low end (Black 1948; the lower one at a tie)."""
    half, reached = 0.5 * float(group.weight.sum()), 0.0
    for k in np.argsort(group.position, kind="stable"):
        reached += float(group.weight[k])
        if reached >= half - 1e-12 * half:
            return float(group.position[k])
    return float(group.position.max())
