"""Mediators at the table, and sponsors outside with their levers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.rules.levers import LeverKind, LeverTrigger
from sim.rules.mediation import TextRule
from sim.scenario.base import Day, Model, Name, Title
from sim.scenario.numbers import Any_, NonNegative, Signed, Unit
from sim.yamlio.validation import LabelOf


class Styles(Model):
    """Strengths of the three mediation styles (Bercovitch; Beardsley et al. 2006).

    `facilitation` may be left to documented acts of the mediator.
    """

    facilitation: Unit | None = None
    formulation: Unit
    manipulation: Unit


class Mediator(Model):
    """A third party at the table. `leaning` is toward (+1) or away from (-1) each party."""

    title: Title
    styles: Styles
    leaning: dict[Name, Signed] = {}
    insight: Unit
    leverage: Unit
    guarantee: Unit
    departure: NonNegative
    leaves: Day | None = Field(default=None, description="Day on which it leaves for certain")
    attends: Literal["always", "hosted"] = Field(
        default="hosted", description="Whether it comes to every round, or only to rounds at venues that it hosts"
    )
    text: Annotated[str, LabelOf(TextRule)] = TextRule.NASH.label


class Lever(Model):
    """A lever of an outside backer: it shifts the balance, the cost of fighting, or readiness to meet."""

    title: Title = ""
    kind: Annotated[str, LabelOf(LeverKind)]
    on: Day | None = Field(default=None, description="Day from which on a dated lever is pulled")
    off: Day | None = Field(default=None, description="Day on which a dated lever is released")
    when: Annotated[str, LabelOf(LeverTrigger)] | None = None
    threshold: Unit
    rate_on: NonNegative
    rate_off: NonNegative
    balance: Any_
    relief: dict[Name, Any_] = {}
    pressure: dict[Name, Any_] = {}


class Sponsor(Model):
    """An outside backer or opponent and its levers. `actor` is its name in the documents."""

    title: Title
    actor: Name | None = Field(default=None, exclude=True, description="Its name in the documents, if another one")
    levers: dict[Name, Lever] = Field(default={}, description="Its levers by name")
