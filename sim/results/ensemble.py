"""Many runs of one plan: tables of runs and rounds, and the manifest they stand under."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.manifest import manifest
from sim.results.plan import Plan, chunks, plan
from sim.scenario.load import Loaded
from sim.tables.schema import round_table, run_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Progress = Callable[[int], None]
"""Called with the number of runs finished since the last call."""


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

    For more runs than memory holds, write to files with `sim.results.store.write_ensemble`.
    """
    import pyarrow as pa

    job = plan(scenario, n, seed, **options)
    parts = list(tables(job, progress))
    runs = pa.concat_tables([r for r, _ in parts]).unify_dictionaries().combine_chunks()
    rounds = pa.concat_tables([r for _, r in parts]).unify_dictionaries().combine_chunks()
    return Ensemble(runs, rounds, manifest(job))
