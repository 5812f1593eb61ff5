"""Chunks of runs on the Mesa engine: in this process, or in several, with the same tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context

import numpy as np

from sim.agents.model import play
from sim.agents.party import Party
from sim.agents.report import report_run
from sim.core.choices import check_dispatchers
from sim.core.columns import Chunk, round_width, run_width
from sim.core.errors import WorkerError
from sim.core.layout import Ints
from sim.core.processes import defer_signals, end_with_parent, ignore_working_folder
from sim.scenario.resolve import Problem

RETRIES = 2
"""How often the work of processes that ended is done again by new ones."""


def mesa_chunk(problem: Problem, start: int, assumptions: Ints, fates: Ints, party_class: type[Party] | None) -> Chunk:
    """Simulate one chunk, run by run."""
    x = problem.structure
    runs = np.empty((fates.size, run_width(x)))
    rounds: list[list[float]] = []
    rows = np.zeros(fates.size, dtype=np.int64)
    for k in range(fates.size):
        model = play(problem, int(assumptions[k]), int(fates[k]), party_class or Party)
        runs[k] = report_run(model)
        rows[k] = len(model.rounds)
        rounds += model.rounds
    return Chunk(start, runs, np.array(rounds).reshape(-1, round_width(x)), rows)


def mesa_chunks(
    problem: Problem, assumptions: Ints, fates: Ints, chunk: int, workers: int, party_class: type[Party] | None
) -> Iterator[Chunk]:
    """All chunks in order, in this process or in several; at most two a worker are under way beside the one awaited."""
    check_dispatchers()
    starts = range(0, fates.size, chunk)
    if workers == 1 or len(starts) == 1:
        for start in starts:
            stop = start + chunk
            yield mesa_chunk(problem, start, assumptions[start:stop], fates[start:stop], party_class)
        return
    done = 0
    for retries in range(RETRIES, -1, -1):
        try:
            for part in _in_processes(problem, starts[done:], assumptions, fates, chunk, workers, party_class):
                done += 1
                yield part
            return
        except BrokenProcessPool as error:
            if not retries:
                raise WorkerError(
                    f"processes of the Mesa engine ended {RETRIES + 1} times, perhaps for want of memory; a script "
                    "that runs it keeps its calls under `if __name__ == '__main__':`, or says workers=1"
                ) from error


def _in_processes(
    problem: Problem,
    starts: range,
    assumptions: Ints,
    fates: Ints,
    chunk: int,
    workers: int,
    party_class: type[Party] | None,
) -> Iterator[Chunk]:
    """Chunks that begin at `starts`, in order, from worker processes."""
    under_way: deque[Future[Chunk]] = deque()
    context = get_context(_start(party_class))
    with ProcessPoolExecutor(workers, context, initializer=end_with_parent) as pool:
        try:
            for start in starts:
                some = slice(start, start + chunk)
                work = (problem, start, assumptions[some], fates[some], party_class)
                with ignore_working_folder(), defer_signals():  # processes start when work is handed in
                    under_way.append(pool.submit(mesa_chunk, *work))
                if len(under_way) > 2 * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _start(party_class: type[Party] | None) -> str:
    """How to start worker processes: a class from a notebook or a script's main is known to forked children only."""
    if party_class is not None and party_class.__module__ == "__main__" and "fork" in get_all_start_methods():
        return "fork"
    return "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
