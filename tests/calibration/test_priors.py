"""The registered priors are those of the scenario files: no range changes without an entry on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.scenario.library import shipped_folder
from sim.yamlio.reader import read

PAGE = (Path(__file__).resolve().parents[2] / "calibration" / "priors.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| ([-0-9.e to]+) \|", re.M)


def list_ranges(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Path and range of every assumed number below a node."""
    if isinstance(node, dict):
        ends = node.get("assumed")
        if isinstance(ends, list):
            yield ".".join(path), " to ".join(f"{end:g}" for end in ends)
        else:
            for key, value in node.items():
                yield from list_ranges(value, (*path, key))


def compare(page: str) -> list[str]:
    """Paths whose range differs between the page and the files shared by all scenarios, or that one of them lacks."""
    files = dict(list_ranges(read(shipped_folder() / "behaviour.yaml").data))
    files |= dict(list_ranges(read(shipped_folder() / "model-2.yaml").data))
    registered = dict(ROW.findall(page))
    return sorted(path for path in files.keys() | registered.keys() if files.get(path) != registered.get(path))


def test_every_shared_range_is_registered() -> None:
    assert compare(PAGE) == []


def test_control_a_range_changed_in_silence() -> None:
    row = "| `behaviour.pace.breakoff` | 0.004 to "
    changed = PAGE.replace(f"{row}0.03", f"{row}0.05")
    assert changed != PAGE
    assert compare(changed) == ["behaviour.pace.breakoff"]
