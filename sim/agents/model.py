"""The readable engine: one run of the talks, phase by phase, agent by agent, on Mesa.

`PHASES` is the order of one step. The compiled engine (`sim.compiled`) plays the same phases over arrays; both call the
same rules, and a test holds them equal run by run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from sim.agents import (
    agenda,
    conclusion,
    convening,
    elapse,
    exchange,
    implementation,
    incidents,
    measures,
    mediation,
    reassessment,
)
from sim.agents.basket import Basket, create_baskets
from sim.agents.mediator import Mediator
from sim.agents.party import Party
from sim.agents.protocols import Notify, Talks
from sim.agents.report import SinceLast, report_round
from sim.agents.sponsor import Sponsor
from sim.core.draws import uniform
from sim.core.layout import INCIDENT, VENUE, Floats, W
from sim.rules import mediation as mediation_rules
from sim.rules import outcome, ripeness
from sim.rules.assumption import draw_theta
from sim.rules.mediation import Strength
from sim.scenario.resolve import Problem, theta_views

PHASES: tuple[Callable[[Talks], bool], ...] = (
    elapse.elapse,
    incidents.draw_incidents,
    implementation.implement,
    reassessment.reassess,
    convening.convene,
    agenda.set_agenda,
    exchange.exchange,
    mediation.mediate,
    conclusion.conclude,
)
"""The nine phases of a step, in order A phase returns whether the step goes on."""


def ignore_events(event: str, facts: dict[str, Any]) -> None:
    """Receive events of a run that nobody observes."""


class NegotiationModel(mesa.Model):
    """One run: the scenario's numbers at an assumption index, chance at a fate index.

    `party_class` replaces the mind of every party. `notify(event, facts)` receives every event of the run.
    Talks end when `running` is false.
    """

    def __init__(
        self,
        problem: Problem,
        assumption: int = 0,
        fate: int = 0,
        party_class: type[Party] = Party,
        notify: Notify = ignore_events,
    ):
        super().__init__(rng=fate)
        x = self.structure = problem.structure
        self.names, self.streams, self.fate = problem.names, problem.streams, fate
        self.on_event, self.observed = notify, notify is not ignore_events
        flat = np.zeros(len(problem.paths))
        draw_theta(problem.priors, assumption, np.empty_like(problem.priors.low), flat)
        self.theta = th = theta_views(flat, problem.names)
        self.world: list[float] = th.world.tolist()
        self.attribution: list[list[list[float]]] = th.attribution[0].tolist()
        self.leaning: list[list[float]] = th.leaning[0].tolist()
        self.acceptability: list[list[float]] = th.acceptability[0].tolist()
        self.insulation: list[float] = th.venue[VENUE.INSULATION].tolist()
        w = self.world
        self.planned_step, self.day, self.days, self.code = -1, 0.0, 0.0, outcome.POSTPONED
        self.planned, self.planned_day, self.ends = True, 0.0, False
        self.balance, self.drift, self.information = w[W.BALANCE_START], 0.0, w[W.BARGAINING_INFORMATION]
        self.progress = self.talk_time = self.abeyance_days = self.publicity = self.leverage = 0.0
        self.met_share, self.met = 0.0, 0.0
        self.held = self.postponed = self.streak = self.incident_count = 0
        self.abeyance, self.level, self.venue = False, x.start_level, -1
        self.texts_ever, self.procedural_ever, self.peak = False, False, 0
        self.refusals = self.amendments = self.collapses = self.breakoffs = 0
        self.texts_day = self.procedural_day = math.nan
        self.expected = self.deal = self.will = self.severity = 0.0
        self.gap_whole = self.gap_start = 0.0
        self.closed = self.latent_closed = math.nan
        self.measured, self.breaks_off = 0, False
        self.closed_by_day: list[float] = []
        self.closed_by_basket: list[list[float]] = []  # by day of measurement
        self.latent_by_day: list[float] = []
        self.since_last = SinceLast()
        self.papers = int((x.document_day < 0.0).sum())
        self.package: Floats = np.zeros(x.issues)
        self.member, self.coalition, self.consents = np.zeros((3, x.parties, x.baskets), dtype=np.int64)
        self.standing: Floats = np.zeros(x.issues)  # the package of settlements that stand
        self.first_terms: Floats = np.full(x.issues, math.nan)
        self.precedent: Floats = th.precedent[0].copy()
        self.parties = [party_class(self, name, k) for k, name in enumerate(self.names.parties)]
        self.mediators = [Mediator(self, name, k) for k, name in enumerate(self.names.mediators)]
        self.sponsors = self._sponsors()
        self.baskets: list[Basket] = create_baskets(self)
        for basket in self.baskets:
            for member in basket.stakeholders:
                member.init_basket(basket)
        agenda.admit_parties(self)
        # Mesa counts agents in a table by model, for good: every run would stay in memory.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        self.hawkes = incidents.HawkesState(x.incidents)
        self.rounds: list[list[float]] = []
        self._remember_war()
        for party in self.parties:
            party.beliefs.expect(party, self)
            party.update_readiness(1.0)
        self.gap = exchange.position_gap(self)
        agenda.read_mandates(self)
        measures.start(self)

    def _remember_war(self) -> None:
        """Set cost, hardening, blame and observed severity from the war before the talks."""
        days, field = float(self.structure.war_days[0]), self.theta.incident
        if not ripeness.reads_past(self.structure.ripeness, days):
            return
        rates, work = np.zeros(self.structure.incidents), np.zeros((2, self.structure.incidents))
        ripeness.mean_rates(field[INCIDENT.RATE], self.theta.branching[0], rates, work)
        for party in self.parties:
            party.remember_war(rates, days)
        for t in range(rates.size):
            self.severity += rates[t] * field[INCIDENT.SEVERITY, t] * days

    def _sponsors(self) -> list[Sponsor]:
        owners: dict[str, list[int]] = {}
        for k, lever in enumerate(self.names.levers):
            owners.setdefault(lever.split(".")[0], []).append(k)
        return [Sponsor(self, name, levers) for name, levers in owners.items()]

    def step(self) -> None:
        """Play one planned round, phase by phase. Sets `running` to false when the run is over."""
        self.planned_step += 1
        if self.planned_step >= self.structure.max_steps:
            self.finish()
            return
        for phase in PHASES:
            if not phase(self):
                break
        if self.ends:
            self.finish()
        elif self.planned:
            report_round(self)

    def finish(self) -> None:
        """End the run: measures of the end, and of the days of measurement that were not reached."""
        self.running = False
        measures.finish(self)

    # What phases and agents ask

    def draw(self, stream: str, *entity: int, sub: int = 0) -> float:
        """The uniform of a stream and entity at this step and this run's fate."""
        key = getattr(self.streams, stream)[entity]
        return uniform(key, self.fate, self.planned_step, sub)

    def present_strength(self, kind: int) -> float:
        """Combined strength, of a kind of `Strength`, of the mediators that have not left."""
        return self._combine(kind, lambda mediator: True)

    def attending_strength(self, kind: int) -> float:
        """Combined strength, of a kind of `Strength`, in the round: at the table in full, beside it in part."""
        return self._combine(kind, lambda mediator: mediator.attends(self.venue))

    def leverage_at_table(self) -> float:
        """Leverage of mediators in the round."""
        return self._leverage(lambda mediator: mediator.attends(self.venue))

    def leverage_present(self) -> float:
        """Leverage of all mediators that have not left."""
        return self._leverage(lambda mediator: True)

    def _combine(self, kind: int, sits: Callable[[Mediator], bool]) -> float:
        """Combined strength of present mediators, in full where one `sits`."""
        rule, w = self.structure.combine, self.world
        total, count = 0.0, 0
        for mediator in self.mediators:
            if mediator.present:
                own = mediator.strength(kind)
                total = mediation_rules.combine_strengths(rule, total, own, sits(mediator), w[W.MEDIATION_BESIDE])
                count += own > 0.0
        return mediation_rules.coordinate(rule, total, count, w[W.MEDIATION_COORDINATION])

    def _leverage(self, sits: Callable[[Mediator], bool]) -> float:
        """Leverage of present mediators, in full where one `sits`."""
        rule, beside = self.structure.combine, self.world[W.MEDIATION_BESIDE]
        total = 0.0
        for mediator in self.mediators:
            if mediator.present:
                own = mediator.strength(Strength.LEVERAGE)
                total = mediation_rules.add_leverage(rule, total, own, sits(mediator), beside)
        return total

    def least_readiness(self) -> float:
        """The least readiness among the parties that must come."""
        return min((p.readiness for p in self.parties if p.seated), default=1.0)

    def unmet_conditions(self, party: int) -> int:
        """How many of a party's conditions for meeting do not hold."""
        table = self.structure.condition
        return sum(1 for p, kind, target in table.tolist() if p == party and not agenda.holds(self, kind, target))


def play(
    problem: Problem,
    assumption: int,
    fate: int,
    party_class: type[Party] = Party,
    notify: Notify = ignore_events,
) -> NegotiationModel:
    """One run to its end; the finished model holds all that happened."""
    model = NegotiationModel(problem, assumption, fate, party_class, notify)
    while model.running:
        model.step()
    return model
