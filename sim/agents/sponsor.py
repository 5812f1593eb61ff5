"""Sponsors as Mesa agents: outside backers or opponents with levers."""

from __future__ import annotations

import mesa

from sim.agents.protocols import Talks
from sim.core.layout import LEVER
from sim.rules import levers


class Sponsor(mesa.Agent):
    """An outside backer or opponent with the levers it can pull."""

    model: Talks

    def __init__(self, model: Talks, name: str, own: list[int]):
        super().__init__(model)
        self.name, self.levers = name, own
        self.pulled = dict.fromkeys(own, False)

    def pull_levers(self, days: float, drift: float) -> float:
        """Pull or release every lever; returns the balance's drift a day with those that are on."""
        for k in self.levers:
            self.pulled[k] = self.is_pulled(k, days)
            if self.pulled[k]:
                drift += self.model.theta.lever[LEVER.BALANCE, k]
        return drift

    def is_pulled(self, k: int, days: float) -> bool:
        """Whether lever `k` is pulled at the end of a gap of some days."""
        model, x, field = self.model, self.model.structure, self.model.theta.lever[:, k]
        kind = x.lever_kind[k]
        return levers.is_pulled(
            kind,
            self.pulled[k],
            model.day,
            x.lever_on[k],
            x.lever_off[k],
            field[LEVER.RATE_ON],
            field[LEVER.RATE_OFF],
            days,
            model.draw("lever", k) if levers.is_random(kind) else 0.0,
            model.held + model.postponed,
            model.progress,
            field[LEVER.THRESHOLD],
            x.lever_when[k],
        )

    def add(self, field: int, party: int, total: float) -> float:
        """`total` plus what its pulled levers give a party (relief or pressure)."""
        for k in self.levers:
            if self.pulled[k]:
                total += self.model.theta.lever_party[field, k, party]
        return total
