"""Plan of an ensemble: scenario, seed, indices, engine, workers and chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import round_width
from sim.core.errors import ParleyError, nearest
from sim.core.jit import PLAIN
from sim.core.layout import Floats, Ints
from sim.scenario.load import Loaded, load
from sim.scenario.plain import load_plain
from sim.scenario.resolve import Problem, resolve

if TYPE_CHECKING:
    from sim.agents.party import Party
    from sim.compiled.pool import Kept
    from sim.core.columns import Chunk


class Engine(StrEnum):
    """Code that simulates; both engines give the same numbers."""

    AUTO = "auto"
    """Mesa for a party class of the user's, and where compiling is turned off; else compiled."""
    MESA = "mesa"
    """Mesa agents: the reference, to read and to extend."""
    COMPILED = "compiled"
    """Machine code: a hundred times as fast."""


CHUNK = {Engine.MESA: 50, Engine.COMPILED: 1000}
"""Default number of runs in a chunk."""

MOST_RUNS = 1_000_000_000
"""Largest number of runs: their indices alone fill 16 GB."""


@dataclass(frozen=True)
class PosteriorSource:
    """A posterior whose draws replace fitted numbers of the scenario.

    Attributes
    ----------
    name : str
        Hash of its draws.
    note : dict
        Its description for manifests.
    chunks : callable
        Takes a plan and yields raw chunks as `simulate_chunks` does.
    draw : callable
        Takes assumption indices (n,) and the seed; returns the values (n, paths) of the paths in `note`.
    content : bytes
        The Parquet file of its draws, which results keep beside their tables.
    """

    name: str
    note: dict[str, Any]
    chunks: Callable[[Plan], Iterator[Chunk]]
    draw: Callable[[Ints, int], Floats]
    content: bytes = b""


@dataclass(frozen=True)
class Plan:
    """An ensemble to simulate: run k has its ranged numbers at `assumptions[k]` and its chance at `fates[k]`.

    Attributes
    ----------
    loaded : Loaded
        The scenario.
    problem : Problem
        The scenario resolved under the seed.
    seed : int
        Seed of all draws.
    assumptions, fates : ndarray of int, shape (n,)
        Indices of the draws, from 0.
    engine : Engine
        Engine that simulates, never `AUTO`.
    workers : int
        Threads or processes; results do not depend on it.
    chunk : int
        Runs in a chunk; results do not depend on it.
    party_class : type, optional
        Class of the parties on the Mesa engine.
    posterior : PosteriorSource, optional
        Source of fitted numbers.
    keep_rounds : bool or tuple of int
        Columns of `ROUND` that chunks of the compiled engine hold, in this order; all or none for a truth value.
    target : mapping, optional
        The standard error that decided the number of runs, and what was reached; for the manifest.
    """

    loaded: Loaded
    problem: Problem
    seed: int
    assumptions: Ints
    fates: Ints
    engine: Engine
    workers: int
    chunk: int
    party_class: type[Party] | None = None
    posterior: PosteriorSource | None = None
    keep_rounds: Kept = True
    target: Mapping[str, Any] | None = None

    @property
    def n(self) -> int:
        """Number of runs."""
        return int(self.fates.size)

    def with_offers(self) -> Plan:
        """The same ensemble with all offers in the rows of rounds, in chunks that are smaller by as much."""
        problem = self.problem.with_offers()
        share = round_width(self.problem.structure) / round_width(problem.structure)
        return replace(self, problem=problem, chunk=max(1, int(self.chunk * share)))


def plan(
    scenario: str | Path | Loaded | Mapping[str, Any],
    n: int | None = None,
    seed: int = 0,
    *,
    engine: str = "auto",
    changes: Mapping[str, Any] | None = None,
    party_class: type[Party] | None = None,
    assumptions: Sequence[int] | Ints | None = None,
    fates: Sequence[int] | Ints | None = None,
    workers: int | None = None,
    chunk: int | None = None,
) -> Plan:
    """Plan an ensemble: load and resolve its scenario, choose engine, workers and chunks.

    Parameters
    ----------
    scenario : str, Path, Loaded or mapping
        Id of a shipped scenario, a file, a loaded scenario, or plain data as a file holds it.
    n : int, optional
        Number of runs; needed unless indices are passed.
    seed : int
        Seed of all draws, 0 or more.
    engine : str
        One of `Engine`.
    changes : mapping, optional
        Values by path that replace the scenario's.
    party_class : type, optional
        Class of the parties, a subclass of `sim.Party`; runs on the Mesa engine.
    assumptions, fates : sequence of int, optional
        Indices of the draws of each run, of equal length; 0 … n-1 by default.
    workers : int, optional
        Threads or processes; by default one a processor.
    chunk : int, optional
        Runs in a chunk.

    Returns
    -------
    Plan
        What `run_ensemble` and `write_ensemble` simulate.

    Raises
    ------
    ParleyError
        An option makes no sense.
    ScenarioError
        The scenario cannot be used.
    """
    from sim.compiled.pool import workers_available

    check_seed(seed)
    chosen = _choose_engine(engine, party_class)
    if isinstance(scenario, Mapping):
        loaded = load_plain(scenario)
    else:
        loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    if changes:
        loaded = loaded.with_changes(changes)
    index = _build_indices(n, assumptions, fates)
    count = workers_available() if workers is None else workers
    size = CHUNK[chosen] if chunk is None else chunk
    if count < 1 or size < 1:
        raise ParleyError("workers and chunk are 1 or more")
    return Plan(loaded, resolve(loaded.scenario, seed), seed, *index, chosen, count, size, party_class)


def check_seed(seed: object) -> None:
    """Refuse a seed that is not a whole number from 0 on, also truth values and floats. Raises ParleyError."""
    if isinstance(seed, bool | np.bool_) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ParleyError(f"the seed is {seed!r}; it has to be a whole number, 0 or more")


def _choose_engine(name: str, party_class: type[Party] | None) -> Engine:
    """Choose the engine that a name stands for. Raises ParleyError."""
    known = [engine.value for engine in Engine]
    if name not in known:
        raise ParleyError(f"engine `{name}` is not known; allowed: {', '.join(known)}{nearest(name, known)}")
    engine = Engine(name)
    if party_class is not None:
        if engine is Engine.COMPILED:
            raise ParleyError("a party class of your own runs on the Mesa engine; leave `engine` at auto or mesa")
        return Engine.MESA
    if engine is Engine.AUTO:
        return Engine.MESA if PLAIN else Engine.COMPILED
    return engine


def _build_indices(
    n: int | None, assumptions: Sequence[int] | Ints | None, fates: Sequence[int] | Ints | None
) -> tuple[Ints, Ints]:
    """Build the indices of all runs. Raises ParleyError."""
    if assumptions is None and fates is None and n is None:
        raise ParleyError("say how many runs: n is missing")
    arrays = [None if index is None else np.asarray(index, dtype=np.int64) for index in (assumptions, fates)]
    size = n if n is not None else next(array.size for array in arrays if array is not None)
    if not 1 <= size <= MOST_RUNS:
        raise ParleyError(f"n is {size}; allowed: 1 to {MOST_RUNS:,}")
    all_ = np.arange(size, dtype=np.int64)
    first, second = (all_ if array is None else array for array in arrays)
    if first.shape != (size,) or second.shape != (size,) or first.min() < 0 or second.min() < 0:
        raise ParleyError("assumptions and fates are indices from 0 on, as many as there are runs")
    return first, second


def simulate_chunks(job: Plan) -> Iterator[Chunk]:
    """Simulate a plan and yield its raw chunks, in the order of runs for any number of workers.

    Raises
    ------
    ParleyError
        The plan names no engine that simulates.
    """
    if job.posterior is not None:
        return job.posterior.chunks(job)
    match job.engine:
        case Engine.MESA:
            from sim.agents.pool import mesa_chunks

            return mesa_chunks(job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.party_class)
        case Engine.COMPILED:
            from sim.compiled.pool import compiled_chunks

            work = (job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.keep_rounds)
            return compiled_chunks(*work)
        case _:
            raise ParleyError(f"no engine simulates under the name `{job.engine}`")
