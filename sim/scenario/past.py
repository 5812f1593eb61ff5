"""The schema of what lies before a round: papers handed over, earlier settlements, the war."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.base import Cited, Day, Name
from sim.scenario.numbers import Unit


class Document(Cited):
    """A document handed over on a date, or at the n-th round held."""

    title: str
    author: Name
    handed: Day | None = None
    round: int | None = Field(default=None, ge=1)


class PastSettlement(Cited):
    """What both sides once agreed on an issue, as both have stated: a precedent."""

    value: Unit
    date: Day


class War(Cited):
    """How long the parties have fought before the talks."""

    since: Day
