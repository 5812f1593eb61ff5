"""A reader's changes to a scenario: apply, list and undo them, and write them as a scenario file."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from sim.app.access import open_scenario
from sim.app.controls import Changes
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.library import shipped
from sim.scenario.load import Loaded

# A scenario may state these mappings by party as one number. They are written whole: a part would replace the number.
_WHOLE = {"trust", "trust_baseline", "authority", "exposure", "blame", "leaning", "relief", "pressure", "acceptability"}


class Edits:
    """The changes of one reader to one scenario, and the earlier states. `loaded` is the scenario with the changes."""

    def __init__(self, name: str):
        self.name = name
        self.base = open_scenario(name)
        self.loaded = self.base
        self.changes: Changes = {}
        self._before: list[Changes] = []
        self._files = _read_times(self.base.files)

    def take(self, changes: Changes) -> None:
        """Take changes in place of the present ones. Raises ScenarioError, and changes nothing, if they are refused."""
        if changes == self.changes:
            return
        loaded = self.base.with_changes(changes) if changes else self.base
        self._before.append(self.changes)
        self.changes, self.loaded = changes, loaded

    def undo(self) -> None:
        """Return to the state before the latest change."""
        if self._before:
            self.changes = self._before.pop()
            self.loaded = self.base.with_changes(self.changes) if self.changes else self.base

    @property
    def can_undo(self) -> bool:
        """Whether a change can be undone."""
        return bool(self._before)

    def describe_files(self) -> str:
        """Say which files of the scenario are gone or have changed since it was opened; empty if none."""
        now = _read_times(self.base.files)
        gone = [path.name for path, time in now.items() if time is None and self._files[path] is not None]
        newer = [path.name for path, time in now.items() if time is not None and time != self._files[path]]
        parts = [f"{', '.join(gone)} is gone." if gone else "", f"{', '.join(newer)} has changed." if newer else ""]
        return " ".join(part for part in parts if part)

    def parse_entry(self, text: str) -> Changes:
        """Return the changes with a typed `path = value`. Raises ScenarioError if the entry is wrong."""
        from sim.yamlio.reader import read_value

        path, mark, value = text.partition("=")
        if not mark or not path.strip() or not value.strip():
            raise ScenarioError(f"`{text.strip()}` is not of the form path = value, as in calendar.horizon = 90")
        parsed = read_value(value.strip(), path.strip(), "entry")
        put = {path.strip(): parsed}
        self.base.with_changes(self.changes | put)
        return self.changes | dict.fromkeys(_expand_paths(self.base, put), parsed)

    def expand(self, changes: Changes) -> Changes:
        """Write out paths that contain `*`."""
        return {
            path: value for star, value in changes.items() for path in _expand_paths(self.base, {star: value}) or [star]
        }

    def list_changes(self) -> list[tuple[str, str, str]]:
        """List path, original value and present value of every change."""
        return [
            (path, format_value(self._read_original(path)), format_value(value)) for path, value in self.changes.items()
        ]

    def _read_original(self, path: str) -> Any:
        """Read the value of the scenario without changes."""
        node: Any = self.base.scenario
        for step in path.split("."):
            node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
        return node

    def to_yaml(self) -> str:
        """Write a scenario file that extends the original and gives the numbers of the page."""
        return write_yaml(self.name, self.base, self.loaded, self.changes)


def _read_times(files: tuple[Path, ...]) -> dict[Path, int | None]:
    """Read when each file was last changed; None for one that is gone."""
    times: dict[Path, int | None] = {}
    for path in files:
        try:
            times[path] = path.stat().st_mtime_ns
        except OSError:
            times[path] = None
    return times


def format_value(value: Any) -> str:
    """Format a value of a scenario in a few words."""
    if value is None:
        return "not set"
    if hasattr(value, "format_range"):
        return str(value.format_range())
    if isinstance(value, dict):
        return (
            " to ".join(f"{x:g}" for x in value["assumed"]) if "assumed" in value else format_value(value.get("value"))
        )
    if isinstance(value, list):
        return "; ".join(_format_entry(entry) for entry in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def _format_entry(entry: Any) -> str:
    """Format an entry of a list, such as a mandate."""
    data = entry if isinstance(entry, dict) else getattr(entry, "__dict__", None)
    if data is None:
        return str(entry)
    return f"{', '.join(data['baskets'])}: {data['level']}" if "level" in data else str(data)


def write_yaml(name: str, base: Loaded, loaded: Loaded, changes: Changes) -> str:
    """Write changes as a scenario file.

    `name` is a shipped id, or the path of a file that must stand in the same folder as the new one.
    """
    from sim.yamlio.writer import format_yaml

    stem = name if name in shipped() else Path(name).stem
    s = base.scenario
    data: dict[str, Any] = {"extends": stem, "id": f"{s.id[:52]}-changed", "title": f"{s.title} (changed)"}
    for path in _expand_paths(loaded, changes):
        steps = path.split(".")
        for cut, step in enumerate(steps[:-1]):
            if step in _WHOLE or step == "attribution":
                steps = steps[: cut + 1]
                break
        _write_path(data, steps, deepcopy(_read_path(loaded.data, steps)))
    head = f"# Written by the interactive page of parley. Run it with: parley run {data['id']}.yaml\n"
    return head + format_yaml(data)


def _expand_paths(loaded: Loaded, changes: Changes) -> list[str]:
    """Expand the paths of changes that contain `*`."""
    from sim.scenario.load import list_paths

    paths: list[str] = []
    for path in changes:
        steps = path.split(".")
        known = list_paths(loaded.scenario) if "*" in steps else [path]
        paths += [p for p in known if p not in paths and _matches(steps, p.split("."))]
    return paths


def _matches(pattern: list[str], path: list[str]) -> bool:
    """Whether a path fits a pattern with `*`."""
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))


def _read_path(data: Any, steps: list[str]) -> Any:
    """Read the value at a path."""
    for step in steps:
        data = data[step]
    return data


def _write_path(data: dict[str, Any], steps: list[str], value: Any) -> None:
    """Write a value at a path and make the mappings on the way."""
    for step in steps[:-1]:
        data = data.setdefault(step, {})
    data[steps[-1]] = value


def format_error(error: ParleyError) -> str:
    """Format an error without the prefix that names its origin."""
    return str(error).removeprefix("set: ").removeprefix("entry: ")
