"""Read YAML files as plain data that remember the line of every value.

Only what a scenario needs is understood: mappings with text keys, lists, and single values (text, numbers,
true and false, nothing, ISO dates). Tags, anchors, aliases and merge keys are refused: they let a file build
objects or grow without bound when it is read.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ScenarioError
from sim.yamlio.scalars import UNPRINTABLE, name_character
from sim.yamlio.tree import KeyPath, Lines, build, format_path

__all__ = ["MAX_BYTES", "Document", "format_path", "read", "read_value"]

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
        """Return the line of a key or list item, counted from 1.

        Parameters
        ----------
        path : tuple of str and int
            Keys and item numbers from the top. Where the file lacks the path, its nearest ancestor counts.
        """
        line, below = self._lines
        for step in path:
            inner: Lines | None = None
            if isinstance(below, dict) and isinstance(step, str):
                inner = below.get(step)
            elif isinstance(below, list) and isinstance(step, int) and 0 <= step < len(below):
                inner = below[step]
            if inner is None:
                break
            line, below = inner
        return line

    def refuse(self, problem: str, path: KeyPath = ()) -> ScenarioError:
        """Return a ScenarioError that names this file with the line and the dotted key of `path`."""
        return ScenarioError(problem, file=self.name, line=self.line(path), key=format_path(path) or None)


def read(source: Path | str, name: str | None = None) -> Document:
    """Read a YAML file or YAML text.

    Parameters
    ----------
    source : Path or str
        The path of a UTF-8 file of at most MAX_BYTES, or the text itself.
    name : str, optional
        The source as messages name it: by default the file's name without its folder, or `text`.

    Returns
    -------
    Document

    Raises
    ------
    ScenarioError
        The file cannot be read, or holds what a scenario may not. No other error is raised.
    """
    if isinstance(source, Path):
        name = (source.name or str(source)) if name is None else name
        text = _read_text(source, name)
    else:
        name = "text" if name is None else name
        text = source.removeprefix("\ufeff")
        _check_size(len(text.encode("utf-8", "surrogatepass")), name)
    hidden = UNPRINTABLE.search(text)
    if hidden is not None:
        line = text.count("\n", 0, hidden.start()) + 1
        problem = f"{name_character(hidden.group())} is not allowed; plain text is"
        raise ScenarioError(problem, file=name, line=line)
    data, lines = build(text, name)
    return Document(name, data, lines)


def read_value(text: str, path: str, name: str) -> Any:
    """Read the value that YAML text puts at a dotted path of a scenario.

    Raises
    ------
    ScenarioError
        Names the path instead of a line.
    """
    try:
        return read(f"value: {text}", name).data["value"]
    except ScenarioError as error:
        below = (error.key or "").removeprefix("value")
        raise ScenarioError(error.problem, file=name, key=f"{path}{below}") from None


def _read_text(path: Path, name: str) -> str:
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
        raise ScenarioError("is not a valid path of a file", file=repr(name)) from None
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
