"""Chunks of the Mesa engine on several workers: in order, few at a time, and none left when nobody listens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
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
