"""Merge scenario files: `extends`, defaults, one number for a whole map, changes by path.

The functions work on plain data of YAML. `Origins` remembers file and line of every key, so that an error in the merged
data can still name them.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

from sim.core.errors import ScenarioError, nearest
from sim.yamlio.validation import describe_value

Path = tuple[str, ...]
Data = dict[str, Any]
Place = tuple[str, int | None]

CHANGE = "set"
"""The file that messages name where the user's changes put a value."""


class Origins:
    """File and line of every key of the merged data.

    Attributes
    ----------
    dates : dict
        The `as_of` of every file that states one.
    """

    def __init__(self, at: dict[Path, Place] | None = None, dates: dict[str, datetime.date] | None = None) -> None:
        self._at: dict[Path, Place] = {} if at is None else at
        self._deleted: dict[Path, Place] = {}
        self.dates: dict[str, datetime.date] = {} if dates is None else dates

    def note(self, path: Path, file: str, line: int | None) -> None:
        """Remember file and line of a key; the latest layer wins."""
        self._at[path] = (file, line)
        self._deleted.pop(path, None)

    def note_deletion(self, path: Path, file: str, line: int | None) -> None:
        """Remember file and line at which a layer deletes a key of its bases."""
        self._deleted[path] = (file, line)

    def __len__(self) -> int:
        return len(self._at)

    def include(self, other: Origins) -> None:
        """Remember what another layer remembers; where both know a key, the other one's place counts."""
        self._at.update(other._at)
        self._deleted = {path: at for path, at in self._deleted.items() if path not in other._at} | other._deleted
        self.dates.update(other.dates)

    def note_default(self, path: Path, default: Path) -> None:
        """Remember that a key of an entity comes from `defaults`: its file and line are those of the default."""
        if default in self._at:
            self._at.setdefault(path, self._at[default])

    def with_changes(self, paths: list[str]) -> Origins:
        """Return a copy in which the values at dotted paths come from the user's changes and no longer from a file."""
        put = dict.fromkeys((tuple(path.split(".")) for path in paths), (CHANGE, None))
        rest = {path: at for path, at in self._at.items() if not any(path[:n] in put for n in range(len(path) + 1))}
        changed = Origins(rest | put, self.dates)
        changed._deleted = {path: at for path, at in self._deleted.items() if path not in put}
        return changed

    def list_siblings(self, path: Path) -> list[str]:
        """List the other names beside a key, in the order of the files."""
        within = {at[: len(path)]: None for at in self._at if len(at) >= len(path) and at[: len(path) - 1] == path[:-1]}
        return [at[-1] for at in within if at != path]

    def find(self, path: Path) -> tuple[str | None, int | None]:
        """Return file and line of a key, or of its nearest ancestor that a file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._at:
                return self._at[path[:length]]
        return None, None

    def has_line(self, path: Path) -> bool:
        """Whether a file, a default or a change writes a key, be it to delete it."""
        return path in self._at

    def find_deletion(self, name: str) -> Path | None:
        """Return the path of a deleted entity; a lever's name is `sponsor.lever`. None where none is deleted."""
        return next((path for path in self._deleted if ".".join(path[1::2]) in (name, name.split(".")[0])), None)

    def error(self, path: Path, problem: str, *causes: Path) -> ScenarioError:
        """Return a ScenarioError that names file, line and key.

        Parameters
        ----------
        path : tuple of str
            The key at fault.
        problem : str
            What is wrong and what is allowed.
        *causes : tuple of str
            Other keys that the fault may come from. Where the key at fault is inherited, the message also names those
            of them that the file itself or a change sets or deletes; of a mapping also the entries that are deleted.
        """
        file, line = self.find(path)
        own = self._at.get((), (None, None))[0]
        deeds = self._list_deletions(causes, own) or self._list_settings(causes, own, file)
        return ScenarioError("; ".join([problem, *deeds[:3]]), file=file, line=line, key=".".join(path) or None)

    def _list_deletions(self, causes: tuple[Path, ...], own: str | None) -> list[str]:
        """List what the file `own` deletes at keys or just below them."""
        gone = [(path, at) for path, at in self._deleted.items() if at[0] == own and {path, path[:-1]} & {*causes}]
        return [f"{file}:{line} deletes `{'.'.join(path)}`" for path, (file, line) in gone]

    def _list_settings(self, causes: tuple[Path, ...], own: str | None, blamed: str | None) -> list[str]:
        """List which of the keys the file `own` or a change sets, without those that stand in the blamed file."""
        places = [(path, *self._at[path]) for path in causes if path in self._at]
        return [
            f"{'this run' if file == CHANGE else f'{file}:{line}'} sets `{'.'.join(path)}`"
            for path, file, line in places
            if file in (own, CHANGE) and blamed not in (file, CHANGE)
        ]


def is_number(data: Any) -> bool:
    """Whether plain data is one number in any of its forms. Such a mapping is replaced, never merged."""
    if isinstance(data, bool):
        return False
    return isinstance(data, int | float) or (
        isinstance(data, dict) and not {"value", "assumed", "elicited"}.isdisjoint(data)
    )


def overlay(base: Data, layer: Data, put: Any = None, delete: Any = None, path: Path = ()) -> Data:
    """Lay `layer` over `base`: mappings merge, everything else is replaced, null removes a key.

    Parameters
    ----------
    base, layer : dict
        Plain data; neither is changed.
    put : callable, optional
        Receives the path of every key that the layer writes.
    delete : callable, optional
        Receives the path of every key that the layer removes, and the keys that the base has there.
    path : tuple of str
        The place of both within the whole.

    Returns
    -------
    dict
    """
    merged = dict(base)
    for key, value in layer.items():
        here = (*path, key)
        if put:
            put(here)
        if value is None:
            if delete:
                delete(here, list(merged))
            merged.pop(key, None)
        elif isinstance(value, dict) and not is_number(value):
            below = merged.get(key)
            under = below if isinstance(below, dict) and not is_number(below) else {}
            merged[key] = overlay(under, value, put, delete, here)
        else:
            merged[key] = copy.deepcopy(value)
            if put and isinstance(value, dict | list):
                _put_below(value, put, here)
    return merged


def _put_below(value: Any, put: Any, path: Path) -> None:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in entries:
        put((*path, str(key)))
        if isinstance(below, dict | list):
            _put_below(below, put, (*path, str(key)))


# Which default goes under which entities: name of the default, path to the mapping of entities.
_DEFAULTS = {
    "party": ("parties", "*"),
    "stake": ("parties", "*", "issues", "*"),
    "ratifier": ("parties", "*", "ratifiers", "*"),
    "basket": ("baskets", "*"),
    "obligation": ("baskets", "*", "obligations", "*"),
    "mediator": ("mediators", "*"),
    "lever": ("sponsors", "*", "levers", "*"),
    "venue": ("venues", "*"),
    "incident": ("incidents", "*"),
}


def apply_defaults(data: Data, origins: Origins) -> Data:
    """Lay `defaults.<entity>` under every such entity and drop the `defaults` key. Returns new data.

    Raises
    ------
    ScenarioError
        A default is for no kind of entity, or is not a mapping.
    """
    data = copy.deepcopy(data)
    defaults = data.pop("defaults", {})
    if not isinstance(defaults, dict):
        raise origins.error(("defaults",), "expected a mapping of entities to their defaults")
    for name, below in defaults.items():
        if name not in _DEFAULTS:
            known = sorted(_DEFAULTS)
            raise origins.error(("defaults", name), f"unknown key; allowed: {', '.join(known)}{nearest(name, known)}")
        if not isinstance(below, dict):
            raise origins.error(("defaults", name), f"expected a mapping, got {describe_value(below)}")
        for path, holder in _iterate_entities(data, _DEFAULTS[name], ()):
            entity = holder[path[-1]]
            if isinstance(entity, dict):
                holder[path[-1]] = overlay(copy.deepcopy(below), entity)
                _note_defaults(origins, path, ("defaults", name), below, entity)
    return data


def _iterate_entities(data: Any, route: Path, path: Path) -> Iterator[tuple[Path, Data]]:
    """Yield the path of every entity that a route leads to, with the mapping that holds it."""
    if not isinstance(data, dict):
        return
    head, rest = route[0], route[1:]
    for key in list(data) if head == "*" else [head] if head in data else []:
        if rest:
            yield from _iterate_entities(data[key], rest, (*path, key))
        else:
            yield (*path, key), data


def _note_defaults(origins: Origins, path: Path, default: Path, below: Data, entity: Data) -> None:
    """Remember of every key that the entity does not give itself that it came from the default."""
    for key, value in below.items():
        own = entity.get(key)
        if key not in entity:
            origins.note_default((*path, key), (*default, key))
        if isinstance(value, dict) and not is_number(value) and (key not in entity or isinstance(own, dict)):
            _note_defaults(origins, (*path, key), (*default, key), value, own or {})


# Mappings by party for which a file may write one number for all, or a key `others` for the parties without an entry.
_PARTY_MAPS = [
    ("parties", "*", "trust"),
    ("parties", "*", "trust_baseline"),
    ("parties", "*", "authority"),
    ("baskets", "*", "exposure"),
    ("baskets", "*", "obligations", "*", "blame"),
    ("mediators", "*", "leaning"),
    ("sponsors", "*", "levers", "*", "relief"),
    ("sponsors", "*", "levers", "*", "pressure"),
    ("venues", "*", "acceptability"),
]


def expand_maps(data: Data) -> Data:
    """Write out mappings by party for which a file has one number or `others`, in data with defaults. Changes it."""
    parties = list(data["parties"]) if isinstance(data.get("parties"), dict) else []
    for route in _PARTY_MAPS:
        _expand(data, route, parties, ())
    incidents = data.get("incidents")
    for incident in incidents.values() if isinstance(incidents, dict) else []:
        if isinstance(incident, dict) and is_number(incident.get("attribution")):
            doer, number = incident.get("doer"), incident["attribution"]
            has_doer = isinstance(doer, str) and doer
            incident["attribution"] = {p: {doer: copy.deepcopy(number)} for p in parties if has_doer and p != doer}
    return data


def _expand(data: Any, route: Path, parties: list[str], path: Path) -> None:
    if not isinstance(data, dict):
        return
    head, rest = route[0], route[1:]
    if rest:
        for key in list(data) if head == "*" else [head]:
            _expand(data.get(key), rest, parties, (*path, key))
        return
    value = data.get(head)
    # A party has no trust in itself, and a doer does not blame itself.
    own = path[1] if path[:1] == ("parties",) else data.get("doer") if head == "blame" else None
    if is_number(value):
        data[head] = {p: copy.deepcopy(value) for p in parties if p != own}
    elif isinstance(value, dict) and "others" in value:
        others = value.pop("others")
        data[head] = {p: value.get(p, copy.deepcopy(others)) for p in parties if p != own} | value


def set_path(data: Data, path: str, value: Any, known: list[str], is_number_at: Callable[[Path], bool]) -> list[str]:
    """Put a value at a dotted path. Changes `data`.

    Parameters
    ----------
    data : dict
        Plain data of a scenario.
    path : str
        Keys down to the value; `*` stands for any one name.
    value : Any
        A bare number at a path where the schema has a number keeps the note that a user set it.
    known : list of str
        All paths at which a value can be put. One number at the path of a map by party is put for every party.
    is_number_at : callable
        Whether the schema has a number at a path.

    Returns
    -------
    list of str
        The paths at which the value now stands.

    Raises
    ------
    ScenarioError
        No such path. Names the nearest one.
    """
    steps = tuple(path.split("."))
    if "*" in path:
        targets = [p for p in known if _matches(steps, tuple(p.split(".")))]
    else:  # a design may put hundreds of values at once
        targets = [path] if path in known else []
    single = not isinstance(value, list | dict) or is_number(value)
    if not targets and single and any(_matches(route, steps) for route in _PARTY_MAPS):
        # One number for all parties, as a file may write.
        targets = [p for p in known if _matches((*steps, "*"), tuple(p.split(".")))]
    for target in targets:
        node: Any = data
        *holder, last = target.split(".")
        for step in holder:
            node = node.setdefault(step, {})
        bare = isinstance(value, Real) and not isinstance(value, bool)
        if bare and is_number_at((*holder, last)):
            node[last] = {"value": value if isinstance(value, int) else float(value), "set": True}
        else:
            node[last] = copy.deepcopy(value)
    if not targets:
        raise ScenarioError(f"no such path in the scenario{nearest(path, known)}", file=CHANGE, key=path)
    return targets


def _matches(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))
