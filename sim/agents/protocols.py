"""Protocols of the model, its parties, mediators, sponsors and baskets: what phases and agents may use of each.

The classes themselves stand in `model`, `party`, `mediator`, `sponsor` and `basket`. Because each of them knows the
others by protocol only, no two files import each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sim.core.layout import Floats, Ints, Streams, Structure, Theta
from sim.scenario.names import Names

Notify = Callable[[str, dict[str, Any]], None]
"""Receives the name of an event and its facts."""


class Obligation(Protocol):
    """See `sim.agents.basket.Obligation`."""

    index: int
    doer: int
    term: float
    blame: list[float]
    due: float
    share: float
    pending: bool
    done: bool


class Basket(Protocol):
    """See `sim.agents.basket.Basket`."""

    index: int
    name: str
    lo: int
    hi: int
    obligated: list[int]
    settled: bool
    open: bool
    agenda: int
    agreed: bool
    fallen: int
    settled_day: float
    first_day: float
    leverage_at: float
    balance_at: float
    since: float
    discussed: bool
    latent: bool
    gap: float
    gap_start: float
    closed: float
    surplus: float
    near: float
    in_principle: bool
    proposer: int
    members: Sequence[Party]
    coalition: Sequence[Party]
    signatories: Sequence[Party]

    @property
    def stakeholders(self) -> Sequence[Party]: ...
    @property
    def obligations(self) -> Sequence[Obligation]: ...
    @property
    def slice(self) -> slice: ...
    @property
    def size(self) -> int: ...
    def executed(self) -> bool: ...
    def delivered(self, enough: float) -> bool: ...


class Party(Protocol):
    """See `sim.agents.party.Party`."""

    name: str
    index: int
    entered: bool
    seated: bool
    entry_time: float
    compliance: float
    demand: Floats
    salience: Floats
    reservation: Floats
    estimate: Floats
    offer: Floats
    red: Any
    trust: list[float]
    pain: float
    cost: float
    hardening: float
    blame: float
    readiness: float
    willing: float
    concession: float
    concession_before: float
    received: float
    own_value: float
    offered_value: float
    floor_value: float
    gains: list[float]
    mandate: list[int]
    mandate_bars: list[int]
    deadline: float
    optimism: float
    mean_cost: float
    aspiration: list[float]
    last: list[float]
    floor: list[float]
    salience_total: list[float]
    beliefs: Any

    def init_basket(self, basket: Basket) -> None: ...
    def fade(self, cost: float, hardening: float, blame: float) -> None: ...
    def apply_incident(self, kind: int, offended: bool, cost: float, hardening: float, blame: float) -> None: ...
    def observe_delivery(self, doer: int, share: float, missing: float, blame: float) -> None: ...
    def update_readiness(self, decay: float) -> None: ...
    def shift_reservations(self, balance_change: float) -> None: ...
    def meeting_chance(self, venue: int) -> float: ...
    def acceptability(self, venue: int) -> float: ...
    def pressure(self) -> float: ...
    def concede(self) -> float: ...
    def risk_limit(self) -> float: ...
    def floor_of(self, basket: Basket, leverage: float | None = None) -> float: ...
    def present_aspiration(self, basket: Basket) -> float: ...
    def latent_offer(self, basket: Basket) -> Floats: ...
    def would_accept(self, basket: Basket, package: Floats) -> bool: ...
    def sign(self, basket: Basket) -> None: ...
    def follow_precedents(self) -> None: ...
    def remember_war(self, rates: Floats, days: float) -> None: ...
    def concession_on(self, basket: Basket) -> float: ...
    def utility_of(self, basket: Basket, package: Floats) -> float: ...
    def prepare(self, basket: Basket) -> None: ...
    def level_at(self, basket: Basket, turn: int) -> float: ...
    def make_offer(self, basket: Basket, level: float) -> Floats: ...
    def next_utility(self, basket: Basket, turn: int) -> float: ...
    def accept(self, basket: Basket, package: Floats, threshold: float, u: Callable[[], float]) -> bool: ...
    def evaluate_offers(self, basket: Basket) -> float: ...
    def restart(self) -> None: ...


class Mediator(Protocol):
    """See `sim.agents.mediator.Mediator`."""

    name: str
    index: int
    present: bool

    def strength(self, kind: int) -> float: ...
    def attends(self, venue: int) -> bool: ...
    def consider_leaving(self, days: float) -> None: ...
    def estimate_reservations(self, party: Party, basket: Basket) -> Floats: ...
    def text_threshold(self, party: Party, basket: Basket) -> float: ...


class Sponsor(Protocol):
    """See `sim.agents.sponsor.Sponsor`."""

    name: str
    pulled: dict[int, bool]

    def pull_levers(self, days: float, drift: float) -> float: ...
    def add(self, field: int, party: int, total: float) -> float: ...


class Talks(Protocol):
    """The model of one run, as phases and agents see it; see `sim.agents.model.NegotiationModel`."""

    structure: Structure
    names: Names
    streams: Streams
    theta: Theta
    fate: int
    world: list[float]
    attribution: list[list[list[float]]]
    leaning: list[list[float]]
    acceptability: list[list[float]]
    insulation: list[float]
    on_event: Notify
    observed: bool
    running: bool
    planned_step: int
    day: float
    days: float
    planned: bool
    planned_day: float
    ends: bool
    breaks_off: bool
    balance: float
    drift: float
    information: float
    progress: float
    talk_time: float
    abeyance_days: float
    publicity: float
    leverage: float
    gap: float
    gap_whole: float
    gap_start: float
    closed: float
    latent_closed: float
    expected: float
    deal: float
    will: float
    severity: float
    breakoffs: int
    measured: int
    closed_by_day: list[float]
    closed_by_basket: list[list[float]]
    latent_by_day: list[float]
    precedent: Floats
    precedent_known: bool
    met_share: float
    met: float
    held: int
    postponed: int
    streak: int
    incident_count: int
    abeyance: bool
    level: int
    venue: int
    code: int
    texts_ever: bool
    texts_day: float
    procedural_day: float
    first_terms: Floats
    procedural_ever: bool
    peak: int
    refusals: int
    amendments: int
    collapses: int
    since_last: Any
    papers: int
    member: Ints
    coalition: Ints
    consents: Ints
    package: Floats
    standing: Floats
    hawkes: Any
    rounds: list[list[float]]

    @property
    def parties(self) -> Sequence[Party]: ...
    @property
    def mediators(self) -> Sequence[Mediator]: ...
    @property
    def sponsors(self) -> Sequence[Sponsor]: ...
    @property
    def baskets(self) -> Sequence[Basket]: ...
    def draw(self, stream: str, *entity: int, sub: int = 0) -> float: ...
    def present_strength(self, kind: int) -> float: ...
    def attending_strength(self, kind: int) -> float: ...
    def least_readiness(self) -> float: ...
    def leverage_present(self) -> float: ...
    def leverage_at_table(self) -> float: ...
    def unmet_conditions(self, party: int) -> int: ...
