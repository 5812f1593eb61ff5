"""What a plan asks its chunks to hold of the rounds is a part of all that there is."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from sim.compiled import pool
from sim.core.columns import ROUND
from sim.results.plan import plan, simulate_chunks

COLUMNS = [(ROUND.CODE, ROUND.GAP_OPEN), (ROUND.GAP_OPEN,), (ROUND.DAY, ROUND.STEP, ROUND.DAY)]


@pytest.mark.parametrize("columns", COLUMNS)
def test_chosen_columns_of_rounds_are_those_of_the_whole(columns):
    job = plan("river-border", 30, 0, workers=2, chunk=7)
    for whole, part in zip(simulate_chunks(job), simulate_chunks(replace(job, keep_rounds=columns)), strict=True):
        assert whole.rounds.size and np.array_equal(part.rounds, whole.rounds[:, list(columns)], equal_nan=True)
        assert np.array_equal(part.runs, whole.runs, equal_nan=True) and np.array_equal(part.rows, whole.rows)


def test_without_rounds_the_runs_are_the_same():
    job = plan("river-border", 10, 0, workers=1)
    whole, part = (next(simulate_chunks(replace(job, keep_rounds=keep))) for keep in (True, False))
    assert part.rounds.size == 0 and np.array_equal(part.runs, whole.runs, equal_nan=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_only_several_workers_begin_before_the_first_chunk_is_asked_for(workers, monkeypatch):
    begun, run_chunk = threading.Event(), pool.run_chunk

    def run(*arguments):
        begun.set()
        return run_chunk(*arguments)

    monkeypatch.setattr(pool, "run_chunk", run)
    chunks = simulate_chunks(plan("river-border", 30, 0, workers=workers, chunk=7))
    assert begun.wait(timeout=60 if workers > 1 else 0) == (workers > 1)
    assert sum(chunk.rows.size for chunk in chunks) == 30
    assert begun.is_set()
