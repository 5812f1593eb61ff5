"""Dated positions: the value an actor was documented to want on an issue. A change of position is a new dated entry."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from sim.evidence.sources import Citation, Fact

Channel = Literal[
    "commentator", "other", "legislator", "spokesperson", "delegation", "ministry", "document", "president"
]
"""Channels by rank, lowest first: of statements of one day, the one of the highest rank counts as the latest."""


class Position(Fact):
    """A documented position of an actor on one issue.

    Attributes
    ----------
    value : float
        The position on the issue's scale, 0 to 1.
    kind : str
        The actor's `own` words, words `attributed` to it by the other side, or the summary of an outlet (`media`).
    condition_met_by : list of str
        Issues of the package that can meet the condition; `external` where none can.
    disclosed : date
        The day on which the other side could know the position.
    alternative_to : str or None
        The id of the position of which this is another coding. It counts only where a scenario asks for it.
    second : float or None
        The value that a second coder gave, where it differs.
    """

    id: str
    issue: str
    value: float = Field(ge=0, le=1)
    second: float | None = Field(default=None, ge=0, le=1)
    kind: Literal["own", "attributed", "media"]
    stance: Literal["demand", "offer", "refusal", "withdrawn", "deferred"]
    speaker: str
    channel: Channel
    authority: Literal["high", "medium", "low"]
    condition: str | None = None
    condition_met_by: list[str] = Field(default=[])
    insistence: Literal["key_requirement", "basic_provision", "listed", "mentioned"] | None = None
    event: datetime.date
    published: datetime.date
    disclosed: datetime.date
    sources: list[Citation] = Field(min_length=1)
    note: str
    alternative_to: str | None = None
    actor: str = ""
