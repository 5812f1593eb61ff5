"""Hashes by which results and code are recognised: of files, of plain data, of rules and engines, of all code."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

CHECKSUM = "checksum"
"""Key under which a manifest holds the hash of all its other keys."""

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("sim", "calibration", "experiments")
_NUMBERS = (
    "sim/core", "sim/yamlio", "sim/evidence", "sim/scenario", "sim/rules", "sim/solvers", "sim/agents", "sim/compiled",
    "sim/tables", "sim/results",
)  # fmt: skip
"""Folders whose code decides the numbers of a run."""
_BLOCK = 1 << 20
_COMMIT = "# branch.oid "
"""How the line of `git status` with the commit begins."""


def hash_bytes(content: bytes) -> str:
    """Return the hash of some bytes, 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def hash_file(path: Path) -> str:
    """Return the hash of a file, read block by block. Raises OSError."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def hash_data(data: Any) -> str:
    """Return the hash of plain data, whatever the order of keys."""
    plain = json.loads(json.dumps(data))
    return hash_bytes(json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode())


def seal(data: dict[str, Any]) -> dict[str, Any]:
    """Return plain data with the hash of all of it under `checksum`."""
    rest = {key: value for key, value in data.items() if key != CHECKSUM}
    return {**rest, CHECKSUM: hash_data(rest)}


def is_sealed(data: dict[str, Any]) -> bool:
    """Return whether plain data is as it was sealed.

    Earlier versions wrote manifests without a checksum and without the hash of the code; they count as sealed.
    """
    if CHECKSUM not in data:
        return "code" not in data
    return bool(seal(data)[CHECKSUM] == data[CHECKSUM])


@cache
def hash_code(root: Path = _ROOT) -> str:
    """Return the hash of all Python files of the project, 24 hexadecimal digits."""
    return _hash_sources(root, _PACKAGES)


@cache
def hash_rules(root: Path = _ROOT) -> str:
    """Return the hash of all Python files that decide the numbers of a run: rules, engines, what feeds them.

    Parameters
    ----------
    root : Path
        The folder that holds the packages; that of this program by default.

    Returns
    -------
    str
        24 hexadecimal digits. Line ends do not count, for checkouts differ in them.
    """
    return _hash_sources(root, _NUMBERS)


def _hash_sources(root: Path, folders: tuple[str, ...]) -> str:
    """Return the hash of names and contents of the Python files below some folders."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


@cache
def describe_checkout(root: Path = _ROOT) -> dict[str, Any] | None:
    """Describe the git checkout that the program runs from.

    Parameters
    ----------
    root : Path
        The folder that holds the packages; that of this program by default.

    Returns
    -------
    dict or None
        `commit`, and `dirty`: whether files differ from it. None where the folder is not a checkout or git is missing.
    """
    git = shutil.which("git") if (root / ".git").exists() else None
    if git is None:
        return None
    status = _ask_git([git, "status", "--porcelain=v2", "--branch"], root)
    if status is None:
        return None
    lines = status.splitlines()
    commit = next((line.removeprefix(_COMMIT) for line in lines if line.startswith(_COMMIT)), "(initial)")
    if commit == "(initial)":  # there is none yet
        return None
    return {"commit": commit, "dirty": not all(line.startswith("#") for line in lines)}


def _ask_git(command: list[str], root: Path) -> str | None:
    """Return what git prints; None where it fails or takes longer than ten seconds."""
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
