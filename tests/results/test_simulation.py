"""Chunks that begin before they are asked for are the same chunks, in the same order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from sim.core.errors import ParleyError
from sim.results.plan import plan, simulate_chunks
from sim.results.simulation import begin_chunks


def test_the_first_chunk_begins_before_it_is_asked_for() -> None:
    job = plan("river-border", 30, 0, workers=2, chunk=7)
    begun = threading.Event()

    def note() -> Iterator:
        begun.set()
        yield from simulate_chunks(job)

    chunks = begin_chunks(note())
    assert begun.wait(timeout=60)
    for one, other in zip(chunks, simulate_chunks(job), strict=True):
        assert one.start == other.start and np.array_equal(one.runs, other.runs, equal_nan=True)


def test_an_error_of_the_first_chunk_is_raised_where_it_is_asked_for() -> None:
    def fail() -> Iterator:
        raise ParleyError("too many incidents")
        yield

    chunks = begin_chunks(fail())
    with pytest.raises(ParleyError, match="too many incidents"):
        next(chunks)


def test_no_chunk_is_no_chunk() -> None:
    assert list(begin_chunks(iter(()))) == []
