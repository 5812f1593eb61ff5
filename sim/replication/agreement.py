"""Agreement of files and manifests of two results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from sim.core.differences import list_differences
from sim.core.identity import hash_file

_MOST_PIXELS = 100_000_000
"""The largest image that is decoded."""
_UNTOLD = {
    "created", "command", "sessions", "checksum", "hashes", "files", "hash", "citations", "git", "tables",
    "source_files", "complete", "fingerprint", "analyses",
}  # fmt: skip
"""Keys that are not inputs: time, command, checksums, and what follows from other keys."""
_MACHINE = {"workers", "chunk", "platform"}
"""Keys of the environment on which no number depends."""


class Agreement(StrEnum):
    """How a file agrees with its repetition."""

    BYTES = "equal to the byte"
    PIXELS = "equal by pixels"
    NUMBERS = "equal in every number"
    DIFFERENT = "differs"
    ABSENT = "was not made again"

    @property
    def agrees(self) -> bool:
        """Whether the file counts as repeated."""
        return self in (Agreement.BYTES, Agreement.PIXELS, Agreement.NUMBERS)


def compare_file(earlier: Path, later: Path, recorded: str) -> Agreement:
    """Compare a file with its repetition.

    Parameters
    ----------
    earlier, later : Path
        The file and its repetition.
    recorded : str
        Hash of the earlier file when it was written.

    Returns
    -------
    Agreement
    """
    if not later.is_file():
        return Agreement.ABSENT
    if hash_file(later) == recorded:
        return Agreement.BYTES
    whole = earlier.is_file() and not earlier.is_symlink() and hash_file(earlier) == recorded
    if whole and earlier.suffix == ".png" and _have_equal_pixels(earlier, later):
        return Agreement.PIXELS
    return Agreement.DIFFERENT


def _have_equal_pixels(first: Path, second: Path) -> bool:
    """Return whether two images have the same size and pixels; False where one cannot be decoded."""
    from PIL import Image

    try:
        with Image.open(first, formats=["PNG"]) as one, Image.open(second, formats=["PNG"]) as other:
            if one.size != other.size or one.size[0] * one.size[1] > _MOST_PIXELS:
                return False
            return one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def list_differing_inputs(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[str]:
    """List the inputs in which two manifests differ.

    Parameters
    ----------
    earlier, later : mapping
        Manifests of one kind.

    Returns
    -------
    list of str
        `input: recorded → now`, with the git commits where the code differs.
    """
    one, other = (dict(_iterate_inputs(manifest)) for manifest in (earlier, later))
    lines = list_differences(one, other)
    if any(line.startswith(("code", "rules")) for line in lines):
        commits = [_describe_commit(manifest.get("git")) for manifest in (earlier, later)]
        lines.append(f"git commit: {commits[0]} → {commits[1]}")
    return lines


def _iterate_inputs(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every input of a manifest by name; a scenario by its hash, the environment by package."""
    for key, value in manifest.items():
        if key == "environment" and isinstance(value, dict):
            yield from _iterate_environment(value)
        elif key in ("scenario", "source") and isinstance(value, dict):
            yield "scenario", value.get("hash")
        elif key == "scenarios" and isinstance(value, list):
            yield from ((f"scenario {entry.get('label')}", entry.get("hash")) for entry in value)
        elif key not in _UNTOLD:
            yield key, value


def _iterate_environment(environment: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what results may depend on: Python, packages, machine and processor."""
    for key, value in environment.items():
        if key == "versions" and isinstance(value, dict):
            yield from ((f"version of {name}", version) for name, version in value.items())
        elif key not in _MACHINE:
            yield key, value


def _describe_commit(git: Any) -> str:
    """Return a commit in words."""
    if not isinstance(git, dict):
        return "no checkout"
    return f"{str(git.get('commit'))[:12]}{' with changes' if git.get('dirty') else ''}"
