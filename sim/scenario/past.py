"""The schema of what lies before a round: papers handed over, earlier settlements, the war."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.base import Cited, Day, Name, Title
from sim.scenario.numbers import Unit


class Document(Cited):
    """A document handed over on a date, or at the n-th round held."""

    title: Title
    author: Name = Field(description="Party that hands it over")
    handed: Day | None = Field(default=None, description="Date on which it is handed over")
    round: int | None = Field(
        default=None,
        ge=1,
        description="In place of a date: the round, counted among those held, at which it is handed over",
    )


class PastSettlement(Cited):
    """What both sides once agreed on an issue, as both have stated: a precedent."""

    value: Unit
    date: Day = Field(description="Day of that settlement, at the latest `as_of`")


class War(Cited):
    """How long the parties have fought before the talks."""

    since: Day = Field(description="Day from which on the parties have fought")
