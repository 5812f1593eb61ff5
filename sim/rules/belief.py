"""Beliefs about the other party's reservation values, and proposals that rest on them."""

from __future__ import annotations

from sim.core.choices import Choice
from sim.core.jit import rule
from sim.rules.assumption import clip_reservation

PRIOR_SHARE = 0.6
"""How far from the other's demand toward the far end of the scale its reservation value is expected at first."""

PRIOR_PRECISION = 25.0
"""Precision of that expectation: a standard deviation of 0.2."""

LEAST_CONCESSION = 0.02
"""Smallest own concession that an offer of the other is read with."""


class Proposal(Choice):
    """What a party proposes where no mediator put a text: its own offers only, or a bridging proposal."""

    OWN = 0
    BRIDGING = 1


@rule
def far_end(demand: float, other_demand: float) -> float:
    """The end of the scale toward which a party with `demand` concedes to one with `other_demand`."""
    return 1.0 if other_demand >= demand else 0.0


@rule
def expect_reservation(demand: float, other_demand: float) -> float:
    """Reservation value that a party expects of another before any offer, by the other's `demand` and its own."""
    return demand + PRIOR_SHARE * (far_end(demand, other_demand) - demand)


@rule
def read_offer(demand: float, offer: float, concession: float) -> float:
    """Read the reservation value behind an offer made at one's own concession: `clip(d + (x - d)/C, 0, 1)`."""
    return min(max(demand + (offer - demand) / max(concession, LEAST_CONCESSION), 0.0), 1.0)


@rule
def observation_precision(concession: float, noise: float) -> float:
    """Precision of a reservation value read from an offer: `C²/s²`."""
    return concession * concession / (noise * noise)


@rule
def update_mean(mean: float, precision: float, reading: float, weight: float) -> float:
    """Posterior mean of a normal belief after a reading of precision `weight` (conjugate update).

    References
    ----------
    Zeng & Sycara 1998; Hindriks & Tykhonov 2008; Baarslag et al. 2016.
    """
    return (precision * mean + weight * reading) / (precision + weight)


@rule
def estimate(demand: float, mean: float, other_demand: float) -> float:
    """The believed reservation value, on the scale and at least the least distance from the other's demand."""
    away = 1.0 if other_demand >= demand else -1.0
    return clip_reservation(demand, mean, away)
