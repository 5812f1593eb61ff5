"""The registration of cases and priors: what was fixed before a simulated case was held against a record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sim.yamlio.reader import read

ROOT = Path(__file__).resolve().parents[1]
FILE = Path(__file__).with_name("registration.yaml")
"""Entries by date: hashes of files and folders, the reason, and for changes the effect on the scores."""


def hash_path(name: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a file, or of all files of a folder with their names.

    Parameters
    ----------
    name : str
        A path relative to the root of the repository.

    Returns
    -------
    str
        The hash; line ends count as `\\n`.
    """
    path = ROOT / name
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
            digest.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def read_entries() -> list[dict[str, Any]]:
    """Read the entries of the registration, oldest first."""
    return list(read(FILE).data["entries"])


def find_changes(entries: list[dict[str, Any]]) -> list[str]:
    """Find the registered paths whose content is not that of the latest entry on them.

    Parameters
    ----------
    entries : list of dict
        Entries with `hashes` by path, oldest first.

    Returns
    -------
    list of str
        Paths that have changed without an entry, each with its present hash.
    """
    latest: dict[str, str] = {}
    for entry in entries:
        latest |= entry["hashes"]
    return [f"{name}: {hash_path(name)}" for name, known in latest.items() if hash_path(name) != known]


def find_incomplete(entries: list[dict[str, Any]]) -> list[str]:
    """Find entries that lack a date, hashes, a reason or the effect on the scores."""
    keys = ("date", "hashes", "reason", "effect")
    return [f"entry {n}: {key}" for n, entry in enumerate(entries, 1) for key in keys if not entry.get(key)]
