"""The first run on a machine: one process compiles, others wait, none runs what lies in the working folder or hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.compiled import precompile
from sim.results.plan import plan

ROOT = Path(__file__).resolve().parents[2]

DRIVER = """
import os, sys, time
from pathlib import Path
from sim.compiled import precompile

place, name, folder = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[1]) / "cache"

def compile_all(names):
    (place / f"{name}-compiles").touch()
    while not (place / f"{name}-goes-on").exists():
        time.sleep(0.01)

precompile.cache_folder = lambda: folder
precompile.needed = lambda problem: frozenset("ab")
precompile._second_process = lambda names: None
precompile.compile_functions = compile_all
precompile._kernel = lambda problem, memory: None
precompile.Buffer = lambda problem: None
precompile.precompile(None)
(place / f"{name}-done").touch()
"""


class Start:
    """A cold start in a process of its own; compiling is stood in for by waiting for a file."""

    def __init__(self, place: Path, name: str) -> None:
        self.place, self.name = place, name
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
        command = [sys.executable, "-c", DRIVER, str(place), name]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    def await_mark(self, mark: str) -> None:
        """Wait until the process has reached a place."""
        while not (self.place / f"{self.name}-{mark}").exists():
            assert self.process.poll() is None, self.process.communicate()[1]

    def await_message(self) -> str:
        """Wait for a line on the error stream."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def go_on(self) -> None:
        (self.place / f"{self.name}-goes-on").touch()

    @property
    def compiled(self) -> bool:
        return (self.place / f"{self.name}-compiles").exists()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir(mode=0o700)
    return tmp_path


def test_of_several_cold_starts_one_compiles(place: Path) -> None:
    first = Start(place, "first")
    first.await_mark("compiles")
    others = [Start(place, f"other{k}") for k in range(3)]
    for other in others:
        assert other.await_message() == "parley: another process is compiling the engine; waiting for it …\n"
    first.go_on()
    for start in (first, *others):
        assert start.process.wait() == 0
    assert not any(other.compiled for other in others)


def test_another_takes_over_when_the_compiling_process_dies(place: Path) -> None:
    first = Start(place, "first")
    first.await_mark("compiles")
    other = Start(place, "other")
    other.await_message()
    first.process.kill()
    first.process.communicate()
    other.go_on()
    assert other.process.communicate()[1] == "" and other.process.returncode == 0
    assert other.compiled and (place / "other-done").exists()


HOSTILE = ("sim", "numpy", "numba", "platform", "socket", "signal", "json")
MARK = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\nimport time\ntime.sleep(3600)\n"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with modules that leave a mark when they are run, and never end."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in HOSTILE:
        (folder / f"{name}.py").write_text(MARK)
    monkeypatch.chdir(folder)
    return folder


def find_marks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ran"))


def test_the_second_process_runs_nothing_of_the_working_folder(hostile: Path) -> None:
    done = subprocess.run(precompile.build_command([]), capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "") and not find_marks(hostile)


def test_control_the_old_command_ran_it(hostile: Path) -> None:
    (hostile / "sim.py").write_text(MARK.partition("import time")[0])
    command = [part for part in precompile.build_command([]) if part != "-P"]
    command[-1] = command[-1].partition("\n")[2]
    subprocess.run(command, capture_output=True, text=True)
    assert find_marks(hostile) == ["sim.ran"]


def test_the_page_runs_nothing_of_the_working_folder(hostile: Path) -> None:
    """The server is imported in place of started: that imports as much and ends by itself."""
    pytest.importorskip("streamlit")
    from sim.cli.app import build_arguments, build_environment

    safe, _, server, _ = build_arguments(8599)
    code = f"import {server}, streamlit.web.cli; print('imported')"
    environment = build_environment("river-border", "token")
    done = subprocess.run(
        [sys.executable, safe, "-c", code], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0 and "imported" in done.stdout and not find_marks(hostile)


def test_a_second_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, compiled = plan("river-border", 1).problem, list[str]()
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    monkeypatch.setattr(precompile, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(precompile, "_second_process", lambda names: helper)
    monkeypatch.setattr(precompile, "HELPER_SECONDS", 0.0)
    monkeypatch.setattr(precompile, "address", compiled.append)
    monkeypatch.setattr(precompile, "_kernel", lambda *given: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    precompile.precompile(problem)
    assert helper.poll() is not None
    assert set(compiled) == set(precompile.needed(problem))
