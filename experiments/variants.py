"""Variants of a scenario written in one line: `SCENARIO,path=value,…`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError
from sim.scenario.load import Loaded, load
from sim.yamlio.reader import read_value


def parse_variant(text: str) -> tuple[str, Loaded]:
    """Parse `SCENARIO` or `SCENARIO,path=value,…` into a label and a loaded scenario.

    Raises
    ------
    ParleyError
        A part has no `=`, or the scenario refuses a change.
    """
    name, parts = _split_name(_split_at_commas(text))
    changes: dict[str, Any] = {}
    for part in parts:
        path, mark, value = part.partition("=")
        if not mark:
            raise ParleyError(f"`{part}` is not of the form path=value; write SCENARIO,path=value,…")
        changes[path.strip()] = read_value(value, path.strip(), text)
    return text, load(name, changes)


def _split_name(parts: list[str]) -> tuple[str, list[str]]:
    """Return the scenario's name and the changes after it; a file's name may contain commas."""
    for k in range(len(parts), 1, -1):
        name = ",".join(parts[:k])
        if Path(name).is_file():
            return name, parts[k:]
    return parts[0], parts[1:]


def _split_at_commas(text: str) -> list[str]:
    """Split a text at its commas, except those inside brackets or quotes: `{assumed: [1, 2]}` stays whole."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter in "[{(") - (letter in ")}]")
        if letter == "," and depth <= 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
