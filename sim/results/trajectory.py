"""Simulation of a trajectory: the first runs of an ensemble, measured on many days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.core.columns import OFFER, ROUND, Chunk, run_columns
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.results.plan import Engine, Plan, simulate_chunks
from sim.tables.offers import split_offers
from sim.tables.trajectory import (
    BANDS,
    BASKET,
    EVERYTHING,
    LATENT,
    RESERVATION,
    SETTLED,
    Key,
    Trajectory,
    compute_bands,
)
from sim.tables.trajectory import OFFER as OFFERED

if TYPE_CHECKING:
    from sim.scenario.names import Names

MOST_RUNS = {Engine.MESA: 100, Engine.COMPILED: 1000}
"""Runs that are measured at most: quantiles of more would look the same in a figure."""
DAYS = 60
"""Days on which they are measured, spread evenly."""
MOST_NUMBERS = 20_000_000
"""Most numbers held in memory: a scenario with many parties and issues is measured in fewer runs."""
LEAST_RUNS = 20
"""Fewest runs that give meaningful quantiles; a smaller ensemble is measured in all its runs."""


def count_measured(job: Plan) -> int:
    """Count the runs of an ensemble that are measured; 0 where so many parties and issues do not fit into memory."""
    numbers = 2 * DAYS * job.problem.structure.parties * job.problem.structure.issues
    runs = min(job.n, MOST_RUNS[job.engine], MOST_NUMBERS // numbers)
    return runs if runs >= min(job.n, LEAST_RUNS) else 0


def simulate_trajectory(
    job: Plan, runs: int | None = None, on_chunk: Callable[[Plan, Chunk], object] | None = None
) -> Trajectory:
    """Simulate the first runs of an ensemble and measure their convergence on days from the start to the horizon.

    The runs are those of the ensemble: same draws, same rounds. Nothing else of them is kept.

    Parameters
    ----------
    job : Plan
        The ensemble.
    runs : int, optional
        Runs to measure at most; by default as many as `count_measured` says.
    on_chunk : callable, optional
        Called with the plan of these runs and each of its chunks, which hold all offers.

    Returns
    -------
    Trajectory
        Quantiles by day.

    Raises
    ------
    ParleyError
        The scenario has too many parties and issues to be measured.
    """
    n = min(job.n, count_measured(job) if runs is None else runs)
    if n < 1:
        raise ParleyError("convergence cannot be measured by day: the scenario has too many parties and issues")
    horizon = job.loaded.scenario.calendar.horizon.high
    days = np.unique(np.rint(np.linspace(0, horizon, DAYS)).astype(np.int64))
    problem = job.problem.with_days(days.tolist())
    sample = replace(job, problem=problem, assumptions=job.assumptions[:n], fates=job.fates[:n], keep_rounds=True)
    parts = []
    for chunk in simulate_chunks(sample.with_offers()):
        parts.append(_measure_chunk(chunk, days, problem.names))
        if on_chunk is not None:
            on_chunk(sample, chunk)
    values = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return Trajectory(days, n, {key: _summarise(key[0], column) for key, column in values.items()})


def _summarise(measure: str, values: Floats) -> Floats:
    """Summarise a measure (runs, days): the share of settlements at every quantile, quantiles of all others."""
    if measure == SETTLED:
        return np.broadcast_to(values.mean(axis=0), (len(BANDS), values.shape[1])).copy()
    return compute_bands(values)


def _measure_chunk(chunk: Chunk, days: Ints, names: Names) -> dict[Key, Floats]:
    """Measure the runs of a chunk: by measure an array (runs, days)."""
    columns = {name: chunk.runs[:, k] for k, (name, _) in enumerate(run_columns(names))}
    ends = [f"_d{day}" for day in names.measure_days]
    values: dict[Key, Floats] = {
        (EVERYTHING, "", "", ""): np.stack([columns[f"closed{end}"] for end in ends], axis=1),
        (LATENT, "", "", ""): np.stack([columns[f"latent_closed{end}"] for end in ends], axis=1),
    }
    for basket in names.baskets:
        values[BASKET, basket, "", ""] = np.stack([columns[f"closed_{basket}{end}"] for end in ends], axis=1)
    terms = np.stack([columns[f"terms_{issue}"] for issue in names.issues], axis=1)
    return values | _measure_offers(chunk, days, names, columns["days"], terms)


def _measure_offers(chunk: Chunk, days: Ints, names: Names, end: Floats, final: Floats) -> dict[Key, Floats]:
    """Measure offers, reservation values and settlements after the last round up to each day; demands before it.

    From the day `end` (runs,) of a run on, what stands are its `final` terms (runs, issues): a settlement may have
    collapsed since the last round.
    """
    terms, stakes = split_offers(chunk.rounds, names)
    holders = np.logical_not(np.isnan(stakes[..., OFFER.DEMAND]).all(axis=0))
    last, first = _find_rounds(chunk, days)
    begun, over = last >= first[:, None], days >= end[:, None]
    met = np.asarray(chunk.rows > 0).reshape(-1, 1)
    row = np.where(begun, last, np.minimum(first, max(len(terms) - 1, 0))[:, None])

    def pick(column: Floats) -> Floats:
        """Entries (runs, days) of a column, which is copied because its entries lie far apart."""
        entries: Floats = np.ascontiguousarray(column)[row]
        return entries

    values: dict[Key, Floats] = {}
    for i, issue in enumerate(names.issues):
        standing = np.where(over, final[:, i, None], np.where(begun, pick(terms[:, i]), np.nan))
        open_ = np.isnan(standing)
        values[SETTLED, "", "", issue] = (~open_).astype(np.float64)
        for p in np.flatnonzero(holders[:, i]).tolist():
            party = names.parties[p]
            stake = [pick(stakes[:, p, i, k]) for k in (OFFER.OFFER, OFFER.DEMAND, OFFER.RESERVATION)]
            offer = np.where(begun, stake[0], stake[1])
            values[OFFERED, "", party, issue] = np.where(met, np.where(open_, offer, standing), np.nan)
            values[RESERVATION, "", party, issue] = np.where(met, stake[2], np.nan)
    return values


def _find_rounds(chunk: Chunk, days: Ints) -> tuple[Ints, Ints]:
    """Find for each run and day the row of the last round up to the day, and each run's first row."""
    first = np.concatenate([[0], np.cumsum(chunk.rows)[:-1]]).astype(np.int64)
    day = chunk.rounds[:, ROUND.DAY]
    last = np.empty((chunk.rows.size, days.size), dtype=np.int64)
    for k, (start, count) in enumerate(zip(first.tolist(), chunk.rows.tolist(), strict=True)):
        last[k] = start - 1 + np.searchsorted(day[start : start + count], days, side="right")
    return last, first
