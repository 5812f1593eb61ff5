"""A wheel, installed by another user without a home, run in a folder of modules that are called like those it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
HOSTILE = (
    "sim", "scenarios", "experiments", "calibration", "parley", "numpy", "numba", "platform", "socket", "signal",
    "json", "typing", "random", "streamlit",
)  # fmt: skip
MARK = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\nraise SystemExit(99)\n"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that other users may enter; pytest keeps its own to the user who runs it."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def installed(place: Path) -> Path:
    """A fresh environment that holds the wheel, and this environment's packages behind it."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run(build, capture_output=True, check=True)
    venv.create(place / "env", with_pip=False)
    python = place / "env" / "bin" / "python"
    (wheel,) = place.glob("parley-*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(pip, capture_output=True, check=True)
    (packages,) = (place / "env" / "lib").glob("python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return place / "env" / "bin"


def find_user(command: list[str]) -> dict[str, int]:
    """The user without rights where the interpreter can be run by one, else whoever runs the tests."""
    if os.getuid() != 0:
        return {}
    try:
        done = subprocess.run(command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, check=False)
    except PermissionError:
        return {}
    return {"user": NOBODY, "group": NOBODY} if done.returncode == 0 else {}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="users of POSIX")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["list"],
        ["check", "river-border"],
        ["run", "river-border", "-n", "200", "-o", "out"],
        ["run", "river-border", "-n", "120", "--engine", "mesa", "-o", "mesa"],
        ["compare", "river-border", "river-border,calendar.horizon=60", "-n", "20"],
    ],
)
def test_the_command_runs_nothing_of_the_working_folder(installed: Path, place: Path, arguments: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(dir=place))
    for name in HOSTILE:
        (folder / f"{name}.py").write_text(MARK)
    (folder / "tmp").mkdir()
    for path in (folder, folder / "tmp"):
        path.chmod(0o777)
    user = find_user([str(installed / "python"), "-P", "-c", "import sim, numpy"])
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder / "tmp"), "LANG": "C.UTF-8"}
    command = [str(installed / "parley"), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, **user)
    assert done.returncode == 0, done.stderr
    assert not list(folder.glob("*.ran"))


@pytest.mark.slow
def test_control_an_interpreter_in_the_folder_does(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "platform.py").write_text(MARK)
    done = subprocess.run([str(installed / "python"), "-c", "import platform"], cwd=tmp_path, check=False)
    assert done.returncode == 99 and (tmp_path / "platform.ran").exists()
