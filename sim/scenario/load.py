"""Load a scenario file: a validated, resolved `Scenario`, or a refusal with file, line, key and what is allowed."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.core.errors import ScenarioError, nearest
from sim.evidence.record import Record, load_record
from sim.scenario import merge
from sim.scenario.base import NAME_PATTERN
from sim.scenario.check import check
from sim.scenario.completeness import check_complete
from sim.scenario.derive import Derivations, derive
from sim.scenario.explain import NAMES, explain_error, is_number_at
from sim.scenario.library import find_evidence, find_shipped, list_files, locate, shipped_folder
from sim.scenario.numbers import Number
from sim.scenario.readings import Reading
from sim.scenario.reservations import check_reservations
from sim.scenario.schema import Scenario
from sim.yamlio.reader import Document, read
from sim.yamlio.tree import KeyPath
from sim.yamlio.validation import describe_value, list_keys

MOST_BASES = 100
"""The most files that extend one another, in a row or in all."""
MOST_KEYS = 500_000
"""The most keys that bases bring, each counted as often as it is laid under another file."""


@dataclass(frozen=True)
class Loaded:
    """A scenario ready to run, with what is needed to explain it.

    Attributes
    ----------
    scenario : Scenario
        The scenario with every demand and reservation value.
    data : dict
        Plain data after `extends`, defaults and changes.
    derivations : dict
        For each party and issue the positions that its numbers rest on.
    origins : Origins
        File and line of every key.
    folder : Path
        The folder of the scenario file.
    changes : dict
        The values the user put at dotted paths, the latest at each path.
    readings : dict
        What documented acts say of the parts of the scenario, by path.
    files : tuple of Path
        The files of the scenario, of its bases and of its documents; none for a scenario from plain data.
    """

    scenario: Scenario
    data: dict[str, Any]
    derivations: Derivations
    origins: merge.Origins = field(repr=False)
    folder: Path = field(repr=False)
    changes: dict[str, Any] = field(default_factory=dict)
    readings: dict[merge.Path, Reading] = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = field(repr=False, default=())

    def with_changes(self, changes: Mapping[str, Any]) -> Loaded:
        """Return the same scenario with values put at dotted paths.

        Raises
        ------
        ScenarioError
            Nothing lies at a path, or the scenario does not admit a value.
        """
        variant = _finish(self.data, self.origins, self.folder, changes, self._paths)
        return replace(variant, changes={**self.changes, **changes}, files=self.files)

    @cached_property
    def _paths(self) -> list[str]:
        """Paths that can be changed; stored, as a page or a sweep changes one scenario again and again."""
        return list_paths(_validate(_with_version(self.data, self.origins), self.origins))

    def load_record(self) -> Record | None:
        """Load the record that a scenario with `evidence` is derived from; None without."""
        evidence = self.scenario.evidence
        return None if evidence is None else load_record(_find_record(self.folder, evidence.folder, self.origins))


def load(name: str | Path, changes: Mapping[str, Any] | None = None) -> Loaded:
    """Load a shipped scenario or a file.

    Parameters
    ----------
    name : str or Path
        A shipped id or the path of a file.
    changes : mapping, optional
        Values to put at dotted paths of the scenario; `*` in a path stands for any one name.

    Returns
    -------
    Loaded

    Raises
    ------
    ScenarioError
        Names file, line, key and what is allowed.

    Examples
    --------
    >>> load("istanbul-2025", {"mediators.turkiye.insight": 0.9}).scenario.id
    'istanbul-2025'
    """
    path = locate(str(name))
    layers = _Layers()
    data, origins = layers.read(path)
    data = _add_catalogue(data, origins, path.parent)
    for party in data["parties"] if isinstance(data.get("parties"), dict) else []:
        if not re.fullmatch(NAME_PATTERN, str(party)):  # before the name is copied into every map by party
            raise origins.error(("parties", str(party)), f"`{party}` is not a valid name; {NAMES}")
    loaded = _finish(merge.expand_maps(data), origins, path.parent, changes or {})
    evidence = loaded.scenario.evidence
    documents = [] if evidence is None else _find_record(path.parent, evidence.folder, origins).rglob("*.yaml")
    return replace(loaded, files=(*layers.files, *sorted(documents)))


def load_resolved(data: Mapping[str, Any]) -> Loaded:
    """Load a scenario from plain data that has every demand and reservation value, as a manifest holds it.

    Parameters
    ----------
    data : mapping
        What `dump_scenario` returned.

    Returns
    -------
    Loaded
        A scenario with the same hash, without documents and files. Its citations were checked when it was written.

    Raises
    ------
    ScenarioError
        The data is not such a scenario.
    """
    origins, plain = merge.Origins(), dict(data)
    scenario = _validate(plain, origins)
    check(scenario, origins)
    check_complete(scenario, origins)
    check_reservations(scenario, origins)
    return Loaded(scenario, plain, {}, origins, Path())


class _Layers:
    """Files laid over one another: each is read once, however many others extend it."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[dict[str, Any], merge.Origins]] = {}
        self._keys = 0

    @property
    def files(self) -> list[Path]:
        """The files read so far, in alphabetical order of their paths."""
        return sorted(self._known)

    def read(self, path: Path, children: tuple[Path, ...] = ()) -> tuple[dict[str, Any], merge.Origins]:
        """Read a file and everything it extends, the base first. Raises ScenarioError."""
        try:
            path = path.resolve()
        except (OSError, RuntimeError):
            raise ScenarioError("is a link that leads in a circle", file=path.name) from None
        if path in self._known:
            return self._known[path]
        document = read(path)
        self._check(document, path, children)
        layer = dict(document.data)
        data: dict[str, Any] = {}
        origins = merge.Origins()
        for parent in _find_parents(layer.pop("extends", []), path, document):
            base, below = self.read(parent, (*children, path))
            self._keys += len(below)
            if self._keys > MOST_KEYS:
                problem = f"the files it extends hold more than {MOST_KEYS:,} keys together, the most that are read"
                raise document.refuse(problem, ("extends",))
            data = merge.overlay(data, base)
            origins.include(below)
        if children:
            layer.pop("id", None)  # an id is a file's own
        self._known[path] = _lay_over(data, layer, origins, path, document), origins
        return self._known[path]

    def _check(self, document: Document, path: Path, children: tuple[Path, ...]) -> None:
        """Refuse an experiment, a circle, a long chain and too many files."""
        if "experiment" in document.data:
            problem = "this file is an experiment, not a scenario; `parley sweep` simulates it"
            raise document.refuse(problem, ("experiment",))
        if path in children:
            circle = " → ".join(p.name for p in (*children[children.index(path) :], path))
            raise document.refuse(f"runs in a circle: {circle}", ("extends",))
        if len(children) > MOST_BASES or len(self._known) > MOST_BASES:
            raise document.refuse(f"more than {MOST_BASES} files extend one another, the most that are read")


def _lay_over(
    data: dict[str, Any], layer: dict[str, Any], origins: merge.Origins, path: Path, document: Document
) -> dict[str, Any]:
    """Lay a file's own keys over those of its bases; `origins` records where they are written."""

    def put(key: merge.Path) -> None:
        origins.note(key, path.name, document.line(_key_path(key)))

    def delete(key: merge.Path, siblings: list[str]) -> None:
        if key[-1] in siblings:
            origins.note_deletion(key, path.name, document.line(_key_path(key)))
        elif key[-1] not in list_keys(Scenario, key[:-1]):  # else an optional entry, which may as well be left out
            raise document.refuse(f"nothing of this name is there to delete{nearest(key[-1], siblings)}", key)

    origins.note((), path.name, 1)
    if type(layer.get("as_of")) is datetime.date:
        origins.dates[path.name] = layer["as_of"]
    return merge.overlay(data, layer, put, delete)


def _key_path(path: merge.Path) -> KeyPath:
    """Return a path of texts as a path into a YAML file, in which items of a list are numbers."""
    return tuple(int(step) if step.isascii() and step.isdigit() else step for step in path)


def _find_parents(names: Any, child: Path, document: Document) -> list[Path]:
    """Find the files that a file extends: beside it, else shipped."""
    names = names if isinstance(names, list) else [names]
    for name in names:
        if not isinstance(name, str):
            raise document.refuse(f"expected a name or a list of names, got {describe_value(name)}", ("extends",))
    if len(names) > MOST_BASES:
        raise document.refuse(f"names more than {MOST_BASES} bases, the most that are read", ("extends",))
    return [_find_parent(name.removesuffix(".yaml"), child, document) for name in names]


def _find_parent(stem: str, child: Path, document: Document) -> Path:
    beside = child.parent / f"{stem}.yaml"
    parent = beside if beside.is_file() else find_shipped(stem)
    if parent is None:
        known = sorted(path.stem for path in {*child.parent.glob("*.yaml"), *list_files()} - {child})
        raise document.refuse(f"`{stem}` is neither beside this file nor shipped{nearest(stem, known)}", ("extends",))
    return parent


def _add_catalogue(data: dict[str, Any], origins: merge.Origins, folder: Path) -> dict[str, Any]:
    """Apply defaults, and take each issue's title and options from the catalogue beside the documents."""
    data = merge.apply_defaults(data, origins)
    evidence, issues = data.get("evidence"), data.get("issues")
    if isinstance(evidence, dict) and isinstance(evidence.get("folder"), str) and isinstance(issues, dict):
        file = _find_record(folder, evidence["folder"], origins) / "issues.yaml"
        catalogue = _read_catalogue(file) if file.is_file() else {}
        for name, issue in issues.items():
            if isinstance(issue, dict) and name in catalogue:
                issues[name] = merge.overlay(catalogue[name], issue)
            elif isinstance(issue, dict) and catalogue and "title" not in issue:
                problem = f"is not in the catalogue {file.name}{nearest(name, list(catalogue))}; "
                raise origins.error(("issues", name), problem + "a new issue needs a `title` and `options`")
    return data


def _read_catalogue(file: Path) -> dict[str, Any]:
    document = read(file)
    catalogue = document.data.get("issues") or {}
    if not isinstance(catalogue, dict) or not all(isinstance(issue, dict) for issue in catalogue.values()):
        raise document.refuse("expected a mapping of names to issues", ("issues",))
    return catalogue


def _find_record(folder: Path, name: str, origins: merge.Origins) -> Path:
    """Return the folder of the documents. Raises ScenarioError where there is none."""
    record = find_evidence(folder, name)
    if record is None:
        problem = f"neither a folder `{name}` beside this file nor a shipped case of this name holds a sources.yaml"
        raise origins.error(("evidence", "folder"), problem)
    return record


def _finish(
    data: dict[str, Any],
    origins: merge.Origins,
    folder: Path,
    changes: Mapping[str, Any],
    paths: list[str] | None = None,
) -> Loaded:
    """Put changes, validate, check and derive. `paths` are the paths that can be changed, where they are known."""
    plain = copy.deepcopy(data)
    if changes:
        known = list_paths(_validate(_with_version(plain, origins), origins)) if paths is None else paths
        put = [at for path, value in changes.items() for at in merge.set_path(plain, path, value, known, is_number_at)]
        origins = origins.with_changes(put)
    scenario = _validate(_with_version(plain, origins), origins)
    check(scenario, origins)
    documents = folder if scenario.evidence is None else _find_record(folder, scenario.evidence.folder, origins)
    complete, derivations, readings = derive(scenario, origins, documents)
    check_complete(complete, origins)
    check_reservations(complete, origins)
    return Loaded(complete, plain, derivations, origins, folder, dict(changes), readings)


VERSIONS = (1, 2)
"""Versions of the model; each has a file of its values among the shipped scenarios."""


def _with_version(plain: dict[str, Any], origins: merge.Origins) -> dict[str, Any]:
    """Lay a scenario over the values of its version of the model: what the scenario states itself wins."""
    model = plain.get("model")
    version = model.get("version") if isinstance(model, dict) else None
    if "model" not in plain and "behaviour" not in plain:
        problem = "is missing; a scenario extends another one, or `extends: behaviour`, which holds the shared numbers"
        raise origins.error(("extends",), problem)
    if version not in VERSIONS or isinstance(version, bool):
        raise origins.error(("model", "version"), f"expected 1 or 2, got {describe_value(version)}")
    return merge.overlay(read(shipped_folder() / f"model-{version}.yaml").data, plain)


def _validate(plain: dict[str, Any], origins: merge.Origins) -> Scenario:
    try:
        return Scenario.model_validate(plain)
    except ValidationError as error:
        raise explain_error(error, origins) from None


def list_paths(scenario: Scenario) -> list[str]:
    """List every dotted path at which a value can be set: numbers, switches, and optional entries that are absent."""
    paths = {".".join(path) for path in _iterate_leaves(scenario, ())}
    # What may be left to documented acts.
    places = {f"venues.{v}.acceptability.{p}" for v in scenario.venues for p in scenario.parties}
    places |= {f"mediators.{m}.leaning.{p}" for m in scenario.mediators for p in scenario.parties}
    charged = [t for t, incident in scenario.incidents.items() if incident.documented is not None]
    pairs = [(p, q) for p in scenario.parties for q in scenario.parties if p != q]
    return sorted(paths | places | {f"incidents.{t}.attribution.{p}.{q}" for t in charged for p, q in pairs})


def _iterate_leaves(node: Any, path: merge.Path) -> Iterable[merge.Path]:
    if isinstance(node, BaseModel) and not isinstance(node, Number):
        for name in type(node).model_fields:
            yield from _iterate_leaves(getattr(node, name), (*path, name))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _iterate_leaves(value, (*path, str(name)))
    else:
        yield path
