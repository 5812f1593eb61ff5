"""Dated acts: mandates, offers of a venue, mediation, incidents, proposals handed over, remarks by commentators."""

from __future__ import annotations

import datetime
from typing import Literal

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
    of : str or None
        The id of another act: this entry tells of the same event, or qualifies what that act says.
    jointly : bool
        Whether all parties at the table did it, as both sides state.
    themes : list of str
        Of a mandate or of insistence: the themes of issues that it speaks of.
    level : str or None
        Of a mandate: who may speak of the themes, the `delegation`, someone `above` it, or only the `leaders`.
    bars : str or None
        Of a mandate: whether it bars discussion or settlement below that level.
    alternative_to : str or None
        The id of the act of which this is another coding. It counts only where a scenario asks for it.
    actor : str
        The actor in whose file the act stands.
    """

    id: str
    act: str
    about: str
    of: str | None = None
    jointly: bool = False
    themes: list[str] = Field(default=[])
    level: Literal["delegation", "above", "leaders"] | None = None
    bars: Literal["settlement", "discussion"] | None = None
    alternative_to: str | None = None
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
    actor: str = ""


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
    actor: str = ""


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
