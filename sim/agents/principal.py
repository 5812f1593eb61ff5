"""A principal as a Mesa agent: demands, reservation values, trust, pain, readiness."""

from __future__ import annotations

import math

import mesa
import numpy as np

from sim.agents.beliefs import Beliefs
from sim.agents.protocols import Basket, Talks
from sim.core.layout import DYAD, INCIDENT, LEVER_PARTY, PARTY, PI, Floats, W
from sim.rules import (
    delivery,
    distance,
    incidents,
    offer,
    precedent,
    ripeness,
    salience,
    trust,
)
from sim.rules import readiness as readiness_rules
from sim.rules.assumption import derive_reservation, shift_reservation
from sim.rules.value import utility

NAN, INF = math.nan, math.inf


class Principal(mesa.Agent):
    """A principal: its interests, and what incidents, deliveries and the war do to it.

    Arrays over issues are (I,), over other parties (P,), over baskets (B,), in the scenario's order.
    """

    model: Talks

    def __init__(self, model: Talks, name: str, index: int):
        super().__init__(model)
        x, th = model.structure, model.theta
        self.name, self.index = name, index
        own = th.party_issue
        self.demand, self.salience = own[PI.DEMAND, index], own[PI.SALIENCE, index]
        self.announced = own[PI.ANNOUNCED, index]
        self.red = x.red[index]
        self.entered = self.seated = False
        self.entry_time = 0.0  # time in talks when it entered
        self.rule = int(x.concession_rule[index])
        field = th.party[:, index].tolist()
        self.side, self.deadline, self.compliance = field[PARTY.SIDE], field[PARTY.DEADLINE], field[PARTY.COMPLIANCE]
        self.k0, self.beta, self.share = field[PARTY.K0], field[PARTY.BETA], field[PARTY.SHARE]
        self.weight, self.rate, self.step_size = field[PARTY.WEIGHT], field[PARTY.RATE], field[PARTY.STEP]
        self.trust: list[float] = th.dyad[DYAD.TRUST, index].tolist()
        self.trust_baseline: list[float] = th.dyad[DYAD.TRUST_BASELINE, index].tolist()
        self.authority: list[float] = th.dyad[DYAD.AUTHORITY, index].tolist()
        self.exposure: list[float] = th.exposure[0, index].tolist()
        self.optimism, self.mean_cost = field[PARTY.OPTIMISM], 0.0
        self.pain = self.cost = self.hardening = self.blame = self.readiness = 0.0
        self.concession = self.concession_before = self.k0
        self.received = self.own_value = self.offered_value = self.floor_value = 0.0
        self.willing = 0.0
        parties, issues, baskets = x.parties, x.issues, x.baskets
        self.gains = [0.0] * parties
        self.last_worth = [[NAN] * baskets for _ in range(parties)]
        self.aspiration, self.last = [1.0] * baskets, [1.0] * baskets
        self.floor, self.lowest, self.cap_mean = [1.0] * baskets, [1.0] * baskets, [1.0] * baskets
        self.mandate, self.mandate_bars = [0] * baskets, [0] * baskets
        self.precedent_floor = [NAN] * baskets
        self.beliefs = Beliefs(parties, issues)
        self.derived, self.priority, self.cap, self.estimate = np.zeros((4, issues))
        self.own_share, self.others_share, self.nearest = np.zeros((3, issues))
        self.salience_total = [0.0] * baskets
        self.offer = self.demand.copy()
        self.derive_reservations()
        self.reservation = self.derived.copy()

    def init_basket(self, basket: Basket) -> None:
        """Compute the constants of a basket it has a stake in: salience shares and distances to the nearest demands."""
        s, x, everyone = basket.slice, self.model.structure, self.model.theta.party_issue
        stake = x.stake[:, basket.index]
        self.salience_total[basket.index] = salience.total(self.salience[s])
        salience.compute_shares(self.salience[s], self.own_share[s])
        salience.compute_others_shares(everyone[PI.SALIENCE, :, s], stake, self.index, self.others_share[s])
        demands = everyone[PI.DEMAND, :, s]
        offer.compute_nearest_demands(self.demand[s], self.derived[s], demands, stake, self.index, self.nearest[s])

    def derive_reservations(self) -> None:
        """Reservation points from documented concessions for the present day."""
        w, own = self.model.world, self.model.theta.party_issue[:, self.index]
        for i in range(own.shape[1]):
            if self.model.structure.derived[self.index, i]:
                self.derived[i] = derive_reservation(
                    own[PI.DEMAND, i],
                    own[PI.CONCEDED, i],
                    own[PI.AGE, i] + self.model.day,
                    own[PI.WITHDRAWN, i],
                    own[PI.QUANTILE, i],
                    w[W.DERIVATION_HALF_LIFE],
                    w[W.DERIVATION_WITHDRAWN_DISCOUNT],
                    w[W.DERIVATION_MARGIN],
                )
            else:
                self.derived[i] = own[PI.RESERVATION, i]

    def shift_reservations(self, balance_change: float) -> None:
        """Reservation points under the present balance of forces."""
        gain = self.model.world[W.BALANCE_GAIN]
        for i in range(self.demand.size):
            self.reservation[i] = shift_reservation(self.demand[i], self.derived[i], gain, self.side, balance_change)

    def follow_precedents(self) -> None:
        """Stretch reservation values so that earlier settlements are worth their floor again."""
        for basket in self.model.baskets:
            s, b = basket.slice, basket.index
            if self in basket.stakeholders and not math.isnan(self.precedent_floor[b]):
                own = (self.demand[s], self.reservation[s], self.salience[s])
                precedent.stretch(*own, self.model.precedent[s], self.precedent_floor[b], self.reservation[s])

    def utility_of(self, basket: Basket, package: Floats) -> float:
        """Utility of a package (I,) on one basket."""
        s = basket.slice
        return utility(package[s], self.demand[s], self.reservation[s], self.salience[s])

    def fade(self, cost: float, hardening: float, blame: float) -> None:
        """Cost, hardening and blame fade over a gap: the shares of each that are left."""
        self.cost = incidents.fade(self.cost, cost)
        self.hardening = incidents.fade(self.hardening, hardening)
        self.blame = incidents.fade(self.blame, blame)

    def apply_incident(self, kind: int, offended: bool, cost: float, hardening: float, blame: float) -> None:
        """One incident of type `kind`: trust lost in whom it blames; cost, hardening and blame where it is offended."""
        model = self.model
        severity, effect = model.theta.incident[INCIDENT.SEVERITY, kind], model.world[W.TRUST_INCIDENT_EFFECT]
        worst = 0.0
        for other, blamed in enumerate(model.attribution[kind][self.index]):
            if blamed > 0.0:
                self.trust[other] = incidents.lose_trust(self.trust[other], effect, blamed, severity)
                worst = max(worst, blamed)
        if offended:
            self.cost += cost
            self.hardening = incidents.add_effect(self.hardening, hardening, worst)
            self.blame = incidents.add_effect(self.blame, blame, worst)

    def observe_delivery(self, doer: int, share: float, missing: float, blame: float) -> None:
        """An obligation fell due: trust for the share met, the shortfall weighed as an incident."""
        w = self.model.world
        self.trust[doer] = delivery.update_trust(
            self.trust[doer], w[W.TRUST_DELIVERY_GAIN], share, w[W.TRUST_INCIDENT_EFFECT], blame, missing
        )
        self.blame = incidents.add_effect(self.blame, missing, blame)
        self.hardening = delivery.harden(self.hardening, missing, blame, w[W.DELIVERY_HARDENING])

    def update_readiness(self, decay: float) -> None:
        """Pain, trust and readiness at the end of a gap; `decay` is the share left of trust's distance to its baseline.

        Readiness looks at trust in the parties that come to the table, not in those that only watch.
        """
        model, w = self.model, self.model.world
        relief = 0.0
        for sponsor in model.sponsors:
            relief = sponsor.add(LEVER_PARTY.RELIEF, self.index, relief)
        self.pain = ripeness.pull_to_settle(
            model.structure.ripeness,
            self.cost,
            w[W.PAIN_MEMORY],
            relief,
            model.drift,
            w[W.BALANCE_STALEMATE_DRIFT],
            w[W.PAIN_WEIGHT],
            w[W.PAIN_CAP],
            self.mean_cost,
            self.optimism,
            w[W.RIPENESS_LEARNING],
            model.severity,
        )
        total, others = 0.0, 0
        for other in range(len(self.trust)):
            if other != self.index:
                self.trust[other] = trust.drift_to_baseline(self.trust[other], self.trust_baseline[other], decay)
                if model.parties[other].seated:
                    total, others = total + self.trust[other], others + 1
        self.readiness = self.readiness_from(distance.ratio(total, float(others)))

    def readiness_from(self, mean_trust: float) -> float:
        """Readiness from pain, mean trust and the progress of the last rounds."""
        w = self.model.world
        return readiness_rules.readiness(
            self.pain,
            mean_trust,
            self.model.progress,
            w[W.READINESS_M0],
            w[W.READINESS_M1],
            w[W.READINESS_O0],
            w[W.READINESS_O1],
            w[W.READINESS_O2],
        )

    def remember_war(self, rates: Floats, days: float) -> None:
        """Set mean cost a day, and what so many days of war have left of cost, hardening and blame."""
        model, w, field = self.model, self.model.world, self.model.theta.incident
        hardening = blame = 0.0
        for t in range(rates.size):
            if model.structure.offended[t, self.index]:
                worst = max([0.0, *model.attribution[t][self.index]])
                self.mean_cost += rates[t] * field[INCIDENT.COST, t]
                hardening += rates[t] * field[INCIDENT.HARDENING, t] * worst
                blame += rates[t] * field[INCIDENT.SEVERITY, t] * worst
        if days > 0.0:
            self.cost = ripeness.past_amount(self.mean_cost, w[W.PAIN_MEMORY], days)
            self.hardening = ripeness.past_amount(hardening, w[W.BARGAINING_HARDENING_MEMORY], days)
            self.blame = ripeness.past_amount(blame, w[W.CONVENING_INCIDENT_MEMORY], days)
