"""A reader's changes: tried, listed, undone, and written as a scenario that extends the original."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from sim.app.controls import Changes
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.load import Loaded, load, shipped
from sim.scenario.merge import is_number

# Mappings by party that a scenario may give as one number: written whole, for a part would replace the number.
_WHOLE = {"trust", "trust_baseline", "authority", "exposure", "blame", "leaning", "relief", "pressure", "acceptability"}


class Edits:
    """The changes of one reader to one scenario, with the way back. `loaded` is the scenario as it stands."""

    def __init__(self, name: str):
        self.name = name
        self.base = load(name)
        self.loaded = self.base
        self.changes: Changes = {}
        self._before: list[Changes] = []

    def take(self, changes: Changes) -> None:
        """Adopt changes. Raises ScenarioError and leaves all as it was when the scenario refuses them."""
        if changes == self.changes:
            return
        loaded = self.base.changed(changes) if changes else self.base
        self._before.append(self.changes)
        self.changes, self.loaded = changes, loaded

    def undo(self) -> None:
        """Back to what stood before the latest change."""
        if self._before:
            self.changes = self._before.pop()
            self.loaded = self.base.changed(self.changes) if self.changes else self.base

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return bool(self._before)

    def typed(self, text: str) -> Changes:
        """The changes with a typed `path = value` among them. Raises ScenarioError saying what is wrong with it."""
        from sim.yamlio.reader import read_value

        path, mark, value = text.partition("=")
        if not mark or not path.strip() or not value.strip():
            raise ScenarioError(f"`{text.strip()}` is not of the form path = value, as in calendar.horizon = 90")
        found = read_value(value.strip(), path.strip(), "entry")
        put = {path.strip(): found}
        self.base.changed(self.changes | put)
        return self.changes | dict.fromkeys(_spread(self.base, put), found)

    def rows(self) -> list[tuple[str, str, str]]:
        """Path, value in the scenario, value now; of every change."""
        return [(path, shown(self._own(path)), shown(value)) for path, value in self.changes.items()]

    def _own(self, path: str) -> Any:
        node: Any = self.base.scenario
        for step in path.split("."):
            node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
        return node

    def yaml(self) -> str:
        """A scenario file that extends the original and gives the same numbers as the page."""
        return as_yaml(self.name, self.base, self.loaded, self.changes)


def shown(value: Any) -> str:
    """A value of a scenario in a few words."""
    if value is None:
        return "not given"
    if hasattr(value, "quoted"):
        return str(value.quoted()).split("  [")[0]
    if isinstance(value, dict):
        return " to ".join(f"{x:g}" for x in value["assumed"]) if "assumed" in value else shown(value.get("value"))
    if isinstance(value, list):
        return "; ".join(_entry(entry) for entry in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def _entry(entry: Any) -> str:
    data = entry if isinstance(entry, dict) else getattr(entry, "__dict__", None)
    if data is None:
        return str(entry)
    return f"{', '.join(data['baskets'])}: {data['level']}" if "level" in data else str(data)


def as_yaml(name: str, base: Loaded, loaded: Loaded, changes: Changes) -> str:
    """Changes as a scenario file. `name` is a shipped id, or a path whose file must lie beside the new one."""
    from ruamel.yaml import YAML

    stem = name if name in shipped() else Path(name).stem
    s = base.scenario
    data: dict[str, Any] = {"extends": stem, "id": f"{s.id[:52]}-changed", "title": f"{s.title} (changed)"}
    for path in _spread(loaded, changes):
        steps = path.split(".")
        for cut, step in enumerate(steps[:-1]):
            if step in _WHOLE or step == "attribution":
                steps = steps[: cut + 1]
                break
        _place(data, steps, _written(_dig(loaded.data, steps)))
    out = io.StringIO()
    writer = YAML()
    writer.width = 100
    writer.dump(data, out)
    return f"# Made on the interactive page of parley. Run it with: parley run {data['id']}.yaml\n{out.getvalue()}"


def _spread(loaded: Loaded, changes: Changes) -> list[str]:
    """The paths of changes, those with `*` written out."""
    from sim.scenario.load import known_paths

    found = []
    for path in changes:
        steps = path.split(".")
        known = known_paths(loaded.scenario) if "*" in steps else [path]
        found += [p for p in known if p not in found and _matches(steps, p.split("."))]
    return found


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))


def _dig(data: Any, steps: list[str]) -> Any:
    for step in steps:
        data = data[step]
    return data


def _place(data: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        data = data.setdefault(step, {})
    data[steps[-1]] = value


def _written(value: Any) -> Any:
    """Plain data with bare numbers flagged as set by a user, as the changes flag them; lists and dates as they are."""
    if isinstance(value, dict):
        return value if is_number(value) else {key: _written(below) for key, below in value.items()}
    return value


def explained(error: ParleyError) -> str:
    """An error in the words for somebody who typed or moved something."""
    return str(error).removeprefix("set: ").removeprefix("entry: ")
