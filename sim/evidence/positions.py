"""Dated positions: what an actor was documented to want, and everything else the documents record.

A value without source, date or locator is refused. A change of position is a new dated entry.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.core.errors import ScenarioError, nearest
from sim.evidence.sources import Source, load_sources
from sim.yamlio.reader import Document, read


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cited(_Entry):
    """A source and where in it."""

    id: str
    locator: str = Field(min_length=1)


class Position(_Entry):
    """What an actor was documented to want on one issue, as a value on the issue's scale."""

    id: str
    issue: str
    value: float = Field(ge=0, le=1)
    kind: Literal["own", "attributed", "media"]
    stance: Literal["demand", "offer", "refusal", "withdrawn", "deferred"]
    speaker: str
    channel: Literal["delegation", "ministry", "president", "legislator", "commentator", "spokesperson", "document"]
    authority: Literal["high", "medium", "low"]
    condition: str | None = None
    condition_met_by: list[str] = []
    insistence: Literal["key_requirement", "basic_provision", "listed", "mentioned"] | None = None
    event: datetime.date
    published: datetime.date
    disclosed: datetime.date
    sources: list[Cited] = Field(min_length=1)
    note: str
    actor: str = ""

    def cited(self) -> str:
        """Source and locator of the first citation, for provenance lines."""
        return f"{self.sources[0].id}, {self.sources[0].locator}"


class Paper(_Entry):
    """A document on the table and the positions it contains."""

    id: str
    title: str
    version: str | int | float
    handed: datetime.date
    disclosed: datetime.date
    positions: list[str]
    sources: list[Cited] = Field(min_length=1)
    note: str


class Act(_Entry):
    """A mandate, offer of a venue, mediation act, incident, delivery … with its date and source."""

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
    sources: list[Cited] = Field(min_length=1)
    note: str


class Context(_Entry):
    """What a commentator said: kept as context, never a position."""

    id: str
    speaker: str
    channel: str
    about: str
    event: datetime.date
    published: datetime.date
    sources: list[Cited] = Field(min_length=1)
    note: str


class Record(BaseModel):
    """All that the documents of a folder say, by kind."""

    model_config = ConfigDict(frozen=True)

    sources: dict[str, Source]
    positions: list[Position]
    papers: list[Paper]
    acts: list[Act]
    context: list[Context]


_KINDS: dict[str, type[_Entry]] = {"positions": Position, "documents": Paper, "acts": Act, "context": Context}


def load_record(folder: Path) -> Record:
    """Read sources and positions of a folder. Raises ScenarioError with file, line and key.

    Kept from one call to the next as long as no file of the folder has changed.
    """
    here = folder.resolve()
    files = sorted([here / "sources.yaml", *(here / "positions").glob("*.yaml")])
    stats = [file.stat() for file in files if file.is_file()]
    return _read(here, tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats))


@lru_cache(maxsize=8)
def _read(folder: Path, state: tuple[tuple[int, int, int], ...]) -> Record:
    sources = load_sources(folder)
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    seen: dict[str, str] = {}
    for path in sorted((folder / "positions").glob("*.yaml")):
        document = read(path)
        for kind, entry, key in _entries(document, path):
            _check(entry, kind, key, document, path, sources, seen)
            model = _KINDS[kind]
            data = {**entry, "actor": document.data["actor"]} if kind == "positions" else entry
            found[kind].append(_model(model, data, key, document, path))
    return Record(
        sources=sources,
        positions=found["positions"],
        papers=found["documents"],
        acts=found["acts"],
        context=found["context"],
    )


def _fail(problem: str, key: tuple[str, ...], document: Document, path: Path) -> ScenarioError:
    return document.refuse(problem, tuple(int(step) if step.isascii() and step.isdigit() else step for step in key))


def _entries(document: Document, path: Path) -> list[tuple[str, dict[str, Any], tuple[str, ...]]]:
    data = document.data
    allowed = ["actor", *_KINDS]
    for key in data:
        if key not in allowed:
            raise _fail(f"unknown key; allowed: {', '.join(allowed)}{nearest(key, allowed)}", (key,), document, path)
    if not isinstance(data.get("actor"), str):
        raise _fail("is missing and must be given", ("actor",), document, path)
    found: list[tuple[str, dict[str, Any], tuple[str, ...]]] = []
    for kind in _KINDS:
        for n, entry in enumerate(data.get(kind) or []):
            if not isinstance(entry, dict):
                raise _fail("expected a mapping", (kind, str(n)), document, path)
            found.append((kind, entry, (kind, str(n))))
    return found


def _check(
    entry: dict[str, Any],
    kind: str,
    key: tuple[str, ...],
    document: Document,
    path: Path,
    sources: dict[str, Source],
    seen: dict[str, str],
) -> None:
    """Refuse repeated ids, undated values, missing or unknown sources."""
    name = str(entry.get("id"))
    if name in seen:
        raise _fail(f"id `{name}` is already used in {seen[name]}", (*key, "id"), document, path)
    seen[name] = path.name
    if kind in ("positions", "acts", "context") and entry.get("event") is None:
        raise _fail(f"`{name}` has no `event` date; an undated value is not admitted", key, document, path)
    if not entry.get("sources"):
        raise _fail(f"`{name}` names no source; give `sources: [{{id, locator}}]`", key, document, path)
    for cited in entry["sources"]:
        if isinstance(cited, dict) and cited.get("id") not in sources:
            known = list(sources)
            name = str(cited.get("id"))
            problem = f"unknown source `{name}`{nearest(name, known)}; sources.yaml lists them"
            raise _fail(problem, (*key, "sources"), document, path)


def _model(model: type[_Entry], data: dict[str, Any], key: tuple[str, ...], document: Document, path: Path) -> _Entry:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = (*key, *map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            allowed = sorted(set(model.model_fields) - {"actor"})
            problem = f"unknown key; allowed: {', '.join(allowed)}{nearest(where[-1], allowed)}"
        else:
            problem = f"{first['msg'][0].lower()}{first['msg'][1:]}"
        raise _fail(problem, where, document, path) from None
