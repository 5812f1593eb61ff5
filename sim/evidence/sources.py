"""Documents and papers that numbers and facts come from, and citations of them."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.yamlio.reader import read
from sim.yamlio.validation import describe_value, refuse_entry

FileState: TypeAlias = tuple[int, int, int]
"""Inode, time of the last change in nanoseconds and size in bytes: a file with the same state has the same content."""


class Fact(BaseModel):
    """Base of all entries of a record: unknown keys are refused, entries are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Fact):
    """One document or paper.

    Attributes
    ----------
    dating : str or None
        How an undated document was dated; `year only` for papers.
    perspective : str
        Whose media the document belongs to; no judgement on its reliability.
    """

    title: str
    publisher: str
    published: datetime.date
    dating: str | None = None
    language: str
    translated: bool
    perspective: str
    url: str | None = None
    file: str | None = None
    cited_for: str

    def citation(self) -> str:
        """Return one line for a list of references."""
        year = self.published.year if self.dating == "year only" else self.published.isoformat()
        where = f" {self.url}" if self.url else ""
        return f"{self.publisher} ({year}). {self.title}.{where}"


class Citation(Fact):
    """A source and the place in it."""

    id: str
    locator: str = Field(min_length=1)

    def __str__(self) -> str:
        """Return source and locator."""
        return f"{self.id}, {self.locator}"


def load_sources(file: Path) -> dict[str, Source]:
    """Load the sources of a YAML file by id. A file that does not exist holds no sources.

    The file is read again only after it has changed.

    Raises
    ------
    ScenarioError
        Names file, line and key.
    """
    return dict(_read(file, file_state(file))) if file.is_file() else {}


def file_state(file: Path) -> FileState:
    """Return the state of a file that exists."""
    status = file.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=16)
def _read(file: Path, state: FileState) -> dict[str, Source]:
    document = read(file)
    entries, sources = document.data.get("sources") or {}, dict[str, Source]()
    if not isinstance(entries, dict):
        raise document.refuse(f"expected a mapping of ids to sources, got {describe_value(entries)}", ("sources",))
    for name, entry in entries.items():
        try:
            sources[name] = Source.model_validate(entry)
        except ValidationError as error:
            raise refuse_entry(error, document, ("sources", name), Source) from None
    return sources
