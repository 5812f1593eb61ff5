"""Shared by the contracts: the files that are the project's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def committed() -> list[str]:
    """Paths of all committed files that are still there, relative to the root."""
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout: there is nothing that says which files are the project's")
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
