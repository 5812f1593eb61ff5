"""Files of other tools, read within limits of size, and scenarios written from them; nothing is left half-written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError, ScenarioError

MAX_BYTES = 2_000_000
_DECORATION = re.compile(r"[^a-z0-9]+")


def read_text(path: Path, spare: str | None = None) -> str:
    """Read the text of a UTF-8 file of at most MAX_BYTES, or in the `spare` encoding. Raises ScenarioError."""
    name = path.name or str(path)
    try:
        if not path.is_file():
            raise ScenarioError("no such file" if not path.exists() else "is not a regular file", file=name)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ScenarioError(f"cannot be read: {error}", file=name) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(f"is larger than {MAX_BYTES:,} bytes, the most that is read", file=name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if spare is not None:
            return raw.decode(spare)
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError("is not UTF-8; save the file as UTF-8", file=name, line=line) from None


def make_name(text: str, taken: Iterable[str] = (), fallback: str = "item") -> str:
    """Make a name that a scenario may use from a title: lower-case letters, digits, underscores; none of `taken`."""
    plain = _DECORATION.sub("_", text.lower()).strip("_")[:50].strip("_")
    if not plain:
        plain = fallback
    if not plain[0].isalpha():
        plain = f"{fallback}_{plain}"[:54]
    used, name, k = set(taken), plain, 2
    while name in used:
        name, k = f"{plain}_{k}", k + 1
    return name


def clip_text(text: str) -> str:
    """Put a text on one printable line of at most 200 characters, for titles and messages."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def number_repeats(labels: list[str]) -> tuple[str, ...]:
    """Put a number behind labels that repeat."""
    names: dict[str, None] = {}
    for label in labels:
        name, k = label or "option", 2
        while name in names:
            name, k = f"{label} ({k})", k + 1
        names[name] = None
    return tuple(names)


def write_scenario(data: dict[str, Any], out: Path, head: str) -> None:
    """Write a scenario file after making sure that it loads. Raises ParleyError; then nothing is left behind."""
    from ruamel.yaml import YAML

    from sim.scenario.load import load

    if out.suffix not in (".yaml", ".yml"):
        raise ParleyError(f"{out} does not end in .yaml")
    if out.exists():
        raise ParleyError(f"{out} exists; give a new name")
    draft = out.with_name(f".{out.stem}.draft.yaml")
    yaml = YAML()
    yaml.width = 110
    try:
        with draft.open("w", encoding="utf-8") as stream:
            stream.write("".join(f"# {line}\n" for line in head.splitlines()))
            yaml.dump(data, stream)
        load(draft)
        draft.rename(out)
    except ScenarioError as error:  # the draft is gone when the user reads this
        raise ScenarioError(error.problem, file=out.name, key=error.key) from None
    except OSError as error:
        raise ParleyError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
