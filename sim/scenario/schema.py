"""The schema of scenarios. Every number is a `Number`: documented, assumed with a range, or a convention."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from sim.core.units import NativeUnit
from sim.rules.agenda import Bars as BarsChoice
from sim.rules.concession import ConcessionRule
from sim.rules.spoilers import SurgeMode
from sim.rules.venue import VenueRule
from sim.scenario.base import Cited, Day, EntryName, Model, Name
from sim.scenario.behaviour import Behaviour
from sim.scenario.mediators import Mediator, Sponsor
from sim.scenario.numbers import Any_, Few, Many, NonNegative, Positive, Signed, Unit
from sim.scenario.past import Document, PastSettlement, War
from sim.scenario.settlement import Basket, Decision, Rung
from sim.scenario.switches import Switches
from sim.yamlio.validation import LabelOf


class Option(Model):
    """A labelled point on an issue's scale."""

    at: float = Field(ge=0, le=1)
    label: str


class IssueUnit(Model):
    """What the ends of an issue's scale are in a unit of its own: kilometres, days, people."""

    name: str = Field(min_length=1, description="Name of the unit, in the plural.")
    low: FiniteFloat = Field(description="Amount at 0 on the scale.")
    high: FiniteFloat = Field(description="Amount at 1 on the scale; it may be the smaller one.")

    @model_validator(mode="after")
    def check_ends(self) -> IssueUnit:
        """Refuse two equal ends. Raises ValueError."""
        if self.low == self.high:
            raise ValueError("`low` and `high` are equal, so that all places on the scale would mean the same")
        return self

    def to_native(self) -> NativeUnit:
        """Return the unit that converts and formats places."""
        return NativeUnit(self.name, self.low, self.high)


class Issue(Model):
    """One thing to be settled, on a scale from 0 to 1 with at least two labelled options.

    With a `unit`, terms are printed and drawn in it too; the scale between its ends is linear. It changes no run.
    """

    title: str
    question: str = ""
    theme: str = ""
    basket: Name
    options: list[Option] = Field(min_length=2)
    unit: IssueUnit | None = None


class Stake(Model):
    """One party's stake in one issue. Where `demand` and `reservation` are absent they are derived from documents.

    `conceded`, `age` and `withdrawn` are the inputs of the derivation: the most conceding documented position, its age
    in days at the start, and whether the party withdrew it. `quantile` is the place of the reservation value in its
    admissible range. `end` is the end of the scale the party stands toward, for silent documents.
    """

    end: Literal["low", "high"] | None = None

    demand: Unit | None = None
    reservation: Unit | None = None
    salience: NonNegative | None = None
    red_line: bool = False
    announced: Unit | None = None
    conceded: Unit | None = None
    age: NonNegative | None = None
    withdrawn: Unit | None = None
    quantile: Unit | None = None


class Concession(Model):
    """The named rule by which a party concedes, with its coefficients."""

    rule: Annotated[str, LabelOf(ConcessionRule)] = ConcessionRule.CLOCK.label
    k0: Unit
    beta: Positive
    share: NonNegative
    weight: Unit
    rate: Unit
    step: Unit


class Predicate(Model):
    """A condition: a basket settled or delivered, a document received, or a lever on or off."""

    settled: Name | None = None
    delivered: Name | None = None
    document: Name | None = None
    lever_on: str | None = None
    lever_off: str | None = None


class Precondition(Cited):
    """`party` will not open `basket` until `requires` holds, unless the `sequencing` issue was settled against it."""

    basket: Name
    requires: Predicate
    sequencing: Name | None = None
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None


class Mandate(Cited):
    """From a date on, the lowest level at which a party's delegates may negotiate the named baskets."""

    baskets: list[Name] = Field(min_length=1)
    level: str
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None
    since: Day | None = None


class Ratifier(Model):
    """A body that must approve at home: reservation value `d + reach (r - d)`, utility `status_quo` of no deal."""

    title: str = ""
    reach: NonNegative
    status_quo: Any_
    baskets: list[Name] | None = None


class Entry(Cited):
    """The day from which on a party takes part in the talks. Before it nobody waits for it or asks it."""

    date: Day


class Party(Model):
    """A principal at the table.

    A `mandate` that is left out follows from documented acts; `[]` says that none binds.
    """

    title: str
    actor: Name | None = None
    observer: bool = False
    enters: Entry | None = None
    side: Signed
    deadline: Positive
    compliance: Unit
    optimism: NonNegative
    concession: Concession
    issues: dict[Name, Stake] = {}
    trust: dict[Name, Unit] = {}
    trust_baseline: dict[Name, Unit] = {}
    authority: dict[Name, Unit] = {}
    mandate: list[Mandate] | None = None
    ratifiers: dict[Name, Ratifier] = {}
    preconditions: list[Precondition] = []
    meets_only_if: list[Predicate] = []


class Venue(Model):
    """A place for rounds; `host` names a mediator, if any.

    Where a scenario has `evidence`, `acceptability` may be left to documented acts.
    """

    title: str
    host: Name | None = None
    access: Literal["in person", "online"] = "in person"
    acceptability: dict[Name, Unit] = {}
    insulation: Unit
    publicity: Unit


class VenueChoice(Model):
    """The rule that chooses the venue of the next round."""

    rule: Annotated[str, LabelOf(VenueRule)]
    order: list[Name] = []


class Incident(Model):
    """A type of incident. `excites[j]` is the expected number of incidents of type j that one of these sets off.

    `documented` names what acts of this type are about. A `rate` that is left out follows from their days
    between `counted_since` and `as_of`.
    """

    title: str
    doer: Name | None = None
    offended: list[Name] = Field(min_length=1)
    attribution: dict[Name, dict[Name, Unit]] = {}
    rate: NonNegative | None = None
    documented: list[str] | None = Field(default=None, exclude=True)
    counted_since: Day | None = Field(default=None, exclude=True)
    decay: Positive
    surge: NonNegative
    surge_mode: Annotated[str, LabelOf(SurgeMode)] = SurgeMode.AGREEMENT.label
    excites: dict[Name, NonNegative] = {}
    severity: Unit
    cost: NonNegative
    hardening: NonNegative
    scripted: list[Day] = []


class Calendar(Model):
    """Planned rounds: Weibull gaps, the postponement limit, abeyance. Days.

    `measures: all` adds costly measures to every row of the table of rounds.
    """

    horizon: Positive
    gap_scale: Positive
    gap_shape: Positive
    gap_min: NonNegative
    rounds_per_deadline: Positive
    abeyance_review: Positive
    postponement_limit: Few
    exchanges_per_round: Few
    max_steps: Many
    measure_days: list[Annotated[int, Field(ge=1, le=36500)]] = Field(default=[30, 60, 90, 180], max_length=20)
    measures: Literal["usual", "all"] = "usual"


class Evidence(Model):
    """The folder of the documents, and which are admitted: all, own statements only, or one perspective's media.

    `coder` says whose values count where a second coder gave another. `alternatives` names entries that count in place
    of those of which they are another coding. `left_out` gives the reason why an entry, an issue or a place of the
    documents bears on no number of the scenario.
    """

    folder: str
    admit: str = "all"
    coder: Literal["first", "second"] = "first"
    alternatives: list[str] = []
    left_out: dict[EntryName, str] = {}


class Scenario(Model):
    """A scenario: all that a run needs, every number with its provenance."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: str
    summary: str = ""
    as_of: Day
    start: Day
    evidence: Evidence | None = None
    salience_scale: dict[Name, NonNegative] = Field(default={}, title="Scale of salience")
    outcomes: list[Rung] | None = None
    decision: Decision | None = None
    levels: list[str] = Field(min_length=1)
    start_level: str
    calendar: Calendar = Field(title="Calendar")
    model: Switches
    behaviour: Behaviour
    venue_choice: VenueChoice
    issues: dict[Name, Issue] = Field(min_length=1)
    baskets: dict[Name, Basket] = Field(min_length=1, title="Settled together")
    parties: dict[Name, Party] = Field(min_length=2, title="Party")
    mediators: dict[Name, Mediator] = Field(default={}, title="Mediator")
    sponsors: dict[Name, Sponsor] = Field(default={}, title="Backer")
    venues: dict[Name, Venue] = Field(min_length=1, title="Venue")
    incidents: dict[Name, Incident] = Field(default={}, title="Incidents")
    documents: dict[Name, Document] = {}
    war: War | None = None
    precedents: dict[Name, PastSettlement] = Field(default={}, title="Earlier settlements")
