"""Summary statistics of runs and of the record, and the distance between them.

Two kinds of target. *Rounds*: of the first K rounds held, the outcome codes, the gaps between them, the day of the
first humanitarian settlement, the delivered share, walk-backs, and whether the window ends in abeyance (no round in its
last two months). *Crises*: the share of formal agreements by style of mediation, among as many crises as recorded.

Codes are compared as categories. An uncertain code of the record is a set: a simulated code lies in it or not. Numbers
are compared on scales fixed by the fit, and an uncertain number is an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.records import STYLES, Crises, Round
from sim.core.columns import ROUND, RUN, Chunk
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CEASEFIRE, CODES, HUMANITARIAN, POSTPONED
from sim.scenario.ladder import SHIPPED, Ladder

QUIET_DAYS = 60.0
"""A window that ends with so many days without a round held ends in abeyance."""
NUMBERS = ("first_humanitarian", "delivered", "walk_backs", "quiet")
MISSING = -1.0
"""Delivered share where nothing was due."""


@dataclass(frozen=True)
class Layout:
    """Names of a fit's codes (c) and numbers (m).

    `scale` (m,) is the distance on each number that counts as 1.
    """

    codes: tuple[str, ...]
    numbers: tuple[str, ...]
    scale: Floats


@dataclass(frozen=True)
class Observation:
    """A record, possibly uncertain.

    Attributes
    ----------
    allowed : ndarray of bool (c, 8)
        Outcome codes that each coded summary admits.
    low, high : ndarray (m,)
        Interval of each number.
    """

    allowed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    low: Floats
    high: Floats

    @classmethod
    def exact(cls, codes: Ints, numbers: Floats) -> Observation:
        """Return a simulated record: one code each, no intervals."""
        return cls(np.arange(len(CODES))[None, :] == codes[:, None], numbers, numbers)


def join_observations(parts: Sequence[Observation]) -> Observation:
    """Join the records of several targets into one."""
    return Observation(
        np.concatenate([p.allowed for p in parts]),
        np.concatenate([p.low for p in parts]),
        np.concatenate([p.high for p in parts]),
    )


def share_codes(chunk: Chunk, ladder: Ladder) -> Chunk:
    """Write the outcomes of raw rows in the codes that all scenarios share."""
    if ladder == SHIPPED:
        return chunk
    runs, rounds = chunk.runs.copy(), chunk.rounds.copy()
    for column in (RUN.OUTCOME, RUN.PEAK_OUTCOME):
        runs[:, column] = ladder.share(runs[:, column])
    rounds[:, ROUND.CODE] = ladder.share(rounds[:, ROUND.CODE])
    return chunk._replace(runs=runs, rounds=rounds)


def select_held_rounds(rounds: Floats, rows: Ints, first: int) -> tuple[Floats, Ints]:
    """Select the first rounds held of each run.

    Parameters
    ----------
    rounds : ndarray (total, columns)
        Raw rows of rounds, run after run.
    rows : ndarray of int (n,)
        Number of rows of each run.
    first : int
        Rounds to select.

    Returns
    -------
    tuple of ndarray (n, first, columns) and ndarray of int (n,)
        The rounds, NaN where a run held fewer, and how many each run held.
    """
    run = np.repeat(np.arange(rows.size), rows)
    held = rounds[:, ROUND.CODE] > POSTPONED
    run, rows_held = run[held], rounds[held]
    counts = np.bincount(run, minlength=rows.size)
    order = np.arange(run.size) - np.repeat(np.cumsum(counts) - counts, counts)
    out = np.full((rows.size, first, rounds.shape[1]), np.nan)
    early = order < first
    out[run[early], order[early]] = rows_held[early]
    return out, counts


def find_last_days(rounds: Floats, rows: Ints) -> Floats:
    """Find the day of the last round held of each run.

    Parameters are those of `select_held_rounds`.

    Returns
    -------
    ndarray (n,)
        Days since the start; minus infinity where no round was held.
    """
    run = np.repeat(np.arange(rows.size), rows)
    held = rounds[:, ROUND.CODE] > POSTPONED
    last = np.full(rows.size, -np.inf)
    np.maximum.at(last, run[held], rounds[held, ROUND.DAY])
    return last


def summarise_rounds(
    runs: Floats, rounds: Floats, rows: Ints, count: int, numbers: Sequence[str]
) -> tuple[Ints, Floats]:
    """Summarise runs as codes and numbers.

    A round not held by the horizon counts as postponed, and the gap before it as the whole window.

    Parameters
    ----------
    runs : ndarray (n, width)
        Raw rows of runs.
    rounds : ndarray (total, columns)
        Raw rows of rounds, run after run.
    rows : ndarray of int (n,)
        Number of rows of each run.
    count : int
        Rounds to summarise.
    numbers : sequence of str
        Which of `NUMBERS` to add.

    Returns
    -------
    tuple of ndarray of int (n, count) and ndarray (n, count - 1 + len(numbers))
        Outcome codes; logarithms of the gaps in days, then the other numbers.
    """
    table, _ = select_held_rounds(rounds, rows, count)
    codes = np.nan_to_num(table[:, :, ROUND.CODE], nan=POSTPONED).astype(np.int64)
    horizon = runs[:, RUN.DAYS]
    days = np.where(np.isnan(table[:, :, ROUND.DAY]), horizon[:, None], table[:, :, ROUND.DAY])
    absent = np.isnan(table[:, 1:, ROUND.DAY])
    gaps = np.log(np.maximum(np.where(absent, horizon[:, None], np.diff(days, axis=1)), 1.0))
    settled = (codes >= HUMANITARIAN).any(axis=1)
    at = days[np.arange(len(days)), np.argmax(codes >= HUMANITARIAN, axis=1)]
    values = {
        "first_humanitarian": np.log1p(np.where(settled, at, horizon)),
        "delivered": np.nan_to_num(runs[:, RUN.DELIVERED_SHARE], nan=MISSING),
        "walk_backs": np.minimum(runs[:, RUN.WALK_BACKS], 3.0),
        "quiet": (horizon - find_last_days(rounds, rows) >= QUIET_DAYS).astype(float),
    }
    return codes, np.column_stack([gaps, *(values[name] for name in numbers)])


def compute_formal_shares(runs: Floats, cases: int) -> Floats:
    """Compute the share of formal agreements (ceasefire or more at some time) among each vector's crises.

    Parameters
    ----------
    runs : ndarray (n * cases, width)
        Raw rows of runs, vector after vector.
    cases : int
        Crises of a vector.

    Returns
    -------
    ndarray (n,)
    """
    formal = runs[:, RUN.PEAK_OUTCOME] >= CEASEFIRE
    return formal.reshape(-1, cases).mean(axis=1)


def transform_share(share: Floats) -> Floats:
    """Stabilise the variance of a share: the arcsine of its root (Bartlett 1947, Biometrics 3, 39-52)."""
    return np.arcsin(np.sqrt(np.asarray(share, dtype=float)))


def encode_rounds(rounds: Sequence[Round], numbers: Sequence[str]) -> Observation:
    """Encode consecutive rounds of the record as sets and intervals.

    Parameters
    ----------
    rounds : sequence of Round
        Rounds in order of date.
    numbers : sequence of str
        Which of `NUMBERS` to add.

    Raises
    ------
    ParleyError
        `quiet` is wanted and the record does not say it.
    """
    allowed = np.array([[code in r.codes for code in CODES] for r in rounds])
    gaps = [np.log(float(r.gap or 1)) for r in rounds[1:]]
    delivered = [r.delivered for r in rounds if r.delivered] or [(MISSING, 1.0)]
    backs = [r.walk_backs or (0, 0) for r in rounds]
    bounds = {
        "first_humanitarian": (np.log1p(_humanitarian(rounds, any)), np.log1p(_humanitarian(rounds, all))),
        "delivered": (min(low for low, _ in delivered), max(high for _, high in delivered)),
        "walk_backs": (sum(low for low, _ in backs), sum(high for _, high in backs)),
        "quiet": (float(rounds[-1].quiet or False),) * 2,
    }
    if "quiet" in numbers and rounds[-1].quiet is None:
        raise ParleyError(f"round {rounds[-1].id} does not say whether two months without a round followed (`quiet`)")
    chosen = [bounds[name] for name in numbers]
    return Observation(
        allowed,
        np.array([*gaps, *(low for low, _ in chosen)], float),
        np.array([*gaps, *(high for _, high in chosen)], float),
    )


def _humanitarian(rounds: Sequence[Round], agree: Callable[[Iterable[bool]], bool]) -> float:
    """Return the days to the first round whose codes, any or all, are humanitarian or more; infinity where none is."""
    days = (r.start for r in rounds if agree(CODES.index(code) >= HUMANITARIAN for code in r.codes))
    return next((float((start - rounds[0].start).days) for start in days), np.inf)


def encode_crises(crises: Crises) -> Observation:
    """Encode the shares of the crisis table, which are certain."""
    shares = transform_share(np.array([crises.share(style) for style in STYLES]))
    return Observation(np.zeros((0, len(CODES)), dtype=bool), shares, shares)


def compute_terms(codes: Ints, numbers: Floats, layout: Layout, record: Observation) -> Floats:
    """Compute the distance of each summary from the record.

    Parameters
    ----------
    codes : ndarray of int (n, c)
        Outcome codes.
    numbers : ndarray (n, m)
        Numbers.
    layout : Layout
        Scales of the numbers.
    record : Observation
        What to compare with.

    Returns
    -------
    ndarray (n, c + m)
        0 or 1 for a code; scaled and at most 3 for a number.
    """
    wrong = ~record.allowed[np.arange(codes.shape[1])[None, :], codes] if codes.shape[1] else np.zeros(codes.shape)
    off = np.maximum(np.maximum(record.low - numbers, numbers - record.high), 0.0) / layout.scale
    return np.concatenate([wrong.astype(float), np.minimum(off, 3.0)], axis=1)


def compute_distance(
    codes: Ints, numbers: Floats, layout: Layout, record: Observation, omit: Sequence[int] = ()
) -> Floats:
    """Compute the mean distance from the record over all summaries, or all but those in `omit`.

    The other parameters are those of `compute_terms`.

    Returns
    -------
    ndarray (n,)
    """
    parts = compute_terms(codes, numbers, layout, record)
    rows_held = np.setdiff1d(np.arange(parts.shape[1]), np.asarray(omit, dtype=np.int64))
    return parts[:, rows_held].mean(axis=1)
