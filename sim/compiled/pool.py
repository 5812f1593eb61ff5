"""Chunks of runs on a pool of threads: compiled code runs without the global lock, each worker on its own arrays."""

from __future__ import annotations

import contextlib
import os
import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from sim.compiled.kernel import simulate
from sim.compiled.memory.buffer import Buffer
from sim.compiled.precompile import precompile
from sim.core.choices import check_dispatchers
from sim.core.columns import Chunk, round_width, run_width
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints, Streams, Structure
from sim.rules.hawkes import MAX_EVENTS
from sim.scenario.resolve import Problem

Kept = bool | tuple[int, ...]
"""Whether rows of rounds are kept, or which of their columns."""


class _Space(NamedTuple):
    """What a worker keeps from chunk to chunk; fresh arrays would cost the system more than the runs themselves."""

    memory: Buffer
    rounds: Floats


_SPARE: deque[Floats] = deque(maxlen=4)
"""Room for rounds that nobody uses now, kept from plan to plan, as a sweep makes a plan a point; any thread's."""

_SPARE_MEMORY: deque[tuple[Structure, Streams, Buffer]] = deque(maxlen=4)
"""Memories that nobody uses now, with what each was filled from: the points of a sweep share it."""

_LARGEST_SPARE = 64 * 2**20
"""Bytes; more than any chunk of usual size needs."""


def _round_space(rows: int, width: int) -> Floats:
    """Space for rows of rounds, taken from `_SPARE` where one is large enough."""
    with contextlib.suppress(IndexError):
        spare = _SPARE.pop()
        if spare.shape[0] >= rows and spare.shape[1] == width:
            return spare
    return np.empty((rows, width))


def _memory(problem: Problem) -> Buffer:
    """Memory for a scenario, taken from `_SPARE_MEMORY` where the last one there was filled from the same arrays."""
    with contextlib.suppress(IndexError):
        structure, streams, memory = _SPARE_MEMORY.pop()
        if structure is problem.structure and streams is problem.streams:
            return memory
    return Buffer(problem)


def run_chunk(
    problem: Problem, start: int, assumptions: Ints, fates: Ints, space: _Space, keep_rounds: Kept = True
) -> Chunk:
    """Simulate one chunk; its `rounds` hold all columns, those in `keep_rounds`, or without it nothing.

    Raises ParleyError when a run has more incidents in one gap than can be kept.
    """
    structure = problem.structure
    runs = np.empty((fates.size, run_width(structure)))
    rows = np.zeros(fates.size, dtype=np.int64)
    output = space.rounds if keep_rounds else space.rounds[: structure.max_steps]  # of one run, or it would be whole
    failed = simulate(space.memory.address, problem.priors, assumptions, fates, runs, output, rows)
    if failed >= 0:
        raise ParleyError(
            f"run {start + failed} has more than {MAX_EVENTS} incidents between two rounds; lower the incident rates"
        )
    rounds = space.rounds[: rows.sum() if keep_rounds else 0]
    return Chunk(start, runs, rounds.copy() if isinstance(keep_rounds, bool) else rounds[:, list(keep_rounds)], rows)


def workers_available() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def compiled_chunks(
    problem: Problem,
    assumptions: Ints,
    fates: Ints,
    chunk: int,
    threads: int,
    keep_rounds: Kept = True,
) -> Iterator[Chunk]:
    """All chunks in order, at most two a worker under way, so that memory does not grow with the number of runs.

    One worker simulates a chunk when it is asked for, on the thread that asks.
    """
    check_dispatchers()
    precompile(problem)
    spaces: queue.SimpleQueue[_Space] = queue.SimpleQueue()
    for _ in range(threads):
        rows = (min(chunk, fates.size) if keep_rounds else 1) * problem.structure.max_steps
        spaces.put(_Space(_memory(problem), _round_space(rows, round_width(problem.structure))))

    def work(start: int) -> Chunk:
        space = spaces.get()
        try:
            stop = min(start + chunk, fates.size)
            return run_chunk(problem, start, assumptions[start:stop], fates[start:stop], space, keep_rounds)
        finally:
            spaces.put(space)

    starts = range(0, fates.size, chunk)
    yield from map(work, starts) if threads == 1 else _map_on_threads(work, starts, threads)
    while not spaces.empty():
        memory, rounds = spaces.get()
        _SPARE_MEMORY.append((problem.structure, problem.streams, memory))
        if rounds.nbytes <= _LARGEST_SPARE:
            _SPARE.append(rounds)


def _map_on_threads(work: Callable[[int], Chunk], starts: Sequence[int], threads: int) -> Iterator[Chunk]:
    """Chunks of a pool of threads, in order."""
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[Chunk]] = deque()
        try:
            for start in starts:
                under_way.append(pool.submit(work, start))
                if len(under_way) > 2 * threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
