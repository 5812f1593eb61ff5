"""What of a run is compared with the record: outcome codes in sequence and a few numbers, and how far apart two are.

Two kinds of target. *Rounds*: of the first K rounds held, their outcome codes, the gaps between them, the day of the
first humanitarian settlement, the delivered share, walk-backs, and whether the window ends in abeyance (no round in its
last two months). *Crises*: the share of formal agreements by style of mediation, of as many crises as recorded.

Codes are compared as categories, and an uncertain code of the record is a set: a simulated code agrees with it or not.
Numbers are compared on scales fixed by the fit, and an uncertain number is an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.records import STYLES, Crises, Round
from sim.core.columns import ROUND, RUN
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CEASEFIRE, CODES, HUMANITARIAN, POSTPONED

QUIET_DAYS = 60.0
"""A window that ends with so many days without a round held ends in abeyance."""
NUMBERS = ("first_humanitarian", "delivered", "walk_backs", "quiet")
MISSING = -1.0
"""Delivered share where nothing was due."""


@dataclass(frozen=True)
class Layout:
    """Names of a fit's codes and numbers; `scale` (m,) is the distance on each number that counts as 1."""

    codes: tuple[str, ...]
    numbers: tuple[str, ...]
    scale: Floats


@dataclass(frozen=True)
class Observed:
    """A record, possibly uncertain: admitted codes (c, 8) as booleans, numbers as intervals (m,)."""

    allowed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    low: Floats
    high: Floats

    @classmethod
    def exact(cls, codes: Ints, numbers: Floats) -> Observed:
        """A simulated record: one code each, no interval."""
        return cls(np.arange(len(CODES))[None, :] == codes[:, None], numbers, numbers)


def joined(parts: Sequence[Observed]) -> Observed:
    """Several targets' records as one."""
    return Observed(
        np.concatenate([p.allowed for p in parts]),
        np.concatenate([p.low for p in parts]),
        np.concatenate([p.high for p in parts]),
    )


def held_rounds(rounds: Floats, rows: Ints, first: int) -> tuple[Floats, Ints]:
    """The first so many rounds held of each run, (n, first, columns), NaN where none; and how many each run held."""
    run = np.repeat(np.arange(rows.size), rows)
    held = rounds[:, ROUND.CODE] > POSTPONED
    run, kept = run[held], rounds[held]
    counts = np.bincount(run, minlength=rows.size)
    order = np.arange(run.size) - np.repeat(np.cumsum(counts) - counts, counts)
    out = np.full((rows.size, first, rounds.shape[1]), np.nan)
    early = order < first
    out[run[early], order[early]] = kept[early]
    return out, counts


def last_days(rounds: Floats, rows: Ints) -> Floats:
    """Day of the last round held of each run; minus infinity where none was."""
    run = np.repeat(np.arange(rows.size), rows)
    held = rounds[:, ROUND.CODE] > POSTPONED
    last = np.full(rows.size, -np.inf)
    np.maximum.at(last, run[held], rounds[held, ROUND.DAY])
    return last


def of_rounds(runs: Floats, rounds: Floats, rows: Ints, count: int, numbers: Sequence[str]) -> tuple[Ints, Floats]:
    """Codes (n, count) and numbers (n, count - 1 + chosen) of runs. A round not held by the horizon counts as
    postponed, and the gap before it as the whole window.
    """
    table, _ = held_rounds(rounds, rows, count)
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
        "quiet": (horizon - last_days(rounds, rows) >= QUIET_DAYS).astype(float),
    }
    return codes, np.column_stack([gaps, *(values[name] for name in numbers)])


def formal_share(runs: Floats, cases: int) -> Floats:
    """Share of formal agreements among `cases` crises a vector: runs come `cases` by `cases`."""
    formal = runs[:, RUN.PEAK_OUTCOME] >= CEASEFIRE
    return formal.reshape(-1, cases).mean(axis=1)


def share_scale(share: Floats) -> Floats:
    """Variance-stabilised share, arcsine of the root (Bartlett 1947)."""
    return np.arcsin(np.sqrt(np.asarray(share, dtype=float)))


def observed_rounds(rounds: Sequence[Round], numbers: Sequence[str]) -> Observed:
    """The record of consecutive rounds as intervals and sets. Raises ParleyError where it lacks what is asked for."""
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
    return Observed(
        allowed,
        np.array([*gaps, *(low for low, _ in chosen)], float),
        np.array([*gaps, *(high for _, high in chosen)], float),
    )


def _humanitarian(rounds: Sequence[Round], agree: Callable[[Iterable[bool]], bool]) -> float:
    """Days to the first round with a humanitarian settlement or more, by any or by all of its codes; inf: none."""
    found = (r.start for r in rounds if agree(CODES.index(code) >= HUMANITARIAN for code in r.codes))
    return next((float((start - rounds[0].start).days) for start in found), np.inf)


def observed_crises(crises: Crises) -> Observed:
    """The shares of the crisis table."""
    shares = share_scale(np.array([crises.share(style) for style in STYLES]))
    return Observed(np.zeros((0, len(CODES)), dtype=bool), shares, shares)


def terms(codes: Ints, numbers: Floats, layout: Layout, record: Observed) -> Floats:
    """Distance of each summary from the record (n, c + m): 0 or 1 for a code, scaled and at most 3 for a number."""
    wrong = ~record.allowed[np.arange(codes.shape[1])[None, :], codes] if codes.shape[1] else np.zeros(codes.shape)
    off = np.maximum(np.maximum(record.low - numbers, numbers - record.high), 0.0) / layout.scale
    return np.concatenate([wrong.astype(float), np.minimum(off, 3.0)], axis=1)


def distance(codes: Ints, numbers: Floats, layout: Layout, record: Observed, left_out: Sequence[int] = ()) -> Floats:
    """Mean distance over summaries (n,), some of them left out."""
    parts = terms(codes, numbers, layout, record)
    kept = np.setdiff1d(np.arange(parts.shape[1]), np.asarray(left_out, dtype=np.int64))
    return parts[:, kept].mean(axis=1)
