"""What all entities of a scenario share: strict models, names, days, and a source or an assumption."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from sim.yamlio.validation import describe_value

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=60)]
EntryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][-_a-z0-9]*$", max_length=120)]
"""The id of a documented entry, or what an entry is about."""
Title = Annotated[str, Field(description="Name in tables, figures and reports")]


def _read_day(raw: object) -> object:
    """Accept a date of YAML, or its text as JSON and the command line have it; never a number of seconds."""
    if isinstance(raw, str):
        try:
            return datetime.date.fromisoformat(raw)
        except ValueError:
            pass
    if type(raw) is not datetime.date:
        raise ValueError(f"expected a date, YYYY-MM-DD, got {describe_value(raw)}")
    return raw


Day = Annotated[datetime.date, BeforeValidator(_read_day)]


class Model(BaseModel):
    """Base of all entities: unknown keys are refused, nothing is converted, resolved copies are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cited(Model):
    """An entity that rests on a source with the place in it, or on an assumption, as a whole."""

    source: str | None = Field(default=None, description="Id of the source that it rests on, listed in `sources.yaml`")
    locator: str | None = Field(default=None, description="Place in the source: paragraph, page or row")
    assumed: str | None = Field(default=None, description="In place of a source: the reason why it is assumed")
