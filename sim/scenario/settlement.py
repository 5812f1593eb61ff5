"""What is settled together: baskets, who has to consent, what is owed afterwards, and the ladder of outcomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.rules.agenda import Bars as BarsChoice
from sim.rules.decision import DecisionRule
from sim.scenario.base import Cited, Day, Model, Name, Title
from sim.scenario.numbers import NonNegative, Positive, Unit
from sim.yamlio.validation import LabelOf


class Rung(Model):
    """A rung of a scenario's own ladder of outcomes: a kind of settlement short of all.

    `shared` is the code that it counts as in records and pooled scores. Spoilers respond from the rung with
    `spoilers: true` on; where none has it, to no settlement in sight.
    """

    code: Name = Field(description="Code in tables, and in `code` of baskets")
    title: Title = Field(min_length=1)
    shared: Literal["procedural", "humanitarian", "ceasefire", "partial"] = Field(
        description="Shared code that it counts as in records and pooled scores"
    )
    spoilers: bool = Field(
        default=False, description="Whether spoilers respond to a settlement in sight from this rung on"
    )


class Obligation(Model):
    """A duty of a party, `due` days after a basket is settled; `blame`: how far each observer blames it."""

    title: Title = ""
    doer: Name = Field(description="Party that owes it")
    due: NonNegative
    blame: dict[Name, Unit] = {}


class Urgency(Cited):
    """Time pressure of a basket of its own: after `days` it is fully urgent, counted from `since`."""

    days: Positive
    since: Day = Field(description="Day from which on the matter is urgent")


class Decision(Cited):
    """Whose consent settles a basket: of all, of veto holders, or of these and a share of each side.

    Without `sides` all others form one side. `weights` are votes; 1 each where none are given.
    """

    rule: Annotated[str, LabelOf(DecisionRule)]
    vetoes: list[Name] = Field(default=[], description="Parties without whose consent nothing is settled")
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of each side that must consent under `sufficient_consensus`"
    )
    sides: dict[Name, list[Name]] = Field(
        default={}, description="Parties of each side, by name of the side; without sides all others form one"
    )
    weights: dict[Name, Annotated[float, Field(ge=0)]] = Field(
        default={}, description="Votes by party; 1 each where none are given"
    )


class Basket(Model):
    """Issues settled together as one package."""

    title: Title
    code: Name = Field(description="Outcome code that its settlement reaches")
    level: str = Field(description="Lowest level of the delegations that can settle it")
    exposure: dict[Name, NonNegative] = {}
    decision: Decision | None = None
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None
    spoils: bool | None = Field(
        default=None,
        description="Whether a settlement in sight brings spoilers to the field; if left out, the ladder decides",
    )
    urgency: Urgency | None = None
    ratified: bool = Field(default=False, description="Whether ratifiers at home must approve it")
    renewable: bool = Field(
        default=False, description="Whether it is open again after delivery, as one exchange follows another"
    )
    obligations: dict[Name, Obligation] = Field(default={}, description="What is owed after its settlement, by name")
