"""Beliefs of a party about the reservation values of the others."""

from __future__ import annotations

import numpy as np

from sim.agents.protocols import Basket, Party, Talks
from sim.core.layout import Floats
from sim.rules import belief


class Beliefs:
    """Normal beliefs: `mean` and `precision` (P, I), by other party and issue."""

    def __init__(self, parties: int, issues: int):
        self.mean, self.precision = np.zeros((2, parties, issues))

    def expect(self, own: Party, others: Talks) -> None:
        """Set the first beliefs of a party about all parties of the talks."""
        for other in others.parties:
            for i in range(own.demand.size):
                self.mean[other.index, i] = belief.expect_reservation(other.demand[i], own.demand[i])
        self.precision[:] = belief.PRIOR_PRECISION

    def read_offers(self, own: Party, basket: Basket, noise: float) -> None:
        """Update the beliefs of a party by the latest offers of the other member of a basket."""
        conceded = own.concession_on(basket)
        weight = belief.observation_precision(conceded, noise)
        for other in basket.members:
            if other.index != own.index:
                mean, precision = self.mean[other.index], self.precision[other.index]
                for i in range(basket.lo, basket.hi):
                    reading = belief.read_offer(other.demand[i], other.offer[i], conceded)
                    mean[i] = belief.update_mean(mean[i], precision[i], reading, weight)
                    precision[i] += weight

    def estimate(self, own: Party, basket: Basket, other: Party) -> Floats:
        """Believed reservation values (I,) of another party on a basket."""
        points = np.zeros(own.demand.size)
        for i in range(basket.lo, basket.hi):
            points[i] = belief.estimate(other.demand[i], self.mean[other.index, i], own.demand[i])
        return points
