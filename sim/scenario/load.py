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
    origins = merge.Origins()
    data = _chain(path, origins, ())
    data = _with_catalogue(data, origins, path.parent)
    for party in data["parties"] if isinstance(data.get("parties"), dict) else []:
        if not re.fullmatch(NAME_PATTERN, str(party)):  # before the name is copied into every map by party
            raise origins.error(("parties", str(party)), f"`{party}` is no name; {NAMES}")
    return _finish(merge.expand_maps(data), origins, path.parent, changes or {})


def _chain(path: Path, origins: merge.Origins, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Read a file and everything it extends, the base first."""
    path = path.resolve()
    document = read(path)
    if path in seen:
        circle = " → ".join(p.name for p in (*seen[seen.index(path) :], path))
        raise document.refuse(f"runs in a circle: {circle}", ("extends",))
    layer = dict(document.data)
    data: dict[str, Any] = {}
    for parent in _parents(layer.pop("extends", []), path, document):
        data = merge.overlay(data, _chain(parent, origins, (*seen, path)))
    if seen:
        layer.pop("id", None)  # an id is a file's own

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
