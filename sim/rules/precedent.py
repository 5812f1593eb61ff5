"""What a party once signed: a precedent draws its reservation value toward the earlier settlement."""

from __future__ import annotations

import math

from sim.core.choices import Choice
from sim.core.jit import rule
from sim.core.layout import Floats

LARGEST_FLOOR = 0.75
"""A floor of the day of signing counts up to this."""

LEAST_CONCESSION = 0.05
"""A point nearer than this to the demand, on the conceding side, shows no concession."""


class Precedent(Choice):
    """Whether earlier settlements bear on reservation values."""

    OFF = 0
    ON = 1


@rule
def stretch(demand: Floats, reservation: Floats, salience: Floats, point: Floats, floor: float, out: Floats) -> None:
    """Stretch reservation values so that an earlier settlement is worth its floor of that day again.

    Who signed `x°` showed that it was worth `F°` to it. If its utility at the present reservation values is less than
    `c = clip(F°, 0, 0.75)`, all distances `r - d` of the basket are stretched by one common factor, just enough that
    it is `c`; the points stay on the scale.

    Parameters
    ----------
    demand, reservation, salience : (n,) float
        The party's own on the issues of the basket.
    point : (n,) float
        `x°`; NaN on issues that the precedent does not speak of.
    floor : float
        `F°`, the floor of the day of signing.
    out : (n,) float
        Reservation values afterwards; may be `reservation`.

    References
    ----------
    Schelling 1960 (focal points); revealed preference.
    """
    least = min(max(floor, 0.0), LARGEST_FLOOR)
    conceded, moving, fixed, total = 0.0, 0.0, 0.0, 0.0
    for k in range(demand.size):
        out[k] = reservation[k]
        if math.isnan(point[k]):
            continue
        total += salience[k]
        share = (point[k] - demand[k]) / (reservation[k] - demand[k])
        if _concedes(demand[k], reservation[k], point[k]):
            conceded += salience[k] * share
            moving += salience[k]
        else:
            fixed += salience[k] * min(1.0 - share, 1.0)
    room = moving + fixed - least * total
    if moving <= 0.0 or room <= 0.0 or moving - conceded + fixed >= least * total:
        return
    factor = conceded / room
    for k in range(demand.size):
        if not math.isnan(point[k]) and _concedes(demand[k], reservation[k], point[k]):
            stretched = demand[k] + (reservation[k] - demand[k]) * factor
            out[k] = min(max(stretched, 0.0), 1.0)


@rule
def _concedes(demand: float, reservation: float, point: float) -> bool:
    """Whether a point lies far enough from the demand on the conceding side."""
    toward = 1.0 if reservation > demand else -1.0
    return (point - demand) * toward >= LEAST_CONCESSION
