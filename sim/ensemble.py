"""Many runs: which engine, in what chunks, with what progress; tables with provenance come back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ParleyError
from sim.layout import Ints
from sim.outcomes import round_table, run_table
from sim.scenario.load import Loaded, load
from sim.scenario.resolve import Problem, resolve

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.agents import Party
    from sim.engine.pool import Chunk, Kept

ENGINES = ("auto", "mesa", "compiled", "tailored")
CHUNK = {"mesa": 50, "compiled": 1000, "tailored": 1000}
"""Runs a chunk by default, on each engine."""

TAILORED_FROM = 2_000_000
"""From this many runs of one scenario on, `auto` has the engine compiled once more, tailored to how many parties,
issues, … there are: about 10 seconds, once for all scenarios with as many, and a sixth to a half more runs a second."""

MOST_RUNS = 1_000_000_000
"""The indices of as many runs alone fill 16 GB; a typing mistake is told before that."""

Progress = Callable[[int], None]
"""Called with the number of runs finished since the last call."""


@dataclass(frozen=True)
class Given:
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
    given: Given | None = None
    keep_rounds: Kept = True

    @property
    def n(self) -> int:
        """Number of runs."""
        return int(self.fates.size)


@dataclass(frozen=True)
class Ensemble:
    """Tables of runs and rounds (Arrow), and the manifest they stand under."""

    run_table: pa.Table
    round_table: pa.Table
    manifest: dict[str, Any]

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run."""
        frame: pd.DataFrame = self.run_table.to_pandas()
        return frame

    @property
    def rounds(self) -> pd.DataFrame:
        """One row a planned round."""
        frame: pd.DataFrame = self.round_table.to_pandas()
        return frame


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
    from sim.engine.pool import workers_available

    if engine not in ENGINES:
        raise ParleyError(f"engine `{engine}` is not known; allowed: {', '.join(ENGINES)}")
    if party_class is not None and engine not in ("auto", "mesa"):
        raise ParleyError("a party class of your own runs on the Mesa engine; leave `engine` at auto or mesa")
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    if changes:
        loaded = loaded.changed(changes)
    index = _indices(n, assumptions, fates)
    chosen = ("mesa" if party_class else compiled_for(index[0].size)) if engine == "auto" else engine
    count = workers_available() if workers is None else workers
    size = CHUNK[chosen] if chunk is None else chunk
    if count < 1 or size < 1:
        raise ParleyError("workers and chunk are 1 or more")
    return Plan(loaded, resolve(loaded.scenario, seed), seed, *index, chosen, count, size, party_class)


def compiled_for(runs: int) -> str:
    """The compiled engine that so many runs of one scenario are best made with."""
    return "compiled" if runs < TAILORED_FROM else "tailored"


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
    if job.given is not None:
        return job.given.chunks(job)
    if job.engine == "mesa":
        from sim.mesa_pool import mesa_chunks

        return mesa_chunks(job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.party_class)
    from sim.engine.pool import compiled_chunks

    work = (job.problem, job.assumptions, job.fates, job.chunk, job.workers, job.keep_rounds)
    return compiled_chunks(*work, tailored=job.engine == "tailored")


def tables(job: Plan, progress: Progress | None = None) -> Generator[tuple[pa.Table, pa.Table], None, None]:
    """Tables of runs and rounds, chunk by chunk, in order: what memory holds does not grow with the number of runs."""
    names = job.problem.names
    for chunk in chunks(job):
        stop = chunk.start + chunk.rows.size
        run = np.arange(chunk.start, stop, dtype=np.int64)
        runs = run_table(chunk.runs, run, job.assumptions[chunk.start : stop], job.fates[chunk.start : stop], names)
        yield runs, round_table(chunk.rounds, chunk.rows, run, names)
        if progress:
            progress(chunk.rows.size)


def run_ensemble(
    scenario: str | Path | Loaded,
    n: int | None = None,
    seed: int = 0,
    *,
    progress: Progress | None = None,
    **options: Any,
) -> Ensemble:
    """Run a scenario `n` times and return its tables. `options` are those of `plan`. Raises ParleyError.

    For more runs than memory holds, write to files with `sim.store.write_ensemble`.
    """
    import pyarrow as pa

    from sim.provenance import manifest

    job = plan(scenario, n, seed, **options)
    parts = list(tables(job, progress))
    runs = pa.concat_tables([r for r, _ in parts]).unify_dictionaries().combine_chunks()
    rounds = pa.concat_tables([r for _, r in parts]).unify_dictionaries().combine_chunks()
    return Ensemble(runs, rounds, manifest(job))
