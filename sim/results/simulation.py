"""Simulation of a plan as tables, chunk by chunk."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from sim.core.layout import Floats, Ints
from sim.results.plan import Engine, Plan, simulate_chunks
from sim.results.progress import Progress
from sim.tables.assumptions import build_assumption_table, draw_assumptions
from sim.tables.offers import build_offer_table
from sim.tables.schema import build_round_table, build_run_table

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.core.columns import Chunk


def simulate_tables(job: Plan, progress: Progress | None = None) -> Generator[tuple[pa.Table, pa.Table], None, None]:
    """Simulate a plan and yield tables of runs and rounds, chunk by chunk in the order of runs.

    Memory holds a few chunks, whatever the number of runs.

    Parameters
    ----------
    job : Plan
        The ensemble.
    progress : callable, optional
        Called with the number of runs finished since the last call.

    Yields
    ------
    tuple of pyarrow.Table
        Runs and rounds of a chunk.
    """
    for tables in simulate_named_tables(job, progress):
        yield tables["runs"], tables["rounds"]


def simulate_named_tables(
    job: Plan, progress: Progress | None = None, *, offers: bool = False, assumptions: bool = False
) -> Generator[dict[str, pa.Table], None, None]:
    """Simulate a plan and yield its tables by name, chunk by chunk in the order of runs.

    Where nothing has to be compiled, several workers begin now, before a table is asked for.

    Parameters
    ----------
    job : Plan
        The ensemble.
    progress : callable, optional
        Called with the number of runs finished since the last call.
    offers, assumptions : bool
        Whether to yield these tables beside `runs` and `rounds`.

    Yields
    ------
    dict of str to pyarrow.Table
        Tables of a chunk.
    """
    chunks = simulate_chunks(job.with_offers() if offers else job)
    if job.workers > 1 and job.posterior is None and job.engine is Engine.COMPILED:
        from sim.compiled.precompile import is_compiled

        if is_compiled(job.problem):  # else an interruption would wait for the compiler on another thread
            chunks = begin_chunks(chunks)
    return _build_tables(job, chunks, progress, offers, assumptions)


def begin_chunks(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Request the first chunk on another thread, so that a pool of workers starts on the next ones too.

    Parameters
    ----------
    chunks : iterator of Chunk
        What `simulate_chunks` returns for several workers.

    Returns
    -------
    iterator of Chunk
        The same chunks.
    """
    thread = ThreadPoolExecutor(1)
    first = thread.submit(next, chunks, None)
    thread.shutdown(wait=False)
    return _continue(first, chunks)


def _continue(first: Future[Chunk | None], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Yield the first chunk as soon as it is finished, then all others."""
    chunk = first.result()
    if chunk is not None:
        yield chunk
        yield from chunks


def _build_tables(
    job: Plan, chunks: Iterator[Chunk], progress: Progress | None, offers: bool, assumptions: bool
) -> Generator[dict[str, pa.Table], None, None]:
    """Tables by name of every chunk."""
    names = job.problem.names
    for chunk in chunks:
        stop = chunk.start + chunk.rows.size
        run = np.arange(chunk.start, stop, dtype=np.int64)
        drawn, fates = job.assumptions[chunk.start : stop], job.fates[chunk.start : stop]
        tables = {
            "runs": build_run_table(chunk.runs, run, drawn, fates, names),
            "rounds": build_round_table(chunk.rounds, chunk.rows, run, names),
        }
        if offers:
            tables["offers"] = build_offer_table(chunk.rounds, chunk.rows, run, names)
        if assumptions:
            tables["assumptions"] = build_assumption_table(run, drawn, draw_values(job, drawn))
        yield tables
        if progress:
            progress(chunk.rows.size)


def draw_values(job: Plan, assumptions: Ints) -> dict[str, Floats]:
    """Draw the ranged numbers of some runs by path; those of a posterior come from it."""
    values = draw_assumptions(job.problem, assumptions)
    if job.posterior is not None:
        rows = job.posterior.draw(assumptions, job.seed)
        values |= {path: np.ascontiguousarray(rows[:, k]) for k, path in enumerate(job.posterior.note["paths"])}
    return values
