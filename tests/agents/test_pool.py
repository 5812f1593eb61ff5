"""Chunks of the Mesa engine on several workers: in order, few at a time, and none left when nobody listens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.agents.pool
from sim.agents.pool import mesa_chunks
from sim.results.plan import plan

RUNS, CHUNK, WORKERS = 40, 1, 2
MOST = 2 * WORKERS + 1
"""Two a worker, and the one that is awaited."""


class Pool:
    """Stands for the pool of processes: does nothing until a result is asked for, and keeps what was handed in."""

    given: list[Promise]

    def __init__(self, *_: Any, **__: Any) -> None:
        Pool.given = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Promise:
        Pool.given.append(Promise(work, arguments))
        return Pool.given[-1]


class Promise(Future[Any]):
    """Work that is done when its result is asked for."""

    def __init__(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        super().__init__()
        self.work, self.arguments = work, arguments

    def result(self, timeout: float | None = None) -> Any:
        return self.work(*self.arguments)


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sim.agents.pool, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(sim.agents.pool, "mesa_chunk", lambda problem, start, *_: start)
    problem, index = plan("river-border", 1, 0, engine="mesa", workers=1).problem, np.arange(RUNS)
    return mesa_chunks(problem, index, index, CHUNK, WORKERS, None)


def test_few_chunks_are_under_way_at_a_time(chunks: Any) -> None:
    ahead = [len(Pool.given) - taken for taken, _ in enumerate(chunks)]
    assert max(ahead) == MOST
    assert len(Pool.given) == RUNS


def test_chunks_come_in_order(chunks: Any) -> None:
    assert list(chunks) == list(range(RUNS))


def test_what_nobody_waits_for_any_longer_is_not_begun(chunks: Any) -> None:
    assert [next(chunks), next(chunks)] == [0, 1]
    chunks.close()
    assert [promise.cancelled() for promise in Pool.given] == [False, False, *[True] * (MOST - 1)]


WORK = """
import json, os, signal, sys
from pathlib import Path
import numpy as np
import sim.agents.pool as pool

place = Path(sys.argv[1])

def chunk(problem, start, assumptions, fates, party_class):
    if start in problem:
        mark = place / f"{start}-{len(list(place.glob(f'{start}-*')))}"
        mark.touch()
        if len(list(place.glob(f"{start}-*"))) <= problem[start]:
            os.kill(os.getpid(), signal.SIGKILL)
    return start

if __name__ == "__main__":
    pool.mesa_chunk = chunk
    kills = {int(k): n for k, n in json.loads(sys.argv[2]).items()}
    index = np.arange(8)
    try:
        print(list(pool.mesa_chunks(kills, index, index, 1, 2, None)))
    except pool.WorkerError as error:
        print("refused", error)
"""


def run_in_processes(script: Path, place: Path, kills: dict[int, int]) -> str:
    """What a script prints that runs eight chunks in two processes, of which some are killed so many times."""
    script.write_text(WORK)
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.agents.pool.__file__).parents[2])}
    command = [sys.executable, str(script), str(place), json.dumps(kills)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kills", [{5: 2}])
def test_the_work_of_a_killed_process_is_done_again(tmp_path: Path, kills: dict[int, int]) -> None:
    (tmp_path / "marks").mkdir()
    assert run_in_processes(tmp_path / "script.py", tmp_path / "marks", kills) == f"{list(range(8))}\n"


def test_what_kills_every_process_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    assert run_in_processes(tmp_path / "script.py", tmp_path / "marks", {3: 99}).startswith("refused processes of the")
    assert len(list((tmp_path / "marks").iterdir())) == sim.agents.pool.RETRIES + 1


ORPHAN = """
import os, sys, time
from pathlib import Path
import numpy as np
import sim.agents.pool as pool

def chunk(problem, start, assumptions, fates, party_class):
    (Path(sys.argv[1]) / str(os.getpid())).touch()
    time.sleep(3600)

if __name__ == "__main__":
    pool.mesa_chunk = chunk
    list(pool.mesa_chunks(None, np.arange(8), np.arange(8), 1, 2, None))
"""


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are looked for in /proc")
def test_workers_end_with_the_process_that_wants_their_work(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    (tmp_path / "script.py").write_text(ORPHAN)
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.agents.pool.__file__).parents[2])}
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "marks")]
    with subprocess.Popen(command, env=environment) as job:
        while len(workers := [path.name for path in (tmp_path / "marks").iterdir()]) < 2:
            assert job.poll() is None
            time.sleep(0.05)
        job.kill()
    end = time.monotonic() + 60
    while any(Path("/proc", worker).exists() for worker in workers):
        assert time.monotonic() < end, "workers outlive their parent"
        time.sleep(0.05)
