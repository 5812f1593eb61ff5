"""Parties as Mesa agents. Every decision is one method that calls a rule.

Override a method of `Party` to give a party another mind; `sim.run_ensemble(..., party_class=MyParty)` then uses the
Mesa engine. Methods a student is likely to change: `concede`, `meeting_chance`, `aspire`, `make_offer`, `accept`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import mesa
import numpy as np

from sim.agents.protocols import Basket, Talks
from sim.core.jit import EPS
from sim.core.layout import DYAD, INCIDENT, LEVER_PARTY, PARTY, PI, Floats, W
from sim.rules import (
    aspiration,
    commitment,
    concession,
    convening,
    delivery,
    distance,
    incidents,
    mediation,
    offer,
    salience,
    stalemate,
    trust,
)
from sim.rules import readiness as readiness_rules
from sim.rules.acceptance import accepts, certain
from sim.rules.assumption import derived_reservation, shifted_reservation
from sim.rules.mediation import Strength
from sim.rules.value import acceptable_utility, utility, weighted_mean

NAN, INF = math.nan, math.inf


class Party(mesa.Agent):
    """A principal at the table: what it wants, what it feels, what it offers and accepts.

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
        self.seated = bool(x.seat[index])
        self.rule = int(x.concession_rule[index])
        field = th.party[:, index].tolist()
        self.side, self.deadline, self.compliance = field[PARTY.SIDE], field[PARTY.DEADLINE], field[PARTY.COMPLIANCE]
        self.k0, self.beta, self.share = field[PARTY.K0], field[PARTY.BETA], field[PARTY.SHARE]
        self.weight, self.rate, self.step_size = field[PARTY.WEIGHT], field[PARTY.RATE], field[PARTY.STEP]
        self.trust: list[float] = th.dyad[DYAD.TRUST, index].tolist()
        self.trust_baseline: list[float] = th.dyad[DYAD.TRUST_BASELINE, index].tolist()
        self.authority: list[float] = th.dyad[DYAD.AUTHORITY, index].tolist()
        self.exposure: list[float] = th.exposure[0, index].tolist()
        self.pain = self.cost = self.hardening = self.blame = self.readiness = 0.0
        self.concession = self.concession_before = self.k0
        self.received = self.own_value = self.offered_value = self.floor_value = 0.0
        self.willing = 0.0
        parties, issues, baskets = x.parties, x.issues, x.baskets
        self.gains = [0.0] * parties
        self.last_worth = [[NAN] * baskets for _ in range(parties)]
        self.aspiration, self.last = [1.0] * baskets, [1.0] * baskets
        self.floor, self.lowest, self.cap_mean = [1.0] * baskets, [1.0] * baskets, [1.0] * baskets
        self.mandate = [0] * baskets
        self.derived, self.priority, self.cap, self.estimate = np.zeros((4, issues))
        self.own_share, self.others_share, self.nearest = np.zeros((3, issues))
        self.salience_total = [0.0] * baskets
        self.offer = self.demand.copy()
        self.derive_reservations()
        self.reservation = self.derived.copy()

    # What it wants

    def init_basket(self, basket: Basket) -> None:
        """What stays the same all run on a basket it has a stake in: shares of salience, others' demands on its way."""
        s, x, everyone = basket.slice, self.model.structure, self.model.theta.party_issue
        stake = x.stake[:, basket.index]
        self.salience_total[basket.index] = salience.total(self.salience[s])
        salience.shares(self.salience[s], self.own_share[s])
        salience.others_shares(everyone[PI.SALIENCE, :, s], stake, self.index, self.others_share[s])
        demands = everyone[PI.DEMAND, :, s]
        offer.nearest_demands(self.demand[s], self.derived[s], demands, stake, self.index, self.nearest[s])

    def derive_reservations(self) -> None:
        """Reservation points from documented concessions for the present day."""
        w, own = self.model.world, self.model.theta.party_issue[:, self.index]
        for i in range(own.shape[1]):
            if self.model.structure.derived[self.index, i]:
                self.derived[i] = derived_reservation(
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
            self.reservation[i] = shifted_reservation(self.demand[i], self.derived[i], gain, self.side, balance_change)

    def utility_of(self, basket: Basket, package: Floats) -> float:
        """Utility of a package (I,) on one basket."""
        s = basket.slice
        return utility(package[s], self.demand[s], self.reservation[s], self.salience[s])

    # What it feels

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

    def update_readiness(self, kept: float) -> None:
        """Pain, trust and readiness at the end of a gap; `kept` is the share left of trust's distance to its baseline.

        Readiness looks at trust in the parties that come to the table, not in those that only watch.
        """
        model, w = self.model, self.model.world
        relief = 0.0
        for sponsor in model.sponsors:
            relief = sponsor.add(LEVER_PARTY.RELIEF, self.index, relief)
        self.pain = stalemate.pain(
            self.cost,
            w[W.PAIN_MEMORY],
            relief,
            model.drift,
            w[W.BALANCE_STALEMATE_DRIFT],
            w[W.PAIN_WEIGHT],
            w[W.PAIN_CAP],
        )
        total, others = 0.0, 0
        for other in range(len(self.trust)):
            if other != self.index:
                self.trust[other] = trust.drifted(self.trust[other], self.trust_baseline[other], kept)
                if model.structure.seat[other]:
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

    # Whether it comes

    def meeting_chance(self, venue: int) -> float:
        """Chance that it comes to the planned round at a venue."""
        model, w = self.model, self.model.world
        pressure = 0.0
        for sponsor in model.sponsors:
            pressure = sponsor.add(LEVER_PARTY.PRESSURE, self.index, pressure)
        odds = convening.meeting_odds(
            w[W.CONVENING_BASE],
            w[W.CONVENING_READINESS],
            self.readiness,
            w[W.CONVENING_ACCEPTABILITY],
            self.acceptability(venue),
            w[W.CONVENING_FACILITATION],
            model.attending_strength(Strength.FACILITATION),
            w[W.CONVENING_PRESSURE],
            pressure,
            w[W.CONVENING_INCIDENTS],
            self.blame,
            model.insulation[venue],
            w[W.CONVENING_CONDITIONS],
            model.unmet_conditions(self.index),
        )
        return convening.chance(odds)

    def acceptability(self, venue: int) -> float:
        """Acceptability of a venue, its host's leaning counted."""
        model = self.model
        host = model.structure.venue_host[venue]
        leaning = model.leaning[host][self.index] if host >= 0 and model.mediators[host].present else 0.0
        effect = model.world[W.MEDIATION_LEANING_ACCEPTABILITY]
        return mediation.acceptability(model.acceptability[venue][self.index], leaning, effect)

    # How it bargains

    def concede(self) -> float:
        """Concession for this round by the party's named rule, 0 (its demand) to 1 (its floor)."""
        others = (q for q in self.model.parties if q is not self and q.seated)
        return concession.concede(
            self.rule,
            self.k0,
            self.beta,
            self.model.talk_time,
            self.deadline,
            max(self.concession_before, self.k0),
            self.share,
            self.received,
            self.weight,
            self.rate,
            self.readiness,
            self.step_size,
            self.risk_limit(),
            min((q.risk_limit() for q in others), default=INF),
        )

    def risk_limit(self) -> float:
        """Zeuthen's risk limit after the last round."""
        return concession.risk_limit(self.own_value, self.offered_value, self.floor_value)

    def floor_of(self, basket: Basket) -> float:
        """Floor on a basket: the least chance of compliance among the others obligated by it counts."""
        guarantee = self.model.present_strength(Strength.GUARANTEE)
        chance = 1.0
        for other in basket.obligated:
            if other != self.index:
                chance = min(chance, commitment.compliance_chance(self.trust[other], guarantee, self.authority[other]))
        return commitment.floor(chance, self.exposure[basket.index], self.pain, self.least_floor_of(basket))

    def least_floor_of(self, basket: Basket) -> float:
        """`F_min` on a basket."""
        s = basket.slice
        return commitment.least_floor(self.pain, aspiration.red_line_share(self.salience[s], self.red[s]))

    def prepare(self, basket: Basket) -> None:
        """Floor, aspiration, priorities and caps for a basket that is opened."""
        model, s, b = self.model, basket.slice, basket.index
        self.floor[b], self.lowest[b] = self.floor_of(basket), self.least_floor_of(basket)
        self.aspiration[b] = self.aspire(basket)
        others = np.empty(basket.size)
        salience.believed(self.others_share[s], model.information, others)
        offer.priorities(self.own_share[s], others, model.world[W.BARGAINING_LOGROLL], self.priority[s])
        offer.caps(self.demand[s], self.reservation[s], self.nearest[s], self.red[s], self.pain, self.cap[s])
        self.cap_mean[b] = weighted_mean(self.cap[s], self.salience[s])

    def aspire(self, basket: Basket) -> float:
        """Aspiration on a basket for this round: the utility the party holds out for."""
        model, s, b = self.model, basket.slice, basket.index
        announced = aspiration.announced_concession(
            self.demand[s], self.reservation[s], self.announced[s], self.salience[s]
        )
        audience = aspiration.audience_cost(
            model.world[W.BARGAINING_AUDIENCE], model.publicity, self.concession, announced
        )
        return aspiration.aspiration(
            self.floor[b], self.lowest[b], self.concession, self.hardening, audience, model.leverage
        )

    def level_at(self, basket: Basket, turn: int) -> float:
        """Aspiration at a turn of the exchange, on the way from the last round's to this round's."""
        b = basket.index
        turns = self.model.structure.exchanges
        return aspiration.aspiration_at(self.last[b], self.aspiration[b], self.floor[b], turn, turns)

    def make_offer(self, basket: Basket, level: float) -> Floats:
        """The offer at an aspiration level, kept as the party's latest; returns the basket's slice of it."""
        s = basket.slice
        conceded = np.empty(basket.size)
        offer.water_fill(1.0 - level, self.salience[s], self.priority[s], self.cap[s], conceded)
        offer.offer_points(self.demand[s], self.reservation[s], conceded, self.offer[s])
        return self.offer[s]

    def next_utility(self, basket: Basket, turn: int) -> float:
        """Utility of its own next offer, the measure of what it is offered now."""
        return aspiration.next_utility(self.level_at(basket, turn + 1), self.cap_mean[basket.index])

    def accept(self, basket: Basket, package: Floats, threshold: float, u: Callable[[], float]) -> bool:
        """Whether it takes a package: its floor can be reached, no red line is crossed, it is worth enough.

        `u()` draws the uniform of its noise; it is asked for only where the answer hangs on it.
        """
        s = basket.slice
        if self.floor[basket.index] > 1.0 + EPS:
            return False
        worth = acceptable_utility(package, self.demand[s], self.reservation[s], self.salience[s], self.red[s])
        width = self.model.world[W.BARGAINING_WIDTH]
        answer = certain(worth, threshold, width)
        return accepts(worth, threshold, width, u()) if answer == 0 else answer > 0

    def evaluate_offers(self, basket: Basket) -> float:
        """What it makes of the others' last offers on a basket; returns the basket's weight to it."""
        b = basket.index
        weight = self.salience_total[b]
        worst, total, others = INF, 0.0, 0
        for other in basket.members:
            if other is self:
                continue
            worth = self.utility_of(basket, other.offer)
            before = self.last_worth[other.index][b]
            gain = 0.0 if math.isnan(before) else max(worth - before, 0.0)
            self.last_worth[other.index][b] = worth
            self.gains[other.index] += weight * gain
            worst, total, others = min(worst, worth), total + gain, others + 1
        self.received += weight * distance.ratio(total, float(others))
        self.own_value += weight * self.utility_of(basket, self.offer)
        self.offered_value += weight * worst
        self.floor_value += weight * self.floor[b]
        return weight

    def restart(self) -> None:
        """Back from abeyance: derived anew, concession starts again, offers on open baskets return to demands."""
        self.derive_reservations()
        self.concession = self.k0
        # What was heard before the break counts no more: else reciprocity would start above k0.
        self.received = self.own_value = self.offered_value = self.floor_value = 0.0
        for basket in self.model.baskets:
            self.last[basket.index] = 1.0
            if basket.open:
                for worth in self.last_worth:
                    worth[basket.index] = NAN
                self.offer[basket.slice] = self.demand[basket.slice]
