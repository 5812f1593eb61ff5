"""What is settled together: baskets, who has to consent, what is owed afterwards, and the ladder of outcomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.rules.agenda import Bars as BarsChoice
from sim.rules.decision import DecisionRule
from sim.scenario.base import Cited, Day, Model, Name
from sim.scenario.numbers import NonNegative, Positive, Unit
from sim.yamlio.validation import LabelOf


class Rung(Model):
    """A rung of a scenario's own ladder of outcomes: a kind of settlement short of all.

    `shared` is the code that it counts as in records and pooled scores. Spoilers respond from the rung with
    `spoilers: true` on; where none has it, to no settlement in sight.
    """

    code: Name
    title: str = Field(min_length=1)
    shared: Literal["procedural", "humanitarian", "ceasefire", "partial"]
    spoilers: bool = False


class Obligation(Model):
    """A duty of a party, `due` days after a basket is settled; `blame`: how far each observer blames it."""

    title: str = ""
    doer: Name
    due: NonNegative
    blame: dict[Name, Unit] = {}


class Urgency(Cited):
    """Time pressure of a basket of its own: after `days` it is fully urgent, counted from `since`."""

    days: Positive
    since: Day


class Decision(Cited):
    """Whose consent settles a basket: of all, of veto holders, or of these and a share of each side.

    Without `sides` all others form one side. `weights` are votes; 1 each where none are given.
    """

    rule: Annotated[str, LabelOf(DecisionRule)]
    vetoes: list[Name] = []
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    sides: dict[Name, list[Name]] = {}
    weights: dict[Name, Annotated[float, Field(ge=0)]] = {}


class Basket(Model):
    """Issues settled together as one package."""

    title: str
    code: Name
    level: str
    exposure: dict[Name, NonNegative] = {}
    decision: Decision | None = None
    bars: Annotated[str, LabelOf(BarsChoice)] | None = None
    spoils: bool | None = None
    urgency: Urgency | None = None
    ratified: bool = False
    renewable: bool = False
    obligations: dict[Name, Obligation] = {}
