"""Folders that are called like parley's packages are refused before anything in them runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import parley

ROOT = Path(parley.__file__).resolve().parents[1]
COMMAND = "import sys; sys.argv[1:] = ['--version']; import parley; parley.main()"


@pytest.mark.parametrize("name", parley.PACKAGES)
@pytest.mark.parametrize("kind", ["module", "package", "folder"])
def test_a_shadow_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "module":
        shadow = tmp_path / f"{name}.py"
    else:
        (tmp_path / name).mkdir()
        shadow = tmp_path / name / ("__init__.py" if kind == "package" else "readme.txt")
    shadow.write_text("from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n")
    # A folder without __init__.py gives way to a package anywhere on the path.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", COMMAND], env=environment, capture_output=True, text=True)
    if kind == "folder":
        assert done.returncode == 0 and done.stdout.startswith("parley ")
    else:
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"parley: `{name}` would be taken from {tmp_path.resolve()}")
        assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.ran"))


def test_control_without_a_shadow_it_runs(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", COMMAND], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("parley "), done.stderr
