"""Mediators as Mesa agents: third parties that facilitate, draft texts, hold leverage, guarantee and lean."""

from __future__ import annotations

import mesa

from sim.agents.protocols import Basket, Party, Talks
from sim.core.layout import MEDIATOR, Floats, W
from sim.rules import convening, mediation
from sim.rules.mediation import Strength


class Mediator(mesa.Agent):
    """A third party at the table: facilitates, drafts texts, holds leverage, guarantees, leans."""

    model: Talks

    def __init__(self, model: Talks, name: str, index: int):
        super().__init__(model)
        self.name, self.index, self.present = name, index, True
        self.strengths: list[float] = model.theta.mediator[:, index].tolist()
        self.always = bool(model.structure.attends[index])
        self._strength: dict[int, float] = {kind: self._weigh(int(kind)) for kind in Strength}  # every phase asks

    def strength(self, kind: int) -> float:
        """One of its strengths, a member of `Strength`."""
        return self._strength[kind]

    def _weigh(self, kind: int) -> float:
        """One of its strengths, by the rule; as a number, since numba is slow to tell the type of a member."""
        own = self.strengths
        return mediation.effective_strength(
            kind,
            own[MEDIATOR.FACILITATION],
            own[MEDIATOR.FORMULATION],
            own[MEDIATOR.MANIPULATION],
            own[MEDIATOR.LEVERAGE],
            own[MEDIATOR.GUARANTEE],
        )

    def attends(self, venue: int) -> bool:
        """Whether it sits in a round at a venue: always, or where it hosts."""
        return self.present and (self.always or self.model.structure.venue_host[venue] == self.index)

    def consider_leaving(self, days: float) -> None:
        """It leaves at its rate, or on its date."""
        model, rate = self.model, self.strengths[MEDIATOR.DEPARTURE]
        gone = rate > 0.0 and convening.has_occurred(rate, days, model.draw("departure", self.index))
        if gone or model.day >= model.structure.leaves[self.index]:
            self.present = False

    def estimate_reservations(self, party: Party, basket: Basket) -> Floats:
        """Its estimates of a party's reservation points on a basket."""
        model = self.model
        insight, error = self.strengths[MEDIATOR.INSIGHT], model.world[W.MEDIATION_ESTIMATE_ERROR]
        for i in range(basket.lo, basket.hi):
            u = model.draw("estimate", self.index, party.index, i)
            party.estimate[i] = mediation.estimate_reservation(party.demand[i], party.reservation[i], insight, error, u)
        return party.estimate[basket.slice]

    def text_threshold(self, party: Party, basket: Basket) -> float:
        """What its text must be worth to a party, persuasion counted."""
        w = self.model.world
        leaning = self.model.leaning[self.index][party.index]
        persuaded = mediation.persuasion(w[W.MEDIATION_PERSUASION], w[W.MEDIATION_LEANING_PERSUASION], leaning)
        return mediation.text_threshold(party.aspiration[basket.index], party.floor[basket.index], persuaded)
