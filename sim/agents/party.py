"""Parties as Mesa agents. Every decision is one method that calls a rule.

Override a method of `Party` to give a party another mind; `sim.run_ensemble(..., party_class=MyParty)` then uses the
Mesa engine. Methods a student is likely to change: `concede`, `meeting_chance`, `aspire`, `make_offer`, `accept`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sim.agents.principal import Principal
from sim.agents.protocols import Basket
from sim.core.layout import LEVER_PARTY, Floats, W
from sim.rules import (
    aspiration,
    commitment,
    concession,
    convening,
    distance,
    mediation,
    offer,
    salience,
    urgency,
)
from sim.rules.acceptance import answer_without_noise, is_acceptable
from sim.rules.mediation import Strength
from sim.rules.value import acceptable_utility, weighted_mean

NAN, INF = math.nan, math.inf


class Party(Principal):
    """A principal at the table: whether it comes, what it concedes, offers and accepts."""

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

    def concede(self) -> float:
        """Concession for this round by the party's named rule, 0 (its demand) to 1 (its floor)."""
        others = (q for q in self.model.parties if q is not self and q.seated)
        return concession.concede(
            self.rule,
            self.k0,
            self.beta,
            self.model.talk_time - self.entry_time,
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
        if not commitment.is_reachable(self.floor[b]):
            return False
        own = (self.demand[s], self.reservation[s], self.salience[s], self.red[s])
        threshold = aspiration.next_utility(self.aspiration[b], self.cap_mean[b])
        return bool(is_acceptable(acceptable_utility(package[s], *own), threshold, 0.0, 0.5))

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

        `u()` draws the uniform of its noise; it is asked for only where the answer depends on it.
        """
        s = basket.slice
        if not commitment.is_reachable(self.floor[basket.index]):
            return False
        worth = acceptable_utility(package, self.demand[s], self.reservation[s], self.salience[s], self.red[s])
        width = self.model.world[W.BARGAINING_WIDTH]
        answer = answer_without_noise(worth, threshold, width)
        return is_acceptable(worth, threshold, width, u()) if answer == 0 else answer > 0

    def sign(self, basket: Basket) -> None:
        """Remember the floor of a settlement, or of a documented one, as that of a precedent."""
        self.precedent_floor[basket.index] = self.floor_of(basket)

    def evaluate_offers(self, basket: Basket) -> float:
        """Evaluate the other parties' latest offers on a basket; returns the party's salience weight of the basket."""
        b = basket.index
        weight = self.salience_total[b]
        worst, total, others = INF, 0.0, 0
        for other in basket.members:
            if other is self:
                continue
            worth = self.utility_of(basket, other.offer)
            before = self.last_worth[other.index][b]
            gain = concession.offer_gain(worth, before)
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
        self.concession, self.entry_time = self.k0, 0.0
        # What was heard before the break counts no more: else reciprocity would start above k0.
        self.received = self.own_value = self.offered_value = self.floor_value = 0.0
        for basket in self.model.baskets:
            self.last[basket.index] = 1.0
            if basket.open:
                for worth in self.last_worth:
                    worth[basket.index] = NAN
                self.offer[basket.slice] = self.demand[basket.slice]
