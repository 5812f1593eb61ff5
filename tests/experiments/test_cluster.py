"""Dask workers are asked what they run before any work; one without workers, or that dies, is one message."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from experiments import cluster
from experiments.cluster import COMPUTING, compare_software, describe_software, describe_worker, run_remote_part
from experiments.setup import Setup
from experiments.spec import read_experiment
from experiments.sweep import run_sweep
from sim.core import identity
from sim.core.errors import ParleyError

SMALL: dict[str, Any] = {
    "experiment": "small",
    "scenario": "river-border",
    "runs": 4,
    "engine": "mesa",
    "factors": {"calendar.horizon": [60, 90]},
}


def test_the_code_of_the_whole_project_counts(tmp_path: Path) -> None:
    """Modules outside rules and engine could differ without a word."""
    for package in ("sim/scenario", "calibration", "experiments"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "a.py").write_text("x = 1\n")
    seen = {identity.hash_code.__wrapped__(tmp_path)}
    for name in ("sim/scenario/a.py", "calibration/a.py", "experiments/a.py", "experiments/new.py"):
        (tmp_path / name).write_text("x = 2\n")
        seen.add(identity.hash_code.__wrapped__(tmp_path))
    assert len(seen) == 5


def test_versions_of_what_computes_count() -> None:
    setup = Setup.load(read_experiment(SMALL))
    here = describe_software(setup)
    assert compare_software(here, dict(here)) == ""
    assert {"code", "scenario", "Python", *COMPUTING} == set(here)
    for name in here:
        assert f"{name}: {here[name]} here, other there" in compare_software(here, {**here, name: "other"})
    assert "it cannot load the experiment: why" in compare_software(here, "why")
    assert compare_software(here, {}), "an answer of another version"


def test_a_worker_that_came_later_is_asked_too() -> None:
    text = read_experiment(SMALL).model_dump_json()
    here = describe_worker(text)
    assert isinstance(here, dict)
    refusal = run_remote_part(text, {**here, "code": "other"}, "id", [[0, 0, 4]])
    assert isinstance(refusal, str) and refusal.startswith("a worker that came later: it has another version")
    assert isinstance(run_remote_part(text, here, "id", [[0, 0, 4]]), bytes)


def test_workers_are_asked_before_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        1, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
    ) as local:
        other = {**describe_software(Setup.load(read_experiment(SMALL))), "numpy": "0.1"}
        monkeypatch.setattr(cluster, "describe_worker", lambda experiment: other)
        monkeypatch.setattr(cluster, "run_remote_part", None)  # no work is handed out
        with pytest.raises(ParleyError, match=r"the worker at .*numpy: .* here, 0\.1 there"):
            run_sweep(SMALL, tmp_path / "out", dask=local.scheduler_address)


def test_no_workers_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(cluster, "WORKER_PATIENCE", 0.2)
    scheduler = {"cls": distributed.Scheduler, "options": {"dashboard": False, "host": "127.0.0.1", "port": 0}}
    with (
        distributed.SpecCluster(workers={}, scheduler=scheduler, silence_logs=50) as local,
        pytest.raises(ParleyError, match="has no workers; start one: dask worker"),
    ):
        run_sweep(SMALL, tmp_path / "out", dask=local.scheduler_address)


def test_a_scheduler_that_dies_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler is a process of its own, killed when the first part has come."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    import os
    import subprocess
    import sys

    environment = {**os.environ, "PYTHONPATH": str(Path(cluster.__file__).parents[1])}
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--no-show"]
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen([*start, "--scheduler-file", str(file)], env=environment, stderr=subprocess.DEVNULL)
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1"]
    worker = subprocess.Popen([*command, "--no-dashboard"], env=environment, stderr=subprocess.DEVNULL)
    try:
        import json
        import time

        while not file.is_file() or not file.read_text():
            assert scheduler.poll() is None
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        monkeypatch.setattr(cluster, "WORKER_PATIENCE", 120.0)
        asked = {**SMALL, "runs": 40, "chunk": 1}

        def progress(done: int, total: int) -> None:
            if done:
                scheduler.kill()

        with pytest.raises(ParleyError, match=r"the Dask scheduler at .* is gone"):
            run_sweep(asked, tmp_path / "out", dask=address, progress=progress)
        assert threading.active_count() < 100
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
    assert run_sweep(asked, tmp_path / "out", workers=1)["tables"]["runs"] == 80
