"""The wheel holds what the packages need away from the checkout: scenarios and records as well as code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("parley/", "sim/", "scenarios/", "calibration/", "experiments/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the wheel, built with what the test environment has: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("parley_talks-*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def missing(wheel: Iterable[str], committed: Iterable[str]) -> set[str]:
    """Committed files of the packages that the wheel does not hold."""
    return {name for name in committed if name.startswith(PACKAGES)} - set(wheel)


def test_the_wheel_holds_every_file_of_the_packages(wheel: set[str], committed: list[str]) -> None:
    assert missing(wheel, committed) == set()


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name for name in wheel if not name.startswith((*PACKAGES, "parley_talks-"))} == set()


def test_control_a_lost_data_file_is_found(wheel: set[str], committed: list[str]) -> None:
    assert missing(wheel - {"scenarios/papers.yaml"}, committed) == {"scenarios/papers.yaml"}
    assert missing({name for name in wheel if name.endswith(".py")}, committed) >= {"scenarios/papers.yaml"}
