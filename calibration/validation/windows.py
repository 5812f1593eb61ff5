"""What runs and a record show within windows of days: meetings, highest codes, baskets settled, silence and terms.

Windows, and not rounds, are compared first, since where one round ends and the next begins is a coder's choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from calibration.validation.units import Unit, list_terms
from sim.core.columns import ROUND, Chunk, run_columns
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, POSTPONED
from sim.scenario.names import Names
from sim.scenario.resolve import resolve

WINDOWS = ((0, 30), (31, 90), (91, 180), (181, 365))
"""First and last day of each window, counted from the start of the scenario; both belong to it."""

ROUNDS = 12
"""Rounds held that are compared one by one."""

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Runs:
    """What n runs show of a unit with w windows and b baskets.

    Attributes
    ----------
    highest : ndarray of int (n, w)
        Highest shared code of a round held in the window; `postponed` where none was held.
    settled : ndarray of bool (n, w, b)
        Whether the basket was settled in the window.
    silence : ndarray (n,)
        Longest time without a round, in days, within the days observed.
    terms : ndarray (n, t)
        First terms of the issues whose terms the record shows; NaN where the run never settled them in time.
    codes : ndarray of int (n, `ROUNDS`)
        Shared code of the first rounds held; -1 where fewer were held in time.
    days : ndarray (n, `ROUNDS`)
        Their days; infinity where fewer were held in time.
    """

    highest: Ints
    settled: Bools
    silence: Floats
    terms: Floats
    codes: Ints
    days: Floats


@dataclass(frozen=True)
class Observed:
    """The same of the record.

    `highest` (w, c) and `codes` (k, c) say which codes the sources admit; a row without any is not compared. `meeting`
    (w,) says whether a round was held in the window, and `observed` how many days the record covers.
    """

    highest: Bools
    meeting: Bools
    settled: Bools
    observed: float
    silence: float
    low: Floats
    high: Floats
    codes: Bools
    days: Floats


def list_windows(unit: Unit) -> list[tuple[int, int]]:
    """List the windows of a unit; the last one ends where the record does."""
    return [(first, min(last, unit.observed)) for first, last in WINDOWS if first < max(unit.observed, 1)]


def compared_baskets(unit: Unit) -> list[str]:
    """List the baskets whose settlement the record can show."""
    return [name for name in unit.loaded.scenario.baskets if name not in unit.not_compared]


def summarise_chunk(unit: Unit, chunk: Chunk) -> Runs:
    """Summarise raw rows of runs of a unit's scenario.

    Parameters
    ----------
    unit : Unit
        The case.
    chunk : Chunk
        Raw rows of n runs and of their planned rounds.
    """
    n, scenario = chunk.rows.size, unit.loaded.scenario
    run = np.repeat(np.arange(n), chunk.rows)
    in_time = (chunk.rounds[:, ROUND.CODE] > POSTPONED) & (chunk.rounds[:, ROUND.DAY] <= unit.observed)
    run, rows = run[in_time], chunk.rounds[in_time]
    names = resolve(scenario, 0).names
    day, code = rows[:, ROUND.DAY], names.ladder.share(rows[:, ROUND.CODE]).astype(np.int64)
    windows, baskets = list_windows(unit), compared_baskets(unit)
    highest = np.zeros((n, len(windows)), dtype=np.int64)
    settled = np.zeros((n, len(windows), len(baskets)), dtype=bool)
    mask = rows[:, ROUND.SETTLED].astype(np.int64)
    for w, (first, last) in enumerate(windows):
        within = (day >= first) & (day < last + 1)
        np.maximum.at(highest[:, w], run[within], code[within])
        for b, name in enumerate(baskets):
            hit = within & ((mask >> names.baskets.index(name)) & 1 == 1)
            settled[run[hit], w, b] = True
    codes, days = _first_rounds(n, run, day, code)
    return Runs(highest, settled, _longest_silence(unit, n, run, day), _terms(unit, chunk, names), codes, days)


def _first_rounds(n: int, run: Ints, day: Floats, code: Ints) -> tuple[Ints, Floats]:
    """Codes and days of the first rounds held by each run."""
    counts = np.bincount(run, minlength=n)
    order = np.arange(run.size) - np.repeat(np.cumsum(counts) - counts, counts)
    codes, days = np.full((n, ROUNDS), -1, dtype=np.int64), np.full((n, ROUNDS), np.inf)
    early = order < ROUNDS
    codes[run[early], order[early]], days[run[early], order[early]] = code[early], day[early]
    return codes, days


def _longest_silence(unit: Unit, n: int, run: Ints, day: Floats) -> Floats:
    """Longest time without a round of each run, from the start to the last day observed."""
    ends = np.arange(n)
    who = np.concatenate([ends, run, ends])
    when = np.concatenate([np.zeros(n), day, np.full(n, float(unit.observed))])
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    longest = np.zeros(n)
    same = who[1:] == who[:-1]
    np.maximum.at(longest, who[1:][same], (when[1:] - when[:-1])[same])
    return longest


def _terms(unit: Unit, chunk: Chunk, names: Names) -> Floats:
    """First terms of each compared issue by run; NaN where its basket was not settled in time."""
    issues = list_terms(unit)
    place = {name: k for k, (name, _) in enumerate(run_columns(names))}
    out = np.full((chunk.rows.size, len(issues)), np.nan)
    for t, issue in enumerate(issues):
        in_time = chunk.runs[:, place[f"first_settled_{issue.basket}"]] <= unit.observed
        out[in_time, t] = chunk.runs[in_time, place[f"first_terms_{issue.name}"]]
    return out


def observe(unit: Unit) -> Observed:
    """Read the record of a unit as windows and rounds."""
    windows, baskets = list_windows(unit), compared_baskets(unit)
    meetings = sorted((m for m in unit.meetings if unit.days_to(m.start) <= unit.observed), key=lambda m: m.start)
    days = [unit.days_to(m.start) for m in meetings]
    highest = np.zeros((len(windows), len(CODES)), dtype=bool)
    settled = np.zeros((len(windows), len(baskets)), dtype=bool)
    meeting = np.zeros(len(windows), dtype=bool)
    for w, (first, last) in enumerate(windows):
        inside = [m for m, day in zip(meetings, days, strict=True) if first <= day <= last]
        meeting[w] = bool(inside)
        coded = [[CODES.index(c) for c in m.codes] for m in inside if not m.default]
        if not inside:
            highest[w, POSTPONED] = True
        elif coded:
            highest[w, sorted({max(choice) for choice in product(*coded)})] = True
        for settlement in unit.settlements:
            if first <= unit.days_to(settlement.date) <= last and settlement.basket in baskets:
                settled[w, baskets.index(settlement.basket)] = True
    terms = list_terms(unit)
    codes = np.array([[code in m.codes and not m.default for code in CODES] for m in meetings[:ROUNDS]], dtype=bool)
    gaps = np.diff([0, *days, unit.observed])
    return Observed(
        highest,
        meeting,
        settled,
        float(unit.observed),
        float(gaps.max()),
        np.array([t.low for t in terms]),
        np.array([t.high for t in terms]),
        codes.reshape(-1, len(CODES)),
        np.array(days[:ROUNDS], dtype=float),
    )
