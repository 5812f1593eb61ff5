"""From a scenario file to a validated, resolved `Scenario`; every refusal names file, line, key and what is allowed."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.core.errors import ScenarioError, nearest
from sim.evidence.positions import Record, load_record
from sim.scenario import merge
from sim.scenario.check import check
from sim.scenario.derive import Derivations, derive
from sim.scenario.explain import NAMES, allowed_at, explained, holds_number
from sim.scenario.numbers import Number, shown
from sim.scenario.reservation import check_room
from sim.scenario.schema import NAME_PATTERN, Scenario
from sim.yamlio.reader import Document, read

MOST_BASES = 100
"""The most files that extend one another, in a row or in all."""
MOST_KEYS = 500_000
"""The most keys that bases bring, each counted as often as it is laid under another file."""


@dataclass(frozen=True)
class Loaded:
    """A scenario ready to run, with what is needed to explain it.

    `data` is the plain data after `extends`, defaults and changes (what a manifest keeps); `derivations` says for each
    derived demand and reservation point which positions it rests on; `origins` knows file and line of every key;
    `changes` are the values the user put at dotted paths, the latest at each path.
    """

    scenario: Scenario
    data: dict[str, Any]
    derivations: Derivations
    origins: merge.Origins = field(repr=False)
    folder: Path = field(repr=False)
    changes: dict[str, Any] = field(default_factory=dict)

    def changed(self, changes: Mapping[str, Any]) -> Loaded:
        """The same scenario with values put at dotted paths; raises ScenarioError on a wrong path or value."""
        changed = _finish(self.data, self.origins, self.folder, changes, self._paths)
        return replace(changed, changes={**self.changes, **changes})

    @cached_property
    def _paths(self) -> list[str]:
        """What can be changed; kept, as a page or a sweep changes one scenario again and again."""
        return known_paths(_validated(self.data, self.origins))

    def documents(self) -> Record | None:
        """The sources and positions that a scenario with `evidence` is derived from; None without."""
        evidence = self.scenario.evidence
        return None if evidence is None else load_record(evidence_folder(self.folder, evidence.folder))


def shipped_folder() -> Path:
    """The folder of the scenarios that come with the package."""
    return Path(str(resources.files("scenarios")))


def shipped() -> list[str]:
    """Ids of the shipped scenarios that can be run (those with an id of their own), in alphabetical order."""
    return [path.stem for path in sorted(shipped_folder().glob("*.yaml")) if "id" in read(path).data]


def locate(name: str) -> Path:
    """The file behind a shipped id or a path. Raises ScenarioError naming the nearest shipped id."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name or path.is_file():
        return path
    candidate = shipped_folder() / f"{name}.yaml"
    if candidate.is_file():
        return candidate
    known = shipped()
    raise ScenarioError(f"no scenario `{name}`; shipped: {', '.join(known)}{nearest(name, known)}, or give a path")


def load(name: str | Path, changes: Mapping[str, Any] | None = None) -> Loaded:
    """Load a shipped scenario or a file, with values put at dotted paths. Raises ScenarioError."""
    path = locate(str(name))
    data, origins = _Layers().load(path)
    data = _with_catalogue(data, origins, path.parent)
    for party in data["parties"] if isinstance(data.get("parties"), dict) else []:
        if not re.fullmatch(NAME_PATTERN, str(party)):  # before the name is copied into every map by party
            raise origins.error(("parties", str(party)), f"`{party}` is no name; {NAMES}")
    return _finish(merge.expand_maps(data), origins, path.parent, changes or {})


class _Layers:
    """Files laid over one another: each is read once, however many others extend it."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[dict[str, Any], merge.Origins]] = {}
        self._keys = 0

    def load(self, path: Path, seen: tuple[Path, ...] = ()) -> tuple[dict[str, Any], merge.Origins]:
        """Read a file and everything it extends, the base first. Raises ScenarioError."""
        try:
            path = path.resolve()
        except (OSError, RuntimeError):
            raise ScenarioError("is a link that leads in a circle", file=path.name) from None
        if path in self._known:
            return self._known[path]
        document = read(path)
        self._check(document, path, seen)
        layer = dict(document.data)
        data: dict[str, Any] = {}
        origins = merge.Origins()
        for parent in _parents(layer.pop("extends", []), path, document):
            base, below = self.load(parent, (*seen, path))
            self._keys += len(below)
            if self._keys > MOST_KEYS:
                problem = f"the files it extends hold more than {MOST_KEYS:,} keys together, the most that are read"
                raise document.refuse(problem, ("extends",))
            data = merge.overlay(data, base)
            origins.include(below)
        if seen:
            layer.pop("id", None)  # an id is a file's own
        self._known[path] = _lay_over(data, layer, origins, path, document), origins
        return self._known[path]

    def _check(self, document: Document, path: Path, seen: tuple[Path, ...]) -> None:
        """Refuse a circle, a long chain and too many files."""
        if path in seen:
            circle = " → ".join(p.name for p in (*seen[seen.index(path) :], path))
            raise document.refuse(f"runs in a circle: {circle}", ("extends",))
        if len(seen) > MOST_BASES or len(self._known) > MOST_BASES:
            raise document.refuse(f"more than {MOST_BASES} files extend one another, the most that are read")


def _lay_over(
    data: dict[str, Any], layer: dict[str, Any], origins: merge.Origins, path: Path, document: Document
) -> dict[str, Any]:
    """A file's own keys over those of its bases; `origins` learns where they stand."""

    def put(key: tuple[str, ...]) -> None:
        origins.note(key, path.name, document.line(tuple(int(k) if k.isascii() and k.isdigit() else k for k in key)))

    def absent(key: tuple[str, ...], there: list[str]) -> None:
        if key[-1] not in allowed_at(key[:-1]):  # else an optional entry, which may as well be left out
            raise document.refuse(f"nothing of this name is there to delete{nearest(key[-1], there)}", key)

    origins.note((), path.name, 1)
    return merge.overlay(data, layer, put, absent)


def _parents(given: Any, child: Path, document: Document) -> list[Path]:
    """The files a file extends: beside it, else shipped."""
    names = given if isinstance(given, list) else [given]
    for name in names:
        if not isinstance(name, str):
            raise document.refuse(f"expected a name or a list of names, got {shown(name)}", ("extends",))
    if len(names) > MOST_BASES:
        raise document.refuse(f"names more than {MOST_BASES} bases, the most that are read", ("extends",))
    return [_parent(name.removesuffix(".yaml"), child, document) for name in names]


def _parent(stem: str, child: Path, document: Document) -> Path:
    for folder in (child.parent, shipped_folder()):
        if (folder / f"{stem}.yaml").is_file():
            return folder / f"{stem}.yaml"
    known = sorted(p.stem for p in {*child.parent.glob("*.yaml"), *shipped_folder().glob("*.yaml")} - {child})
    raise document.refuse(f"`{stem}` is neither beside this file nor shipped{nearest(stem, known)}", ("extends",))


def _with_catalogue(data: dict[str, Any], origins: merge.Origins, folder: Path) -> dict[str, Any]:
    """Defaults applied, and each issue's title and options taken from the catalogue beside the documents."""
    data = merge.apply_defaults(data, origins)
    evidence, issues = data.get("evidence"), data.get("issues")
    if isinstance(evidence, dict) and isinstance(evidence.get("folder"), str) and isinstance(issues, dict):
        file = _documents(folder, evidence["folder"], origins) / "issues.yaml"
        catalogue = read(file).data.get("issues", {}) if file.is_file() else {}
        for name, issue in issues.items():
            if isinstance(issue, dict) and name in catalogue:
                issues[name] = merge.overlay(catalogue[name], issue)
            elif isinstance(issue, dict) and catalogue and "title" not in issue:
                problem = f"is not in the catalogue {file.name}{nearest(name, list(catalogue))}; "
                raise origins.error(("issues", name), problem + "a new issue needs a `title` and `options`")
    return data


def evidence_folder(beside: Path, name: str) -> Path:
    """The folder of sources and positions: beside the scenario file if it is there, else the shipped one."""
    local = beside / name
    if (local / "sources.yaml").is_file():
        return local
    return shipped_folder() / name


def _finish(
    data: dict[str, Any],
    origins: merge.Origins,
    folder: Path,
    changes: Mapping[str, Any],
    paths: list[str] | None = None,
) -> Loaded:
    plain = copy.deepcopy(data)
    if changes:
        known = known_paths(_validated(plain, origins)) if paths is None else paths
        put = [at for path, value in changes.items() for at in merge.set_path(plain, path, value, known, holds_number)]
        origins = origins.changed(put)
    scenario = _validated(plain, origins)
    check(scenario, origins)
    documents = folder if scenario.evidence is None else _documents(folder, scenario.evidence.folder, origins)
    resolved, derivations = derive(scenario, origins, documents)
    check_room(resolved, origins)
    return Loaded(resolved, plain, derivations, origins, folder, dict(changes))


def _documents(folder: Path, name: str, origins: merge.Origins) -> Path:
    """`evidence_folder` where it holds documents; raises ScenarioError where it does not."""
    found = evidence_folder(folder, name)
    if not (found / "sources.yaml").is_file():
        problem = f"neither `{name}` beside this file nor the shipped one holds a sources.yaml"
        raise origins.error(("evidence", "folder"), problem)
    return found


def _validated(plain: dict[str, Any], origins: merge.Origins) -> Scenario:
    try:
        return Scenario.model_validate(plain)
    except ValidationError as error:
        raise explained(error, origins) from None


def known_paths(scenario: Scenario) -> list[str]:
    """Every path at which a value can be set: numbers and switches of this scenario, and absent optional ones."""
    return sorted(".".join(path) for path in _leaves(scenario, ()))


def _leaves(node: Any, path: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    if isinstance(node, BaseModel) and not isinstance(node, Number):
        for name in type(node).model_fields:
            yield from _leaves(getattr(node, name), (*path, name))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, (*path, str(name)))
    else:
        yield path
