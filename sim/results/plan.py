"""What to simulate: scenario, seed, indices, engine, workers and chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Ints
from sim.scenario.load import Loaded, load
from sim.scenario.resolve import Problem, resolve

if TYPE_CHECKING:
    from sim.agents.party import Party
    from sim.compiled.pool import Kept
    from sim.core.columns import Chunk

ENGINES = ("auto", "mesa", "compiled")
CHUNK = {"mesa": 50, "compiled": 1000}
"""Runs a chunk by default, on each engine."""

MOST_RUNS = 1_000_000_000
"""The indices of as many runs alone fill 16 GB; a typing mistake is told before that."""


@dataclass(frozen=True)
class PosteriorSource:
    """Numbers that come from a posterior instead of the scenario's ranges: its name (a hash), what it is, its runs."""

    name: str
    note: dict[str, Any]
    chunks: Callable[[Plan], Iterator[Chunk]]


@dataclass(frozen=True)
class Plan:
    """What to simulate: a scenario under a seed, run k at `assumptions[k]` and `fates[k]`.

    Without `keep_rounds` the compiled engine's chunks hold no rounds, for who looks at runs only; with some columns of
    `ROUND` they hold those, in that order.
    """

    loaded: Loaded
    problem: Problem
    seed: int
    assumptions: Ints
    fates: Ints
    engine: str
    workers: int
    chunk: int
    party_class: type[Party] | None = None
    posterior: PosteriorSource | None = None
    keep_rounds: Kept = True

    @property
    def n(self) -> int:
        """Number of runs."""
        return int(self.fates.size)


def plan(
    scenario: str | Path | Loaded,
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
    """Load and resolve a scenario and settle engine, workers and chunks. Raises ParleyError on what cannot be done.

    `assumptions` and `fates` (same length, default 0 … n-1) choose where run k draws its ranged numbers and its chance.
    """
    from sim.compiled.pool import workers_available

    if engine not in ENGINES:
        raise ParleyError(f"engine `{engine}` is not known; allowed: {', '.join(ENGINES)}")
    if party_class is not None and engine not in ("auto", "mesa"):
        raise ParleyError("a party class of your own runs on the Mesa engine; leave `engine` at auto or mesa")
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    if changes:
        loaded = loaded.with_changes(changes)
    index = _indices(n, assumptions, fates)
    chosen = ("mesa" if party_class else "compiled") if engine == "auto" else engine
    count = workers_available() if workers is None else workers
    size = CHUNK[chosen] if chunk is None else chunk
    if count < 1 or size < 1:
        raise ParleyError("workers and chunk are 1 or more")
    return Plan(loaded, resolve(loaded.scenario, seed), seed, *index, chosen, count, size, party_class)


def _indices(
    n: int | None, assumptions: Sequence[int] | Ints | None, fates: Sequence[int] | Ints | None
) -> tuple[Ints, Ints]:
    if assumptions is None and fates is None and n is None:
        raise ParleyError("say how many runs: n is missing")
    given = [np.asarray(a, dtype=np.int64) for a in (assumptions, fates) if a is not None]
    size = n if n is not None else given[0].size
    if not 1 <= size <= MOST_RUNS:
        raise ParleyError(f"n is {size}; allowed: 1 to {MOST_RUNS:,}")
    first = np.arange(size, dtype=np.int64) if assumptions is None else np.asarray(assumptions, dtype=np.int64)
    second = np.arange(size, dtype=np.int64) if fates is None else np.asarray(fates, dtype=np.int64)
    if first.shape != (size,) or second.shape != (size,) or first.min() < 0 or second.min() < 0:
        raise ParleyError("assumptions and fates are indices from 0 on, as many as there are runs")
    return first, second


def chunks(job: Plan) -> Iterator[Chunk]:
    """Raw chunks of a plan, in the order of runs whatever the number of workers."""
    if job.posterior is not None:
        return job.posterior.chunks(job)
    if job.engine == "mesa":
        from sim.agents.pool import mesa_chunks

        return mesa_chunks(job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.party_class)
    from sim.compiled.pool import compiled_chunks

    work = (job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.keep_rounds)
    return compiled_chunks(*work)
