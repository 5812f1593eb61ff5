"""Scenario files laid over one another: `extends`, defaults, maps given as one number, changes by path.

Works on plain data as read from YAML and remembers for every key the file and line it came from, so that an error
found later can still name them.
"""

from __future__ import annotations

import copy
from typing import Any

from sim.errors import ScenarioError, nearest

Path = tuple[str, ...]
Data = dict[str, Any]


class Origins:
    """File and line of every key of the merged data."""

    def __init__(self) -> None:
        self._at: dict[Path, tuple[str, int | None]] = {}

    def note(self, path: Path, file: str, line: int | None) -> None:
        """Remember where a key was written; the latest layer wins."""
        self._at[path] = (file, line)

    def find(self, path: Path) -> tuple[str | None, int | None]:
        """File and line of a key, or of its nearest ancestor that was written down."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._at:
                return self._at[path[:length]]
        return None, None

    def error(self, path: Path, problem: str) -> ScenarioError:
        """A ScenarioError that names file, line and key."""
        file, line = self.find(path)
        return ScenarioError(problem, file=file, line=line, key=".".join(path) or None)


def is_number(data: Any) -> bool:
    """Whether plain data is one number in any of its forms (such a mapping is replaced, never merged)."""
    if isinstance(data, bool):
        return False
    return isinstance(data, int | float) or (isinstance(data, dict) and ("value" in data or "assumed" in data))


def overlay(base: Data, layer: Data, put: Any = None, path: Path = ()) -> Data:
    """`layer` over `base`: mappings merge, everything else is replaced, null removes a key. Returns new data.

    `put(path)` is called for every key the layer writes.
    """
    merged = dict(base)
    for key, value in layer.items():
        here = (*path, key)
        if put:
            put(here)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and not is_number(value):
            below = merged.get(key)
            merged[key] = overlay(below if isinstance(below, dict) and not is_number(below) else {}, value, put, here)
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
    """Lay `defaults.<entity>` under every such entity and drop the `defaults` key."""
    data = copy.deepcopy(data)
    defaults = data.pop("defaults", {})
    if not isinstance(defaults, dict):
        raise origins.error(("defaults",), "expected a mapping of entities to their defaults")
    for name, below in defaults.items():
        if name not in _DEFAULTS:
            known = sorted(_DEFAULTS)
            raise origins.error(
                ("defaults", name), f"unknown key; allowed: {', '.join(known)}{nearest(name, known)}"
            )
        if not isinstance(below, dict):
            raise origins.error(("defaults", name), "expected a mapping")
        _lay_under(data, below, _DEFAULTS[name])
    return data


def _lay_under(data: Any, below: Data, route: Path) -> None:
    if not isinstance(data, dict):
        return
    if len(route) == 1:
        for key, entity in data.items():
            if entity is None or isinstance(entity, dict):
                data[key] = overlay(copy.deepcopy(below), entity or {})
        return
    head, rest = route[0], route[1:]
    for key in data if head == "*" else [head]:
        _lay_under(data.get(key), below, rest)


# Mappings by party that may be given as one number for all, or with a key `others` for those not named.
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
    """Write out mappings by party that were given as one number or with `others`. Works on data with defaults applied."""
    parties = list(data["parties"]) if isinstance(data.get("parties"), dict) else []
    for route in _PARTY_MAPS:
        _expand(data, route, parties, ())
    incidents = data.get("incidents")
    for incident in incidents.values() if isinstance(incidents, dict) else []:
        if isinstance(incident, dict) and is_number(incident.get("attribution")):
            doer, number = incident.get("doer"), incident["attribution"]
            incident["attribution"] = {p: {doer: copy.deepcopy(number)} for p in parties if doer and p != doer}
    return data


def _expand(data: Any, route: Path, parties: list[str], passed: Path) -> None:
    if not isinstance(data, dict):
        return
    head, rest = route[0], route[1:]
    if rest:
        for key in list(data) if head == "*" else [head]:
            _expand(data.get(key), rest, parties, (*passed, key))
        return
    given = data.get(head)
    # A party has no trust in itself, and a doer does not blame itself.
    own = passed[1] if passed[:1] == ("parties",) else data.get("doer") if head == "blame" else None
    if is_number(given):
        data[head] = {p: copy.deepcopy(given) for p in parties if p != own}
    elif isinstance(given, dict) and "others" in given:
        others = given.pop("others")
        data[head] = {p: given.get(p, copy.deepcopy(others)) for p in parties if p != own} | given


def set_path(data: Data, path: str, value: Any, known: list[str]) -> None:
    """Put `value` at a dotted path (`*` stands for any one name). Numbers keep the note that a user set them.

    Raises ScenarioError with the nearest valid path when nothing is there.
    """
    steps = tuple(path.split("."))
    found = 0
    for target in [p for p in known if _matches(steps, tuple(p.split(".")))]:
        node: Any = data
        *way, last = target.split(".")
        for step in way:
            node = node.setdefault(step, {})
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        was_number = last not in node or is_number(node[last])
        node[last] = {"value": value, "set": True} if plain and was_number else copy.deepcopy(value)
        found += 1
    if not found:
        raise ScenarioError(f"no such path in the scenario{nearest(path, known)}", key=path)


def _matches(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))
