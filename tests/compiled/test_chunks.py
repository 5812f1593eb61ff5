"""What a plan asks its chunks to hold of the rounds is a part of all that there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

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
