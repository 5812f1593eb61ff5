"""YAML files read as plain data with the line of every value, and nothing else a YAML file could do.

Only what a scenario needs is understood: mappings with text keys, lists, and single values (text, numbers,
true and false, nothing, ISO dates). Tags, anchors, aliases and merge keys are refused: they let a file build
objects or grow without bound when read.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ScenarioError
from sim.yamlio.scalars import UNPRINTABLE, character_name
from sim.yamlio.tree import KeyPath, Lines, build, dotted

__all__ = ["MAX_BYTES", "Document", "dotted", "read", "read_value"]

MAX_BYTES = 2_000_000
"""The largest file that is read."""


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data.

    Attributes
    ----------
    name : str
        The file as messages name it.
    data : dict
        Plain dicts (text keys, in the file's order), lists, str, int, float (finite), bool, None, datetime.date.
    """

    name: str
    data: dict[str, Any]
    _lines: Lines = field(repr=False, compare=False)

    def line(self, path: KeyPath = ()) -> int:
        """Line (from 1) of the key or list item at `path`, or of its nearest ancestor that the file has."""
        line, below = self._lines
        for step in path:
            found: Lines | None = None
            if isinstance(below, dict) and isinstance(step, str):
                found = below.get(step)
            elif isinstance(below, list) and isinstance(step, int) and 0 <= step < len(below):
                found = below[step]
            if found is None:
                break
            line, below = found
        return line

    def refuse(self, problem: str, path: KeyPath = ()) -> ScenarioError:
        """A ScenarioError that names this file with the line and the dotted key of `path`."""
        return ScenarioError(problem, file=self.name, line=self.line(path), key=dotted(path) or None)


def read(source: Path | str, name: str | None = None) -> Document:
    """Read a YAML file (a Path) or YAML text (a str).

    Args:
        source: a Path to a UTF-8 file of at most MAX_BYTES, or the text itself.
        name: what messages call it; the file's name without its folder, or `text`, when left out.

    Raises:
        ScenarioError: the file cannot be read, or holds what a scenario may not. Nothing else is raised.
    """
    if isinstance(source, Path):
        name = (source.name or str(source)) if name is None else name
        text = _text_of(source, name)
    else:
        name = "text" if name is None else name
        text = source.removeprefix("\ufeff")
        _check_size(len(text.encode("utf-8", "surrogatepass")), name)
    odd = UNPRINTABLE.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        problem = f"{character_name(odd.group())} is not allowed; plain text is"
        raise ScenarioError(problem, file=name, line=line)
    data, lines = build(text, name)
    return Document(name, data, lines)


def read_value(text: str, path: str, name: str) -> Any:
    """The value that YAML text puts at a path of a scenario. Raises ScenarioError that names the path, not a line."""
    try:
        return read(f"value: {text}", name).data["value"]
    except ScenarioError as error:
        below = (error.key or "").removeprefix("value")
        raise ScenarioError(error.problem, file=name, key=f"{path}{below}") from None


def _text_of(path: Path, name: str) -> str:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ScenarioError("is a folder; a YAML file is needed", file=name)
        if not stat.S_ISREG(status.st_mode):
            raise ScenarioError("is not a regular file; a YAML file is needed", file=name)
        _check_size(status.st_size, name)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioError("no such file", file=name) from None
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=name) from None
    except ValueError:  # a NUL in the path
        raise ScenarioError("is no path of a file", file=repr(name)) from None
    _check_size(len(raw), name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise ScenarioError(problem, file=name, line=line) from None


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise ScenarioError(f"is larger than {MAX_BYTES:,} bytes, the most that is read", file=name)
