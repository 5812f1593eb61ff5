"""Runs that a reader stops: they end at once, also where nothing is compiled yet, and the page says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("streamlit", reason="Streamlit is not installed (extra `app`)")
from sim.app import progress
from sim.core.errors import ParleyError


def replace_runs(monkeypatch: pytest.MonkeyPatch, body: Callable[[Callable[[int], None]], Any]) -> Any:
    """Start a job whose runs are `body`."""
    monkeypatch.setattr(progress, "simulate", lambda loaded, n, seed, count: body(count))
    return progress._Job(None, 100, 0)  # type: ignore[arg-type]


def test_a_stopped_job_ends_at_its_next_report(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = threading.Event()

    def run(count: Callable[[int], None]) -> str:
        compiled.wait()  # the compilation
        count(50)
        return "never"

    job = replace_runs(monkeypatch, run)
    job.stop()  # the script of the tab goes on while the engine is compiled
    compiled.set()
    with pytest.raises(progress._Stop):
        job.take()
    assert job.done == 0


def test_control_a_job_that_is_left_alone_gives_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    job = replace_runs(monkeypatch, lambda count: (count(100), "the ensemble")[1])
    assert job.take() == "the ensemble" and job.done == 100


def test_an_error_of_the_runs_reaches_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(count: Callable[[int], None]) -> None:
        raise ParleyError("these values cannot be run")

    with pytest.raises(ParleyError, match="cannot be run"):
        replace_runs(monkeypatch, run).take()
