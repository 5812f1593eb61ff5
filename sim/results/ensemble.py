"""Ensembles: many runs of one plan as tables of runs and rounds, with their manifest."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.layout import Floats, Ints
from sim.results.manifest import manifest
from sim.results.plan import Plan, plan, simulate_chunks
from sim.scenario.load import Loaded
from sim.tables.assumptions import build_assumption_table, draw_assumptions
from sim.tables.offers import build_offer_table
from sim.tables.schema import build_round_table, build_run_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Progress = Callable[[int], None]
"""Called with the number of runs finished since the last call."""


@dataclass(frozen=True)
class Ensemble:
    """Results of an ensemble in memory.

    Attributes
    ----------
    run_table, round_table : pyarrow.Table
        One row a run, one row a planned round.
    manifest : dict
        What the results stand on: see `sim.manifest`.
    """

    run_table: pa.Table
    round_table: pa.Table
    manifest: dict[str, Any]

    @property
    def runs(self) -> pd.DataFrame:
        """Table of runs as a data frame, one row a run."""
        frame: pd.DataFrame = self.run_table.to_pandas()
        return frame

    @property
    def rounds(self) -> pd.DataFrame:
        """Table of rounds as a data frame, one row a planned round."""
        frame: pd.DataFrame = self.round_table.to_pandas()
        return frame


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
    names = job.problem.names
    for chunk in simulate_chunks(job.with_offers() if offers else job):
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


def run_ensemble(
    scenario: str | Path | Loaded,
    n: int | None = None,
    seed: int = 0,
    *,
    progress: Progress | None = None,
    **options: Any,
) -> Ensemble:
    """Run a scenario `n` times and return its tables.

    For more runs than memory holds, write to files with `sim.write_ensemble`.

    Parameters
    ----------
    scenario : str, Path or Loaded
        Id of a shipped scenario, a file, or a loaded scenario.
    n : int, optional
        Number of runs; needed unless indices are passed.
    seed : int
        Seed of all draws.
    progress : callable, optional
        Called with the number of runs finished since the last call.
    **options
        Further options of `sim.plan`.

    Returns
    -------
    Ensemble
        Tables of runs and rounds, and the manifest.

    Raises
    ------
    ParleyError
        An option or the scenario cannot be used.

    Examples
    --------
    >>> ensemble = run_ensemble("river-border", n=100, seed=1)
    >>> len(ensemble.runs)
    100
    """
    import pyarrow as pa

    job = plan(scenario, n, seed, **options)
    parts = list(simulate_tables(job, progress))
    runs = pa.concat_tables([r for r, _ in parts]).unify_dictionaries().combine_chunks()
    rounds = pa.concat_tables([r for _, r in parts]).unify_dictionaries().combine_chunks()
    return Ensemble(runs, rounds, manifest(job))
