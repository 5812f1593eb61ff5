"""The record of a case: its sources, and what they document of each actor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.core.errors import nearest
from sim.evidence.acts import Act, Proposal, Remark
from sim.evidence.positions import Position
from sim.evidence.sources import Fact, FileState, Source, file_state, load_sources
from sim.yamlio.reader import Document, read
from sim.yamlio.tree import KeyPath
from sim.yamlio.validation import describe_value, refuse_entry


class Record(BaseModel):
    """All that the documents of a folder say, by kind; `sources` by id."""

    model_config = ConfigDict(frozen=True)

    sources: dict[str, Source]
    positions: list[Position]
    proposals: list[Proposal]
    acts: list[Act]
    remarks: list[Remark]


_KINDS: dict[str, type[Fact]] = {"positions": Position, "documents": Proposal, "acts": Act, "context": Remark}
_DATED = ("positions", "acts", "context")


def load_record(folder: Path) -> Record:
    """Load the sources and the files of all actors of a folder.

    The folder is read again only after one of its files has changed.

    Parameters
    ----------
    folder : Path
        Holds `sources.yaml`, and one file an actor in `positions/`.

    Raises
    ------
    ScenarioError
        Names file, line and key: an unknown key, a repeated id, an undated entry, a missing or unknown source.
    """
    here = folder.resolve()
    files = [here / "sources.yaml", *_list_files(here)]
    return _read(here, tuple(file_state(file) for file in files if file.is_file()))


def _list_files(folder: Path) -> list[Path]:
    return sorted((folder / "positions").glob("*.yaml"))


@lru_cache(maxsize=8)
def _read(folder: Path, state: tuple[FileState, ...]) -> Record:
    sources = load_sources(folder / "sources.yaml")
    facts: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    files: dict[str, str] = {}
    for path in _list_files(folder):
        document = read(path)
        for kind, entry, place in _iterate_entries(document):
            _check_entry(entry, kind, place, document, sources, files)
            data = entry if kind == "context" else {**entry, "actor": document.data["actor"]}
            facts[kind].append(_build_fact(kind, data, place, document))
    return Record(
        sources=sources,
        positions=facts["positions"],
        proposals=facts["documents"],
        acts=facts["acts"],
        remarks=facts["context"],
    )


def _iterate_entries(document: Document) -> Iterator[tuple[str, dict[str, Any], KeyPath]]:
    """Yield kind, data and place of every entry of an actor's file."""
    data, allowed = document.data, ["actor", *_KINDS]
    for key in data:
        if key not in allowed:
            raise document.refuse(f"unknown key; allowed: {', '.join(allowed)}{nearest(key, allowed)}", (key,))
    if not isinstance(data.get("actor"), str):
        raise document.refuse("is missing and must be given", ("actor",))
    for kind in _KINDS:
        entries = data.get(kind) or []
        if not isinstance(entries, list):
            raise document.refuse(f"expected a list, got {describe_value(entries)}", (kind,))
        for n, entry in enumerate(entries):
            if not isinstance(entry, dict):
                raise document.refuse(f"expected a mapping, got {describe_value(entry)}", (kind, n))
            yield kind, entry, (kind, n)


def _check_entry(
    entry: dict[str, Any],
    kind: str,
    place: KeyPath,
    document: Document,
    sources: dict[str, Source],
    files: dict[str, str],
) -> None:
    """Refuse repeated ids (`files` holds the file of each earlier id), undated entries, missing or unknown sources."""
    name = str(entry.get("id"))
    if name in files:
        raise document.refuse(f"id `{name}` is already used in {files[name]}", (*place, "id"))
    files[name] = document.name
    if kind in _DATED and entry.get("event") is None:
        raise document.refuse(f"`{name}` has no `event` date; an undated value is not admitted", place)
    citations = entry.get("sources")
    if not citations or not isinstance(citations, list):
        raise document.refuse(f"`{name}` names no source; give `sources: [{{id, locator}}]`", place)
    for citation in citations:
        if isinstance(citation, dict) and citation.get("id") not in sources:
            source = str(citation.get("id"))
            problem = f"unknown source `{source}`{nearest(source, list(sources))}; sources.yaml lists them"
            raise document.refuse(problem, (*place, "sources"))


def _build_fact(kind: str, data: dict[str, Any], place: KeyPath, document: Document) -> Fact:
    model = _KINDS[kind]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise refuse_entry(error, document, place, model) from None
