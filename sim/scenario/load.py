"""From a scenario file to a validated, resolved `Scenario`; every refusal names file, line, key and what is allowed."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.errors import ScenarioError, nearest
from sim.positions import Record, load_record
from sim.scenario import merge
from sim.scenario.check import check
from sim.scenario.derive import Derivations, derive
from sim.scenario.schema import Scenario
from sim.scenario.yamlfile import read

_BASES = {"issues", "sources"}


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
        changed = _finish(self.data, self.origins, self.folder, changes)
        return replace(changed, changes={**self.changes, **changes})

    def documents(self) -> Record | None:
        """The sources and positions that a scenario with `evidence` is derived from; None without."""
        return None if self.scenario.evidence is None else load_record(_evidence(self.scenario, self.folder))


def shipped_folder() -> Path:
    """The folder of the scenarios that come with the package."""
    return Path(str(resources.files("scenarios")))


def shipped() -> list[str]:
    """Ids of the shipped scenarios that can be run (those with a title of their own), in alphabetical order."""
    found = []
    for path in sorted(shipped_folder().glob("*.yaml")):
        if path.stem not in _BASES and "id" in read(path).data:
            found.append(path.stem)
    return found


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
    return _finish(merge.expand_maps(_with_catalogue(data, origins, path.parent)), origins, path.parent, changes or {})


def _chain(path: Path, origins: merge.Origins, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Read a file and everything it extends, the base first."""
    path = path.resolve()
    document = read(path)
    if path in seen:
        circle = " → ".join(p.name for p in (*seen[seen.index(path) :], path))
        raise ScenarioError(f"`extends` runs in a circle: {circle}", file=path.name, line=document.line(("extends",)))
    layer = dict(document.data)
    parents = layer.pop("extends", [])
    data: dict[str, Any] = {}
    for parent in parents if isinstance(parents, list) else [parents]:
        found = _parent(str(parent), path, document.line(("extends",)))
        data = merge.overlay(data, _chain(found, origins, (*seen, path)))
    if seen and layer.get("id"):
        layer.pop("id")

    def put(key: tuple[str, ...]) -> None:
        origins.note(key, path.name, document.line(tuple(int(k) if k.isdigit() else k for k in key)))

    origins.note((), path.name, 1)
    return merge.overlay(data, layer, put)


def _parent(name: str, child: Path, line: int | None) -> Path:
    stem = name.removesuffix(".yaml")
    for folder in (child.parent, shipped_folder()):
        if (folder / f"{stem}.yaml").is_file():
            return folder / f"{stem}.yaml"
    known = sorted(p.stem for p in [*child.parent.glob("*.yaml"), *shipped_folder().glob("*.yaml")])
    raise ScenarioError(
        f"`{name}` is neither beside this file nor shipped{nearest(name, known)}",
        file=child.name,
        line=line,
        key="extends",
    )


def _with_catalogue(data: dict[str, Any], origins: merge.Origins, folder: Path) -> dict[str, Any]:
    """Defaults applied, and each issue's title and options taken from the catalogue beside the documents."""
    data = merge.apply_defaults(data, origins)
    evidence, issues = data.get("evidence"), data.get("issues")
    if isinstance(evidence, dict) and isinstance(evidence.get("folder"), str) and isinstance(issues, dict):
        file = evidence_folder(folder, evidence["folder"]) / "issues.yaml"
        if file.is_file():
            catalogue = read(file).data.get("issues", {})
            for name, issue in issues.items():
                if isinstance(issue, dict) and name in catalogue:
                    issues[name] = merge.overlay(catalogue[name], issue)
    return data


def evidence_folder(beside: Path, name: str) -> Path:
    """The folder of sources and positions: beside the scenario file if it is there, else the shipped one."""
    local = beside / name
    if (local / "sources.yaml").is_file():
        return local
    return shipped_folder() / name


def _finish(
    data: dict[str, Any], origins: merge.Origins, folder: Path, changes: Mapping[str, Any]
) -> Loaded:
    plain = copy.deepcopy(data)
    if changes:
        known = known_paths(_validated(plain, origins))
        for path, value in changes.items():
            merge.set_path(plain, path, value, known)
    scenario = _validated(plain, origins)
    check(scenario, origins)
    documents = folder if scenario.evidence is None else _evidence(scenario, folder)
    resolved, derivations = derive(scenario, origins, documents)
    return Loaded(resolved, plain, derivations, origins, folder, dict(changes))


def _evidence(scenario: Scenario, folder: Path) -> Path:
    assert scenario.evidence is not None
    return evidence_folder(folder, scenario.evidence.folder)


def _validated(plain: dict[str, Any], origins: merge.Origins) -> Scenario:
    try:
        return Scenario.model_validate(plain)
    except ValidationError as error:
        raise _explained(error, origins) from None


def _explained(error: ValidationError, origins: merge.Origins) -> ScenarioError:
    """The first problem of a pydantic error in our own words."""
    first = error.errors()[0]
    loc = tuple(str(part) for part in first["loc"])
    kind, message = first["type"], first["msg"]
    if kind == "extra_forbidden":
        allowed = _allowed(loc[:-1])
        return origins.error(loc, f"unknown key; allowed: {', '.join(allowed)}{nearest(loc[-1], allowed)}")
    if loc and loc[-1] == "[key]":
        return origins.error(loc[:-1], "names are lower-case letters, digits and underscores, a letter first")
    if kind == "missing":
        return origins.error(loc, "is missing and must be given")
    if kind == "value_error":
        return origins.error(loc, message.removeprefix("Value error, "))
    return origins.error(loc, f"{message[0].lower()}{message[1:]}")


def _allowed(loc: tuple[str, ...]) -> list[str]:
    """Keys the schema allows at a place."""
    here: Any = Scenario
    for step in loc:
        here = _below(here, step)
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _below(annotation: Any, step: str) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _bare(annotation.model_fields[step].annotation) if step in annotation.model_fields else None
    if get_origin(annotation) is dict:
        return _bare(get_args(annotation)[1])
    if get_origin(annotation) is list:
        return _bare(get_args(annotation)[0])
    return None


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        return next((_bare(a) for a in get_args(annotation) if a is not type(None)), None)
    return _bare(get_args(annotation)[0]) if hasattr(annotation, "__metadata__") else annotation


def known_paths(scenario: Scenario) -> list[str]:
    """Every path at which a value can be set: numbers and switches of this scenario, and absent optional ones."""
    return sorted(".".join(path) for path in _leaves(scenario, ()))


def _leaves(node: Any, path: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    from sim.scenario.numbers import Number

    if isinstance(node, BaseModel) and not isinstance(node, Number):
        for name in type(node).model_fields:
            yield from _leaves(getattr(node, name), (*path, name))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, (*path, str(name)))
    else:
        yield path
