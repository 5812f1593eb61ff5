"""A wheel installed elsewhere: it runs nothing of a hostile folder, and repeats what a checkout made.

The folder is that of a user without a home, full of modules that are called like those the command needs.
"""

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
    (wheel,) = place.glob("parley_talks-*.whl")
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


def rerun(installed: Path, source: Path, **environment: str) -> tuple[int, str]:
    command = [str(installed / "parley"), "rerun", str(source)]
    done = subprocess.run(
        command, cwd=source.parent, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def results(place: Path) -> Path:
    """Results of five kinds, made by the checkout."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from typer.testing import CliRunner

    from sim.cli.main import app

    folder = place / "results"
    folder.mkdir()
    table = pa.table({"calendar.gap_scale": [20.0, 25.0, 30.0], "weight": [0.5, 0.3, 0.2]})
    pq.write_table(table, folder / "posterior.parquet")
    # A posterior that does not name its model was fitted under version 1.
    first = place / "first.yaml"
    first.write_text("extends: istanbul-2025\nid: first\nmodel: {version: 1}\n", encoding="utf-8")
    for words in (
        ["run", "istanbul-2025", "-n", "200", "-o", str(folder / "run")],
        ["compare", "river-border", "river-border,calendar.horizon=60", "-n", "20", "-o", str(folder / "comparison")],
        ["sweep", "venue", "--runs", "20", "-o", str(folder / "sweep")],
        ["forecast", str(first), "--posterior", str(folder), "--after", "2025-06-02", "-n", "600",
         "-o", str(folder / "forecast.json")],
        ["calibrate", "short", "-o", str(folder / "fit")],
        ["run", "river-border", "-n", "3", "--engine", "mesa", "-o", str(folder / "mesa")],
    ):  # fmt: skip
        assert CliRunner().invoke(app, words).exit_code == 0, words
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["run", "comparison", "sweep", "forecast.json", "fit"])
def test_a_wheel_elsewhere_repeats_every_kind(installed: Path, results: Path, kind: str) -> None:
    status, text = rerun(installed, results / kind)
    assert status == 0 and "differs" not in text and "Recorded inputs that differ" not in text, text
    assert "git" not in text, "a wheel has no commit, which is no difference of code"


@pytest.mark.slow
def test_a_wheel_elsewhere_names_a_flipped_byte_and_a_changed_rule(installed: Path, results: Path) -> None:
    table = results / "mesa" / "runs.parquet"
    content = table.read_bytes()
    table.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    status, text = rerun(installed, results / "mesa", NUMBA_DISABLE_JIT="1")
    assert status == 1 and "runs.parquet: equal to the byte; the file was changed after it was written" in text, text
    table.write_bytes(content)
    (rule,) = (installed.parent / "lib").glob("python*/site-packages/sim/rules/trust.py")
    before = rule.read_bytes()
    rule.write_bytes(before + b"\n# another rule\n")
    status, text = rerun(installed, results / "mesa", NUMBA_DISABLE_JIT="1")
    rule.write_bytes(before)
    assert status == 1 and "rules: " in text and "git commit: " in text, text
