"""Probabilities for the rounds after a date, conditional on a scenario, its ranges or a posterior, and the model.

Runs start where the scenario starts. The record says how many rounds were held by the date. A run counts if it held as
many, and if its next round came no earlier after them than the date allows. So the gap that spans the date is not
overestimated (length bias), and a forecast made weeks after the last round takes these weeks into account.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.baselines import OTHER
from calibration.calibrate import CONDITIONAL
from calibration.content import Agenda, describe_agenda, list_settlements, tabulate_settlements
from calibration.posterior import Posterior, check_model, simulate_chunks
from calibration.records import Round, load_rounds
from calibration.summaries import select_held_rounds, share_codes
from sim.core.atomic import write_file
from sim.core.columns import ROUND
from sim.core.errors import ParleyError
from sim.core.layout import Floats
from sim.results.plan import Plan, plan
from sim.results.plan import simulate_chunks as simulate_prior
from sim.rules.outcome import CODES, POSTPONED
from sim.scenario.load import Loaded

UNFITTED = (
    "Conditional on the scenario, on the ranges it assumes and on the model; nothing was fitted to a record. It says "
    "what follows from these assumptions; it is not a probability of an event in the world."
)
"""What a forecast without a posterior is conditional on."""
READING = {
    "held_within_horizon": "share of the runs kept in which this round is held before they end",
    "code": "shares among the runs in which this round is held; so with venue and gap_quantiles",
    "gap_bins": "shares among the runs in which the round before is held; the last bin: later than a year, or never",
    "content": "runs among those in which this round is held, by baskets settled in it and the nearest labels of their "
    "terms; procedure is left out",
}
"""What each number of a round is a share of."""
GAP_EDGES = (0, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)
"""Days that part the gap into bins (an edge belongs to the bin it begins); the last: later, or never in the horizon."""
LEAST_RUNS = 100


@dataclass(frozen=True)
class Conditions:
    """What a forecast takes as known on its date.

    `held` rounds in the scenario's time, the days `since_last`, and the date of the `last` round.
    """

    held: int
    since_last: int
    last: datetime.date | None


def derive_conditions(start: datetime.date, after: datetime.date, rounds: tuple[Round, ...]) -> Conditions:
    """Derive from the record how many rounds were held from a scenario's start to a date, both included.

    Raises
    ------
    ParleyError
        The date lies before the day before the start.
    """
    if after < start - datetime.timedelta(days=1):
        raise ParleyError(f"--after {after} lies more than a day before the scenario's start, {start}")
    held = [r for r in rounds if start <= r.start <= after]
    if not held:
        return Conditions(0, (after - start).days, None)
    return Conditions(len(held), (after - held[-1].start).days, held[-1].start)


def compute_forecast(
    scenario: str | Loaded,
    posterior: Posterior | None,
    after: datetime.date,
    n: int = 4000,
    seed: int = 0,
    rounds_ahead: int = 5,
    record: tuple[Round, ...] | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Compute probabilities of code, gap and venue of the next rounds.

    Parameters
    ----------
    scenario : str or Loaded
        Name or path, or a loaded scenario.
    posterior : Posterior, optional
        Source of the fitted numbers; without it every number is drawn from the scenario's own range.
    after : datetime.date
        Date of the forecast.
    n : int
        Runs.
    seed : int
        Seed.
    rounds_ahead : int
        Rounds to predict.
    record : tuple of Round, optional
        Rounds held so far; by default the record of the package if the scenario rests on documents.
    workers : int, optional
        Threads; None for one a processor.

    Returns
    -------
    dict
        Data that JSON can hold; `READING` says what each number is a share of.

    Raises
    ------
    ParleyError
        Fewer than `LEAST_RUNS` runs agree with the record, or the posterior is of another version of the model.
    """
    job = plan(scenario, n, seed, workers=workers)
    if posterior is not None:
        check_model(posterior, job.loaded.scenario)
    start, agenda = job.loaded.scenario.start, describe_agenda(job.loaded.scenario)
    earlier = _select_record(job, record)
    conditions = derive_conditions(start, after, earlier)
    runs, table = _simulate_held_rounds(job, posterior, conditions.held + rounds_ahead)
    chosen = _select_runs(table, conditions)
    runs, table = runs[chosen], table[chosen]
    if len(runs) < LEAST_RUNS:
        raise ParleyError(
            f"only {len(runs)} of {n} runs hold {conditions.held} rounds and then none until {after}; at "
            f"least {LEAST_RUNS} are needed: use more runs, or an earlier date"
        )
    return {
        "kind": "forecast",
        "scenario": job.loaded.scenario.id,
        "start": start.isoformat(),
        "after": after.isoformat(),
        "last_round": conditions.last.isoformat() if conditions.last else None,
        "conditional_on": CONDITIONAL if posterior else UNFITTED,
        "given": f"{conditions.held} rounds held from {start} on, the last {conditions.since_last} days before {after}",
        "since_last": conditions.since_last,
        "earlier": [
            {"id": r.id, "start": r.start.isoformat(), "codes": r.codes, "gap": r.gap, "venue": f"{r.venue} {r.place}"}
            for r in earlier
            if r.start <= after
        ],
        "posterior": posterior.note if posterior else None,
        "seed": seed,
        "runs": n,
        "runs_kept": len(runs),
        "reading": READING,
        "gap_edges": list(GAP_EDGES),
        "venues": {name: venue.title for name, venue in job.loaded.scenario.venues.items()},
        "agenda": _describe_baskets(agenda),
        "rounds": [
            _summarise_round(table, conditions, k, job)
            | {"content": _tabulate_content(agenda, job, runs, table[:, conditions.held + k])}
            for k in range(rounds_ahead)
        ],
    }


def _select_record(job: Plan, record: tuple[Round, ...] | None) -> tuple[Round, ...]:
    """Return the record if the scenario rests on documents; invented cases have none."""
    if record is not None:
        return record
    return load_rounds() if job.loaded.scenario.evidence else ()


def _simulate_held_rounds(job: Plan, posterior: Posterior | None, first: int) -> tuple[Floats, Floats]:
    """Simulate a plan; returns rows of runs (n, width), and the first rounds held of each (n, first, columns)."""
    ladder = job.problem.names.ladder
    chunks = simulate_chunks(job, posterior) if posterior else simulate_prior(job)
    shared = (share_codes(chunk, ladder) for chunk in chunks)
    pairs = [(c.runs, select_held_rounds(c.rounds, c.rows, first)[0]) for c in shared]
    runs, rounds = zip(*pairs, strict=True)
    return np.concatenate(runs), np.concatenate(rounds)


def _select_runs(table: Floats, conditions: Conditions) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Select the runs (n,) that agree with what is known: as many rounds, and the next not before the date."""
    days = table[:, :, ROUND.DAY]
    held = conditions.held
    if held == 0:
        # No round yet: the start itself is a planned round, and the next must lie after the date.
        return np.asarray(np.nan_to_num(days[:, 0], nan=np.inf) >= conditions.since_last)
    ok = ~np.isnan(days[:, held - 1])
    gap = np.nan_to_num(days[:, held], nan=np.inf) - days[:, held - 1]
    return np.asarray(ok & (gap > conditions.since_last))


def _describe_baskets(agenda: Agenda) -> dict[str, Any]:
    """Describe the baskets of a scenario: outcome code, and labels of every issue."""
    return {
        name: {"code": CODES[code], "issues": {i: list(agenda.labels[i]) for i in agenda.issues[name]}}
        for name, code in agenda.codes.items()
    }


def _tabulate_content(agenda: Agenda, job: Plan, runs: Floats, rounds: Floats) -> list[dict[str, Any]]:
    """Tabulate what the runs that hold a round settle in it."""
    is_held = ~np.isnan(rounds[:, ROUND.DAY])
    return tabulate_settlements(agenda, list_settlements(agenda, job.problem, runs[is_held], rounds[is_held]))


def _summarise_round(table: Floats, conditions: Conditions, k: int, job: Plan) -> dict[str, Any]:
    """Summarise one round ahead: in how many runs it is held, and among these its codes and venues.

    The gap counts from the round before it, among the runs that hold that one.
    """
    at = conditions.held + k
    days = table[:, :, ROUND.DAY]
    before = days[:, at - 1] if at else np.zeros(len(table))
    candidates = table[~np.isnan(before)]
    gap = (days[:, at] - before)[~np.isnan(before)]
    is_held = ~np.isnan(gap)
    rows, venues = candidates[is_held, at], job.problem.names.venues
    codes = np.bincount(rows[:, ROUND.CODE].astype(int), minlength=len(CODES)) + 0.5
    codes[POSTPONED] = 0.0  # a round that is held has another code than postponed
    places = np.bincount(rows[:, ROUND.VENUE].astype(int), minlength=len(venues) + 1) + 0.5
    edges = np.array([*GAP_EDGES, np.inf])
    bins = np.histogram(np.where(is_held, gap, 1e9), bins=edges)[0] + 0.5
    if k == 0:
        bins[edges[1:] <= conditions.since_last] = 0.0
    gaps = gap[is_held]
    return {
        "ahead": k + 1,
        "held_within_horizon": float((gaps.size + 0.5) / (len(table) + 1)),
        "code": dict(zip(CODES, (codes / codes.sum()).tolist(), strict=True)),
        "gap_bins": (bins / bins.sum()).tolist(),
        "gap_quantiles": dict(zip(("0.1", "0.5", "0.9"), np.quantile(gaps, [0.1, 0.5, 0.9]).tolist(), strict=True))
        if gaps.size
        else None,
        "venue": dict(zip((*venues, OTHER), (places / places.sum()).tolist(), strict=True)),
    }


def write_forecast(forecast: dict[str, Any], path: Path) -> None:
    """Write a forecast as JSON. Raises ParleyError."""
    write_file(path, json.dumps(forecast, indent=1, ensure_ascii=False) + "\n")
