"""Hashes by which results and code are recognised: of files, of plain data, and of all code of the project."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

CHECKSUM = "checksum"
"""Key under which a manifest holds the hash of all its other keys."""

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("sim", "calibration", "experiments")
_BLOCK = 1 << 20


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
    """Return whether plain data is as it was sealed. Data without a checksum, of an earlier version, counts as such."""
    return CHECKSUM not in data or seal(data)[CHECKSUM] == data[CHECKSUM]


@cache
def hash_code() -> str:
    """Return the hash of all Python files of the project, 24 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py")):
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
