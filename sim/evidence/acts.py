"""Dated acts: mandates, offers of a venue, mediation, incidents, proposals handed over, remarks by commentators."""

from __future__ import annotations

import datetime

from pydantic import Field

from sim.evidence.sources import Citation, Fact


class Act(Fact):
    """Something an actor did, with date and source.

    Attributes
    ----------
    about, towards : str
        What the act is about, and toward whom.
    attributed_by : str or None
        Who says that the actor did it, where the actor does not.
    contested : bool
        Whether somebody denies it.
    """

    id: str
    act: str
    about: str
    towards: str | None = None
    quantity: float | None = None
    unit: str | None = None
    attributed_by: str | None = None
    contested: bool = False
    event: datetime.date
    published: datetime.date
    disclosed: datetime.date
    sources: list[Citation] = Field(min_length=1)
    note: str


class Proposal(Fact):
    """A document handed over in talks, with the ids of the positions it contains."""

    id: str
    title: str
    version: str | int | float
    handed: datetime.date
    disclosed: datetime.date
    positions: list[str]
    sources: list[Citation] = Field(min_length=1)
    note: str


class Remark(Fact):
    """A commentator's words: context for readers, never a position."""

    id: str
    speaker: str
    channel: str
    about: str
    event: datetime.date
    published: datetime.date
    sources: list[Citation] = Field(min_length=1)
    note: str
