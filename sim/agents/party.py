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
from sim.agents.protocols import Party as Other
from sim.core.jit import EPS
from sim.core.layout import DYAD, INCIDENT, LEVER_PARTY, PARTY, PI, Floats, W
from sim.rules import (
    aspiration,
    belief,
    commitment,
    concession,
    convening,
    delivery,
    distance,
    incidents,
    mediation,
    offer,
    precedent,
    ripeness,
    salience,
    trust,
    urgency,
)
from sim.rules import readiness as readiness_rules
from sim.rules.acceptance import answer_without_noise, is_acceptable
from sim.rules.assumption import derive_reservation, shift_reservation
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
        self.belief_mean, self.belief_precision = np.zeros((2, parties, issues))
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
            if self in basket.members and not math.isnan(self.precedent_floor[b]):
                own = (self.demand[s], self.reservation[s], self.salience[s])
                precedent.stretch(*own, self.model.precedent[s], self.precedent_floor[b], self.reservation[s])

    def sign(self, basket: Basket) -> None:
        """Remember the floor of a settlement, or of a documented one, as that of a precedent."""
        self.precedent_floor[basket.index] = self.floor_of(basket)

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
                self.trust[other] = trust.drift_to_baseline(self.trust[other], self.trust_baseline[other], kept)
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

    # Whether it comes

    def meeting_chance(self, venue: int) -> float:
        """Chance that it comes to the planned round at a venue."""
        model, w = self.model, self.model.world
        odds = convening.meeting_odds(
            w[W.CONVENING_BASE],
            w[W.CONVENING_READINESS],
            self.readiness,
            w[W.CONVENING_ACCEPTABILITY],
            self.acceptability(venue),
            w[W.CONVENING_FACILITATION],
            model.attending_strength(Strength.FACILITATION),
            w[W.CONVENING_PRESSURE],
            self.pressure(),
            w[W.CONVENING_INCIDENTS],
            self.blame,
            model.insulation[venue],
            w[W.CONVENING_CONDITIONS],
            model.unmet_conditions(self.index),
        )
        return convening.chance(odds)

    def pressure(self) -> float:
        """Pressure of sponsors on it to talk."""
        total = 0.0
        for sponsor in self.model.sponsors:
            total = sponsor.add(LEVER_PARTY.PRESSURE, self.index, total)
        return total

    def acceptability(self, venue: int) -> float:
        """Acceptability of a venue, its host's leaning counted."""
        model = self.model
        host = model.structure.venue_host[venue]
        leaning = model.leaning[host][self.index] if host >= 0 and model.mediators[host].present else 0.0
        effect = model.world[W.MEDIATION_LEANING_ACCEPTABILITY]
        return mediation.venue_acceptability(model.acceptability[venue][self.index], leaning, effect)

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
        return concession.risk_limit(
            self.model.structure.risk_limit, self.own_value, self.offered_value, self.floor_value
        )

    def concession_on(self, basket: Basket) -> float:
        """Its concession on a basket, the urgency of the basket counted; in abeyance it starts from `k0`."""
        own = self.k0 if self.model.abeyance else self.concession
        days = self.model.theta.urgency[0, basket.index]
        return urgency.urgent_concession(own, self.k0, self.beta, self.model.day, basket.since, days)

    def floor_of(self, basket: Basket, leverage: float | None = None) -> float:
        """Floor on a basket: the least chance of compliance among the others obligated by it counts.

        `leverage` is that of the last round held, unless given.
        """
        x, guarantee = self.model.structure, self.model.present_strength(Strength.GUARANTEE)
        chance = 1.0
        for other in basket.obligated:
            if other != self.index:
                chance = min(chance, commitment.compliance_chance(self.trust[other], guarantee, self.authority[other]))
        pull = self.pull(leverage)
        lowest = self.least_floor_of(basket, pull)
        return commitment.floor(x.relief, x.certain_loss, chance, self.exposure[basket.index], pull, lowest)

    def pull(self, leverage: float | None = None) -> float:
        """Pull toward a settlement: pain, and leverage where it works on the floor."""
        own = self.model.leverage if leverage is None else leverage
        return self.pain + mediation.leverage_on_floor(self.model.structure.leverage, own)

    def least_floor_of(self, basket: Basket, pull: float) -> float:
        """`F_min` on a basket under a pull."""
        s = basket.slice
        return commitment.least_floor(pull, aspiration.red_line_share(self.salience[s], self.red[s]))

    def prepare(self, basket: Basket) -> None:
        """Floor, aspiration, priorities and caps for a basket that is opened."""
        s, b = basket.slice, basket.index
        self.floor[b], self.lowest[b] = self.floor_of(basket), self.least_floor_of(basket, self.pull())
        self.aspiration[b] = self.aspire(basket)
        self.rank_issues(basket, self.priority[s], self.cap[s])
        self.cap_mean[b] = weighted_mean(self.cap[s], self.salience[s])

    def rank_issues(self, basket: Basket, priority: Floats, cap: Floats) -> None:
        """Write priorities and caps for conceding on the issues of a basket."""
        model, s = self.model, basket.slice
        others = np.empty(basket.size)
        salience.estimate_shares(self.others_share[s], model.information, others)
        offer.compute_priorities(self.own_share[s], others, model.world[W.BARGAINING_LOGROLL], priority)
        offer.compute_caps(self.demand[s], self.reservation[s], self.nearest[s], self.red[s], self.pain, cap)

    def aspire(self, basket: Basket) -> float:
        """Aspiration on a basket for this round: the utility the party holds out for."""
        return self.aspiration_above(basket, self.floor[basket.index], self.lowest[basket.index])

    def present_aspiration(self, basket: Basket) -> float:
        """What it would hold out for now; nothing of it is kept."""
        return self.aspiration_above(basket, self.floor_of(basket), self.least_floor_of(basket, self.pull()))

    def aspiration_above(self, basket: Basket, floor: float, lowest: float) -> float:
        """Aspiration on a basket above a floor and `F_min`."""
        model, s, conceded = self.model, basket.slice, self.concession_on(basket)
        announced = aspiration.announced_concession(
            self.demand[s], self.reservation[s], self.announced[s], self.salience[s]
        )
        audience = aspiration.audience_cost(model.world[W.BARGAINING_AUDIENCE], model.publicity, conceded, announced)
        leverage = mediation.leverage_on_aspiration(model.structure.leverage, model.leverage)
        return aspiration.aspiration(floor, lowest, conceded, self.hardening, audience, leverage)

    def latent_offer(self, basket: Basket) -> Floats:
        """The offer (I,) it would make now on a basket; nothing of it is kept."""
        s, n = basket.slice, basket.size
        priority, cap, conceded = np.empty((3, n))
        self.rank_issues(basket, priority, cap)
        package = self.demand.copy()
        offer.water_fill(1.0 - self.present_aspiration(basket), self.salience[s], priority, cap, conceded)
        offer.compute_points(self.demand[s], self.reservation[s], conceded, package[s])
        return package

    def would_accept(self, basket: Basket, package: Floats) -> bool:
        """Whether it would take a package (I,) at this round's aspiration, answering sharply."""
        s, b = basket.slice, basket.index
        if self.floor[b] > 1.0 + EPS:
            return False
        own = (self.demand[s], self.reservation[s], self.salience[s], self.red[s])
        threshold = aspiration.next_utility(self.aspiration[b], self.cap_mean[b])
        return bool(is_acceptable(acceptable_utility(package[s], *own), threshold, 0.0, 0.5))

    def expect_others(self) -> None:
        """Set the first beliefs about the others' reservation values."""
        for other in self.model.parties:
            for i in range(self.demand.size):
                mean = belief.expect_reservation(other.demand[i], self.demand[i])
                self.belief_mean[other.index, i] = mean
                self.belief_precision[other.index, i] = belief.PRIOR_PRECISION

    def read_offers(self, basket: Basket) -> None:
        """Update beliefs by the latest offers of the other member of a basket."""
        conceded = self.concession_on(basket)
        weight = belief.observation_precision(conceded, self.model.world[W.LEARNING_NOISE])
        for other in basket.members:
            if other is not self:
                mean, precision = self.belief_mean[other.index], self.belief_precision[other.index]
                for i in range(basket.lo, basket.hi):
                    reading = belief.read_offer(other.demand[i], other.offer[i], conceded)
                    mean[i] = belief.update_mean(mean[i], precision[i], reading, weight)
                    precision[i] += weight

    def estimate_other(self, basket: Basket, other: Other) -> Floats:
        """Believed reservation values (I,) of another party on a basket."""
        points = np.zeros(self.demand.size)
        for i in range(basket.lo, basket.hi):
            points[i] = belief.estimate(other.demand[i], self.belief_mean[other.index, i], self.demand[i])
        return points

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
        offer.compute_points(self.demand[s], self.reservation[s], conceded, self.offer[s])
        return self.offer[s]

    def next_utility(self, basket: Basket, turn: int) -> float:
        """Utility of its own next offer, the measure of what it is offered now."""
        return aspiration.next_utility(self.level_at(basket, turn + 1), self.cap_mean[basket.index])

    def accept(self, basket: Basket, package: Floats, threshold: float, u: Callable[[], float]) -> bool:
        """Whether it takes a package: its floor can be reached, no red line is crossed, it is worth enough.

        `u()` draws the uniform of its noise; it is asked for only where the answer hangs on it.
        """
        s = basket.slice
        if not commitment.is_reachable(self.floor[basket.index]):
            return False
        worth = acceptable_utility(package, self.demand[s], self.reservation[s], self.salience[s], self.red[s])
        width = self.model.world[W.BARGAINING_WIDTH]
        answer = answer_without_noise(worth, threshold, width)
        return is_acceptable(worth, threshold, width, u()) if answer == 0 else answer > 0

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
