"""The reference engine: one run of the talks, phase by phase, agent by agent, on Mesa.

`PHASES` is the order of one step, written once. The compiled engine (`sim.engine`) plays the same phases over arrays;
both call the same rules, and a test holds them equal run by run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from sim.agents import Party
from sim.basket import Basket
from sim.draws import logistic_unit, uniform, unit_exponential, weibull
from sim.layout import FIXED, MEDIATOR, ROTATING, VENUE, Floats, W
from sim.rules import convening, incidents, outcome, readiness, stalemate
from sim.rules.assumption import draw_theta
from sim.run import agreement, incidence, meeting, telling
from sim.run.setting import make_baskets
from sim.scenario.resolve import Problem, theta_views
from sim.third_parties import Mediator, Sponsor

PHASES = ("elapse", "incidents", "implement", "reassess", "convene", "agenda", "exchange", "mediate", "conclude")
"""The nine phases of a step, in order (specification, section 3)."""

Teller = Callable[[str, dict[str, Any]], None]


def _silent(event: str, facts: dict[str, Any]) -> None:
    """Tell nobody."""


class NegotiationModel(mesa.Model):
    """One run: the scenario's numbers at an assumption index, chance at a fate index.

    `party_class` replaces the mind of every party. `tell(event, facts)` hears of everything that happens (the trace).
    Talks end when `running` is false.
    """

    def __init__(
        self,
        problem: Problem,
        assumption: int = 0,
        fate: int = 0,
        party_class: type[Party] = Party,
        tell: Teller = _silent,
    ):
        super().__init__(rng=fate)
        x = self.structure = problem.structure
        self.names, self.streams, self.fate = problem.names, problem.streams, fate
        self.tell, self.told = tell, tell is not _silent
        flat = np.zeros(len(problem.paths))
        draw_theta(problem.priors, assumption, np.empty_like(problem.priors.low), flat)
        self.theta = th = theta_views(flat, problem.names)
        self.world: list[float] = th.world.tolist()
        self.attribution: list[list[list[float]]] = th.attribution[0].tolist()
        self.leaning: list[list[float]] = th.leaning[0].tolist()
        self.acceptability: list[list[float]] = th.acceptability[0].tolist()
        self.insulation: list[float] = th.venue[VENUE.INSULATION].tolist()
        w = self.world
        self.planned_step, self.day, self.planned, self.planned_day = -1, 0.0, True, 0.0
        self.balance, self.drift, self.information = w[W.BALANCE_START], 0.0, w[W.INFORMATION]
        self.progress = self.talk_time = self.abeyance_days = self.publicity = self.leverage = 0.0
        self.met_share, self.met = 0.0, 0.0
        self.held = self.postponed = self.streak = self.incident_count = 0
        self.abeyance, self.level, self.venue = False, x.start_level, -1
        self.tabled_ever, self.procedural_ever, self.peak = False, False, 0
        self.refusals = self.amendments = self.collapses = 0
        self.since_last = meeting.SinceLast()
        self.papers = int((x.document_day < 0.0).sum())
        self.package: Floats = np.zeros(x.issues)
        self.standing: Floats = np.zeros(x.issues)  # the package of settlements that stand
        self.parties = [party_class(self, name, k) for k, name in enumerate(self.names.parties)]
        self.mediators = [Mediator(self, name, k) for k, name in enumerate(self.names.mediators)]
        self.sponsors = self._sponsors()
        self.baskets: list[Basket] = make_baskets(self)
        for basket in self.baskets:
            for member in basket.members:
                member.look_over(basket)
        self.incidents = incidence.Incidents(x.incidents)
        self.rounds: list[list[float]] = []
        for party in self.parties:
            party.feel(1.0)
        self.gap = agreement.position_gap(self)

    def _sponsors(self) -> list[Sponsor]:
        owners: dict[str, list[int]] = {}
        for k, lever in enumerate(self.names.levers):
            owners.setdefault(lever.split(".")[0], []).append(k)
        return [Sponsor(self, name, levers) for name, levers in owners.items()]

    # One step

    def step(self) -> None:
        """One planned round: the phases in order. Sets `running` to false when the run is over."""
        self.planned_step += 1
        if self.planned_step >= self.structure.max_steps:
            self.running = False
            return
        days, ends = self.elapse()
        incidence.happen(self, days)
        self.day += days
        self.tell("elapsed", {"days": days, "day": self.day})
        self._count_time(days)
        incidence.implement(self, days)
        self.reassess(days)
        if ends:
            self.running = False
        elif self.planned:
            held = meeting.convene(self)
            code = self.hold() if held else outcome.POSTPONED
            if not held:
                self.progress = readiness.progressed(self.progress, code, self.world[W.PROGRESS_MEMORY])
            meeting.note(self, days, code)

    def elapse(self) -> tuple[float, bool]:
        """Phase 1: days to the next planned round, and whether the horizon is reached before it."""
        w = self.world
        facilitation = self.present_strength(MEDIATOR.FACILITATION)
        days, self.planned = 0.0, True
        if self.abeyance:
            rate = convening.resumption_rate(
                w[W.RESUME_RATE], w[W.RESUME_READINESS], self.least_readiness(), w[W.RESUME_FACILITATION], facilitation
            )
            waited = unit_exponential(self.draw("resume", 0))
            self.planned = waited <= rate * w[W.ABEYANCE_REVIEW]
            days = waited / rate if self.planned else w[W.ABEYANCE_REVIEW]
        elif self.planned_step > 0:
            scale = convening.gap_scale(w[W.GAP_SCALE], w[W.GAP_SHORTENING], facilitation)
            days = max(weibull(self.draw("gap", 0), scale, w[W.GAP_SHAPE]), w[W.GAP_MIN])
            self.planned = any(basket.open for basket in self.baskets)
        self.planned_day = self.day + days if self.planned else math.inf
        left = w[W.HORIZON] - self.day
        if days > left:
            self.planned = False
            return left, True
        return days, False

    def _count_time(self, days: float) -> None:
        """Time in talks and in abeyance; talks that resume start anew."""
        if not self.abeyance:
            self.talk_time += days
            return
        self.abeyance_days += days
        if self.planned:
            self.abeyance, self.streak, self.talk_time = False, 0, 0.0
            for party in self.parties:
                party.restart()
            self.tell("resume", {})

    def reassess(self, days: float) -> None:
        """Phase 4: levers, balance, pain, trust, readiness, reservation points; mediators may leave."""
        w, before = self.world, self.balance
        drift = w[W.BALANCE_DRIFT]
        pulled = telling.pulled(self) if self.told else {}
        for sponsor in self.sponsors:
            drift = sponsor.decide(days, drift)
        if self.told:
            changed = {lever: on for lever, on in telling.pulled(self).items() if on != pulled[lever]}
            self.tell("levers", changed)
        shock = logistic_unit(self.draw("balance", 0))
        self.balance = stalemate.moved_balance(before, drift, w[W.BALANCE_NOISE], days, shock)
        self.drift = stalemate.recent_drift(self.drift, self.balance - before, days, w[W.BALANCE_MEMORY])
        kept = incidents.kept(days, w[W.TRUST_MEMORY])
        for party in self.parties:
            party.feel(kept)
        for party in self.parties:
            party.shift_reservations(self.balance - w[W.BALANCE_START])
        for mediator in self.mediators:
            if mediator.present:
                mediator.may_leave(days)
                if not mediator.present:
                    self.tell("left", {"mediator": mediator.name})

    def hold(self) -> int:
        """Phases 6 to 9 of a round that is held; returns its outcome code."""
        agreement.facilitate(self)
        meeting.set_agenda(self)
        for party in self.parties:
            party.concession_before = party.concession
        for party in self.parties:
            party.concession = party.concede()
        for basket in self.baskets:
            basket.agreed = False
            if basket.open and basket.agenda == outcome.OPEN:
                basket.agreed = agreement.exchange(self, basket) or agreement.mediate(self, basket)
        agreement.listen(self)
        stands = [agreement.conclude(self, basket) for basket in self.baskets if basket.agreed]
        self.held += 1
        papers = meeting.papers_received(self)
        handed, self.papers = papers - self.papers, papers
        return meeting.code_round(self, not all(stands), handed)

    # What phases and agents ask

    def draw(self, stream: str, *entity: int, sub: int = 0) -> float:
        """The uniform of a stream and entity at this step and this run's fate."""
        key = getattr(self.streams, stream)[entity]
        return uniform(key, self.fate, self.planned_step, sub)

    def present_strength(self, field: int) -> float:
        """The largest strength among mediators that have not left."""
        return max((m.strength(field) for m in self.mediators if m.present), default=0.0)

    def attending_strength(self, field: int) -> float:
        """The largest strength among mediators that sit in the round."""
        return max((m.strength(field) for m in self.mediators if m.attends(self.venue)), default=0.0)

    def least_readiness(self) -> float:
        """The least readiness among the parties that must come."""
        return min((p.readiness for p in self.parties if p.seated), default=1.0)

    def unmet_conditions(self, party: int) -> int:
        """How many of a party's conditions for meeting do not hold."""
        table = self.structure.condition
        return sum(1 for p, kind, target in table.tolist() if p == party and not meeting.holds(self, kind, target))

    def choose_venue(self) -> int:
        """Fixed, in turn, or the venue with the highest least acceptability."""
        x = self.structure
        order: list[int] = x.venue_order.tolist()
        if x.venue_rule == FIXED:
            return order[0]
        if x.venue_rule == ROTATING:
            return order[(self.held + self.postponed) % len(order)]
        seated = [p for p in self.parties if p.seated]
        return max(order, key=lambda v: min((p.acceptability(v) for p in seated), default=0.0))


def play(
    problem: Problem,
    assumption: int,
    fate: int,
    party_class: type[Party] = Party,
    tell: Teller = _silent,
) -> NegotiationModel:
    """One run to its end; the finished model holds all that happened."""
    model = NegotiationModel(problem, assumption, fate, party_class, tell)
    while model.running:
        model.step()
    return model
