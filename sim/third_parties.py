"""Those who stand beside or behind the table, as Mesa agents: mediators and sponsors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.layout import DATED, LEVER, MEDIATOR, MOVING, RANDOM, Floats, W
from sim.rules import convening, mediation

if TYPE_CHECKING:
    from sim.agents import Party
    from sim.basket import Basket
    from sim.model import NegotiationModel


class Mediator(mesa.Agent):
    """A third party at the table: facilitates, drafts texts, holds leverage, guarantees, leans."""

    model: NegotiationModel

    def __init__(self, model: NegotiationModel, name: str, index: int):
        super().__init__(model)
        self.name, self.index, self.present = name, index, True
        self.strengths: list[float] = model.theta.mediator[:, index].tolist()
        self.always = bool(model.structure.attends[index])

    def strength(self, field: int) -> float:
        """One of its strengths; leverage and guarantee work through its manipulation."""
        if field in (MEDIATOR.LEVERAGE, MEDIATOR.GUARANTEE):
            return self.strengths[field] * self.strengths[MEDIATOR.MANIPULATION]
        return self.strengths[field]

    def attends(self, venue: int) -> bool:
        """Whether it sits in a round at a venue: always, or where it hosts."""
        return self.present and (self.always or self.model.structure.venue_host[venue] == self.index)

    def may_leave(self, days: float) -> None:
        """It leaves at its rate, or on its date."""
        model, rate = self.model, self.strengths[MEDIATOR.DEPARTURE]
        gone = rate > 0.0 and convening.switched(rate, days, model.draw("departure", self.index))
        if gone or model.day >= model.structure.leaves[self.index]:
            self.present = False

    def read(self, party: Party, basket: Basket) -> Floats:
        """Its estimates of a party's reservation points on a basket."""
        model = self.model
        insight, error = self.strengths[MEDIATOR.INSIGHT], model.world[W.ESTIMATE_ERROR]
        for i in range(basket.lo, basket.hi):
            u = model.draw("estimate", self.index, party.index, i)
            party.estimate[i] = mediation.estimate(party.demand[i], party.reservation[i], insight, error, u)
        return party.estimate[basket.slice]

    def threshold_for(self, party: Party, basket: Basket) -> float:
        """What its text must be worth to a party, persuasion counted."""
        w = self.model.world
        leaning = self.model.leaning[self.index][party.index]
        persuaded = mediation.persuasion(w[W.PERSUASION], w[W.LEANING_PERSUASION], leaning)
        return mediation.text_threshold(party.aspiration[basket.index], party.floor[basket.index], persuaded)


class Sponsor(mesa.Agent):
    """An outside backer or opponent with the levers it can pull."""

    model: NegotiationModel

    def __init__(self, model: NegotiationModel, name: str, levers: list[int]):
        super().__init__(model)
        self.name, self.levers = name, levers
        self.pulled = dict.fromkeys(levers, False)

    def decide(self, days: float, drift: float) -> float:
        """Pull or release every lever; returns the balance's drift a day with those that are on."""
        for k in self.levers:
            self.pulled[k] = self._pulls(k, days)
            if self.pulled[k]:
                drift += self.model.theta.lever[LEVER.BALANCE, k]
        return drift

    def _pulls(self, k: int, days: float) -> bool:
        """By date, at random, or in response to talks that move or stall."""
        model, x, field = self.model, self.model.structure, self.model.theta.lever[:, k]
        if x.lever_kind[k] == DATED:
            return bool(x.lever_on[k] <= model.day < x.lever_off[k])
        if x.lever_kind[k] == RANDOM:
            on = self.pulled[k]
            rate = field[LEVER.RATE_OFF] if on else field[LEVER.RATE_ON]
            return on != convening.switched(rate, days, model.draw("lever", k))
        if model.held + model.postponed == 0:
            return False
        moving = model.progress >= field[LEVER.THRESHOLD]
        return bool(moving == (x.lever_when[k] == MOVING))

    def add(self, field: int, party: int, total: float) -> float:
        """`total` plus what its pulled levers give a party (relief or pressure)."""
        for k in self.levers:
            if self.pulled[k]:
                total += self.model.theta.lever_party[field, k, party]
        return total
