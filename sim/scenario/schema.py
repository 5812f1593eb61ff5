"""The schema of scenarios. Every number is a `Number`: documented, assumed with a range, or a convention."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from sim.core.units import NativeUnit
from sim.rules.agenda import Bars as BarsChoice
from sim.rules.concession import ConcessionRule
from sim.rules.spoilers import SurgeMode
from sim.rules.venue import VenueRule
from sim.scenario.base import Cited, Day, EntryName, Model, Name, Title
from sim.scenario.behaviour import Behaviour
from sim.scenario.mediators import Mediator, Sponsor
from sim.scenario.numbers import Any_, Few, Many, NonNegative, Positive, Signed, Unit
from sim.scenario.past import Document, PastSettlement, War
from sim.scenario.settlement import Basket, Decision, Rung
from sim.scenario.switches import Switches
from sim.yamlio.validation import LabelOf


class Option(Model):
    """A labelled point on an issue's scale."""

    at: float = Field(ge=0, le=1, description="Point on the scale of the issue")
    label: str = Field(description="What this point means")


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

    title: Title
    question: str = Field(default="", description="What is to be settled, as a question")
    theme: str = Field(default="", description="Theme by which documented acts may name several issues at once")
    basket: Name = Field(description="Basket with which it is settled")
    options: list[Option] = Field(
        min_length=2, description="Labelled points of its scale, ascending from `at: 0` to `at: 1`"
    )
    unit: IssueUnit | None = None


class Stake(Model):
    """One party's stake in one issue. Where `demand` and `reservation` are absent they are derived from documents.

    `conceded`, `age` and `withdrawn` are the inputs of the derivation: the most conceding documented position, its age
    in days at the start, and whether the party withdrew it. `quantile` is the place of the reservation value in its
    admissible range. `end` is the end of the scale the party stands toward, for silent documents.
    """

    end: Literal["low", "high"] | None = Field(
        default=None, description="End of the scale that the party stands toward, where documents are silent"
    )

    demand: Unit | None = None
    reservation: Unit | None = None
    salience: NonNegative | None = None
    red_line: bool = Field(
        default=False,
        description="Whether the party accepts nothing beyond its reservation value, whatever it gets elsewhere",
    )
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

    settled: Name | None = Field(default=None, description="Basket that is settled")
    delivered: Name | None = Field(default=None, description="Basket whose obligations are delivered")
    document: Name | None = Field(default=None, description="Document that was handed over")
    lever_on: str | None = Field(default=None, description="Lever that is pulled, as `sponsor.lever`")
    lever_off: str | None = Field(default=None, description="Lever that is not pulled, as `sponsor.lever`")


class Precondition(Cited):
    """`party` will not open `basket` until `requires` holds, unless the `sequencing` issue was settled against it."""

    basket: Name = Field(description="Basket that the party will not open before")
    requires: Predicate
    sequencing: Name | None = Field(
        default=None, description="Issue on what comes first, whose settlement against the party lifts the condition"
    )
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None


class Mandate(Cited):
    """From a date on, the lowest level at which a party's delegates may negotiate the named baskets."""

    baskets: list[Name] = Field(min_length=1, description="Baskets to which it applies")
    level: str = Field(description="Lowest level at which the party's delegates may negotiate them")
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None
    since: Day | None = Field(
        default=None, description="Day from which on it holds; from the start where it is left out"
    )


class Ratifier(Model):
    """A body that must approve at home: reservation value `d + reach (r - d)`, utility `status_quo` of no deal."""

    title: Title = ""
    reach: NonNegative
    status_quo: Any_
    baskets: list[Name] | None = Field(
        default=None, description="Baskets that need its approval; all ratified ones where it is left out"
    )


class Entry(Cited):
    """The day from which on a party takes part in the talks. Before it nobody waits for it or asks it."""

    date: Day = Field(description="Day from which on the party takes part")


class Party(Model):
    """A principal at the table.

    A `mandate` that is left out follows from documented acts; `[]` says that none binds.
    """

    title: Title
    actor: Name | None = Field(default=None, description="Its name in the documents, if another one")
    observer: bool = Field(default=False, description="Whether it only observes: it has no issues and no say")
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
    meets_only_if: list[Predicate] = Field(
        default=[], description="Conditions that must hold for it to come to a round; unmet ones count against coming"
    )


class Venue(Model):
    """A place for rounds; `host` names a mediator, if any.

    Where a scenario has `evidence`, `acceptability` may be left to documented acts.
    """

    title: Title
    host: Name | None = Field(default=None, description="Mediator that hosts it")
    access: Literal["in person", "online"] = Field(
        default="in person", description="Whether the parties meet in person or online"
    )
    acceptability: dict[Name, Unit] = {}
    insulation: Unit
    publicity: Unit


class VenueChoice(Model):
    """The rule that chooses the venue of the next round."""

    rule: Annotated[str, LabelOf(VenueRule)]
    order: list[Name] = Field(default=[], description="Venues in the order of the rules `fixed` (one) and `rotating`")


class Incident(Model):
    """A type of incident. `excites[j]` is the expected number of incidents of type j that one of these sets off.

    `documented` names what acts of this type are about. A `rate` that is left out follows from their days
    between `counted_since` and `as_of`.
    """

    title: Title
    doer: Name | None = Field(default=None, description="Party that does it, if one party alone can")
    offended: list[Name] = Field(min_length=1, description="Parties that bear its cost and are hardened by it")
    attribution: dict[Name, dict[Name, Unit]] = {}
    rate: NonNegative | None = None
    documented: list[str] | None = Field(
        default=None, exclude=True, description="What documented acts of this type are about"
    )
    counted_since: Day | None = Field(
        default=None, exclude=True, description="Day from which on documented acts are counted for its rate"
    )
    decay: Positive
    surge: NonNegative
    surge_mode: Annotated[str, LabelOf(SurgeMode)] = SurgeMode.AGREEMENT.label
    excites: dict[Name, NonNegative] = {}
    severity: Unit
    cost: NonNegative
    hardening: NonNegative
    scripted: list[Day] = Field(default=[], description="Days on which it happens for certain")


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
    postponement_limit: Few = Field(
        description="Planned rounds in a row that may be postponed before talks fall into abeyance"
    )
    exchanges_per_round: Few = Field(description="Turns of offer and answer in a round")
    max_steps: Many = Field(description="Planned rounds after which a run ends in any case")
    measure_days: list[Annotated[int, Field(ge=1, le=36500)]] = Field(
        default=[30, 60, 90, 180],
        max_length=20,
        description="Days at which the closed share of the distance is measured",
    )
    measures: Literal["usual", "all"] = Field(
        default="usual", description="Columns of the table of rounds: the usual ones, or also the costly ones"
    )


class Evidence(Model):
    """The folder of the documents, and which are admitted: all, own statements only, or one perspective's media.

    `coder` says whose values count where a second coder gave another. `alternatives` names entries that count in place
    of those of which they are another coding. `left_out` gives the reason why an entry, an issue or a place of the
    documents bears on no number of the scenario.
    """

    folder: str = Field(description="Folder of the documents, or name of a shipped case")
    admit: str = Field(
        default="all",
        description="Documents that count: `all`, `own` statements of the parties, or the media of one perspective",
    )
    coder: Literal["first", "second"] = Field(
        default="first", description="Coder whose values count where a second one gave another"
    )
    alternatives: list[str] = Field(
        default=[], description="Entries that count in place of those of which they are another coding"
    )
    left_out: dict[EntryName, str] = Field(
        default={}, description="Reason by entry, issue or place why it bears on no number of the scenario"
    )


class Scenario(Model):
    """A scenario: all that a run needs, every number with its provenance."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60, description="Name of the scenario: lower case, digits, hyphens"
    )
    title: Title
    summary: str = Field(default="", description="What it is about, in a few sentences")
    as_of: Day = Field(description="Day up to which documents count")
    start: Day = Field(description="Day of the first planned round")
    evidence: Evidence | None = None
    salience_scale: dict[Name, NonNegative] = Field(
        default={}, title="Scale of salience", description="Salience by how strongly a document insists"
    )
    outcomes: list[Rung] | None = Field(
        default=None,
        description="The kinds of settlement short of all, lowest first, where they are not the shipped ones",
    )
    decision: Decision | None = None
    levels: list[str] = Field(min_length=1, description="Levels of the delegations, lowest first")
    start_level: str = Field(description="Level of the first round")
    calendar: Calendar = Field(title="Calendar")
    model: Switches
    behaviour: Behaviour
    venue_choice: VenueChoice
    issues: dict[Name, Issue] = Field(min_length=1, description="Issues by name")
    baskets: dict[Name, Basket] = Field(min_length=1, title="Settled together", description="Baskets by name")
    parties: dict[Name, Party] = Field(min_length=2, title="Party", description="Parties by name")
    mediators: dict[Name, Mediator] = Field(default={}, title="Mediator", description="Mediators by name")
    sponsors: dict[Name, Sponsor] = Field(default={}, title="Backer", description="Sponsors by name")
    venues: dict[Name, Venue] = Field(min_length=1, title="Venue", description="Venues by name")
    incidents: dict[Name, Incident] = Field(default={}, title="Incidents", description="Types of incidents by name")
    documents: dict[Name, Document] = Field(default={}, description="Documents that are handed over, by name")
    war: War | None = None
    precedents: dict[Name, PastSettlement] = Field(
        default={}, title="Earlier settlements", description="Earlier settlements by issue"
    )
