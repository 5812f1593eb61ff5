"""How often talks break off and come back in processes outside the tested cases: rates from a table of spells."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import optimize, stats

from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats

Kind = Literal["talks", "silence"]

COLUMNS = (
    "process",
    "kind",
    "start",
    "end",
    "censored",
    "ended_by",
    "days",
    "precision",
    "gaps",
    "planned",
    "sources",
    "locator",
    "retrieved",
    "note",
)
ALLOWED = {
    "kind": ("talks", "silence"),
    "censored": ("no", "agreement", "open"),
    "ended_by": ("declared", "no date", "missed date", "lapse", "resumed", "agreement", "open"),
    "precision": ("day", "week"),
    "gaps": ("", "read", "unread"),
    "planned": ("", "yes"),
}
"""Values of the coded columns; the README beside the table says what they mean."""


@dataclass(frozen=True)
class Spell:
    """One spell of talks or of silence in one process, in days from `start` to `end`."""

    process: str
    kind: str
    start: datetime.date
    end: datetime.date
    censored: str
    ended_by: str
    precision: str
    gaps: str
    planned: str
    sources: tuple[str, ...]

    @property
    def days(self) -> int:
        """Length of the spell in days."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class Rate:
    """Events per day of exposure with an exact interval.

    Parameters
    ----------
    events : int
        Spells that ended with the event.
    days : float
        Exposure, days.
    low, high : float
        Bounds of the interval, a day.
    """

    events: int
    days: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Events a day."""
        return self.events / self.days


def pace_folder() -> Path:
    """The folder of the table of spells that comes with the package."""
    return Path(__file__).parent / "record" / "pace"


def load_spells(path: Path | None = None) -> tuple[Spell, ...]:
    """Read the table of spells.

    Parameters
    ----------
    path : Path, optional
        A CSV with the columns `COLUMNS`; the table that comes with the package if none is named.

    Returns
    -------
    tuple of Spell
        In the order of the file.

    Raises
    ------
    ParleyError
        Where a column is missing, a value is not among those allowed, a date cannot be read, a spell ends before
        it starts or `days` does not fit the dates. The message names file and line.
    """
    path = path or pace_folder() / "spells.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ParleyError(f"{path}: line 1: column {missing[0]!r} is missing")
        return tuple(_spell(row, f"{path}: line {reader.line_num}") for row in reader)


def _spell(row: dict[str, str], where: str) -> Spell:
    for column, allowed in ALLOWED.items():
        if row[column] not in allowed:
            hint = nearest(row[column], list(allowed))
            raise ParleyError(f"{where}: {column} {row[column]!r} is not one of {', '.join(map(repr, allowed))}{hint}")
    try:
        start, end = (datetime.date.fromisoformat(row[column]) for column in ("start", "end"))
    except ValueError as error:
        raise ParleyError(f"{where}: {error}; dates are written YYYY-MM-DD") from None
    if end < start or row["days"] != str((end - start).days):
        raise ParleyError(f"{where}: from {start} to {end} are {(end - start).days} days, the row says {row['days']}")
    coded = {column: row[column] for column in ALLOWED}
    return Spell(process=row["process"], start=start, end=end, sources=tuple(row["sources"].split()), **coded)


def join_planned(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """Count a silence whose end was agreed beforehand as talks: one spell of talks instead of three."""
    joined: list[Spell] = []
    for spell in spells:
        before = joined[-1] if joined else None
        if before and before.process == spell.process and before.end == spell.start:
            if spell.planned == "yes" and before.kind == "talks":
                joined[-1] = replace(before, end=spell.end, planned="yes", ended_by="open", censored="open")
                continue
            if before.planned == "yes" and before.kind == spell.kind == "talks":
                joined[-1] = replace(spell, start=before.start)
                continue
        joined.append(spell)
    return tuple(joined)


def delay_lapses(spells: Sequence[Spell], days: int) -> tuple[Spell, ...]:
    """Date a lapse `days` after the last round, for when nobody declared a break its day is not known.

    Parameters
    ----------
    spells : sequence of Spell
        A silence that follows in the table starts at the new day; it keeps at least a day.
    days : int
        Days after the last round.
    """
    shifted = list(spells)
    shift = datetime.timedelta(days=days)
    for i, spell in enumerate(spells):
        if spell.ended_by != "lapse":
            continue
        following = spells[i + 1] if i + 1 < len(spells) else None
        if following and following.process == spell.process and following.start == spell.end:
            end = min(spell.end + shift, following.end - datetime.timedelta(days=1))
            shifted[i + 1] = replace(shifted[i + 1], start=end)
        else:
            end = spell.end + shift
        shifted[i] = replace(shifted[i], end=end)
    return tuple(shifted)


def estimate_rate(spells: Sequence[Spell], kind: Kind, limit: int | None = None) -> Rate:
    """Rate at which spells of one kind end, an exponential law with censoring.

    Parameters
    ----------
    spells : sequence of Spell
        Those of the other kind are passed over. An agreement and the end of what was read censor a spell.
    kind : {"talks", "silence"}
        Talks end by breaking off, silences by coming back.
    limit : int, optional
        Days from the start of a spell after which it is no longer followed.

    Returns
    -------
    Rate
        Events a day of exposure with an exact 95% interval.

    Raises
    ------
    ParleyError
        If no day of exposure is left.
    """
    chosen = [spell for spell in spells if spell.kind == kind]
    cap = float("inf") if limit is None else limit
    days = sum(min(spell.days, cap) for spell in chosen)
    events = sum(spell.censored == "no" and spell.days <= cap for spell in chosen)
    if days <= 0:
        raise ParleyError(f"no days of {kind} in the spells chosen")
    low, high = poisson_interval(events, days)
    return Rate(events, days, low, high)


def poisson_interval(events: int, days: float, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a Poisson rate.

    Parameters
    ----------
    events : int
        Events counted.
    days : float
        Exposure, days.
    level : float
        Coverage.

    Returns
    -------
    tuple of float
        Lower and upper bound, a day.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3-4), 437-442.
    """
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(stats.chi2.ppf(tail, 2 * events)) / 2
    return low / days, float(stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2 / days


def drop_each_process(spells: Sequence[Spell], kind: Kind, limit: int | None = None) -> tuple[float, float]:
    """Lowest and highest rate when one process at a time is left out: what the figure owes to a single one."""
    names = sorted({spell.process for spell in spells if spell.kind == kind})
    values = [estimate_rate([s for s in spells if s.process != name], kind, limit).value for name in names]
    return min(values), max(values)


def fit_spread(spells: Sequence[Spell], kind: Kind, limit: int | None = None) -> tuple[float, float, float]:
    """Spread of the rate between processes: a gamma law of rates fitted to each process's events and days.

    Parameters
    ----------
    spells : sequence of Spell
        Those of the other kind are passed over.
    kind : {"talks", "silence"}
        As in `estimate_rate`.
    limit : int, optional
        As in `estimate_rate`.

    Returns
    -------
    tuple of float
        5%, 50% and 95% point of the law, a day; nearly equal where processes do not differ beyond chance.
    """
    names = sorted({spell.process for spell in spells if spell.kind == kind})
    rates = [estimate_rate([s for s in spells if s.process == name], kind, limit) for name in names]
    events, days = np.array([rate.events for rate in rates]), np.array([rate.days for rate in rates])

    def loss(logs: Floats) -> float:
        shape, mean = np.exp(logs)
        return -float(stats.nbinom.logpmf(events, shape, shape / (shape + mean * days)).sum())

    start = np.log([1.0, events.sum() / days.sum()])
    bounds = [(-3.0, 7.0), (start[1] - 4.0, start[1] + 4.0)]
    shape, mean = np.exp(optimize.minimize(loss, start, method="Nelder-Mead", bounds=bounds).x)
    low, middle, high = stats.gamma.ppf([0.05, 0.5, 0.95], shape, scale=mean / shape)
    return float(low), float(middle), float(high)


def list_codings(spells: Sequence[Spell]) -> dict[str, tuple[Spell, ...]]:
    """The table under each coding that the README compares, by name."""
    declared = tuple(s for s in spells if s.kind == "silence" or s.ended_by != "lapse")
    checked = tuple(s for s in spells if s.gaps != "unread" and s.precision == "day")
    return {
        "as coded": tuple(spells),
        "lapse dated 30 days on": delay_lapses(spells, 30),
        "agreed next rounds are talks": join_planned(spells),
        "both": delay_lapses(join_planned(spells), 30),
        "without lapses": declared,
        "gaps read, days exact": checked,
    }


def main() -> None:
    """Print the rates of every coding as a Markdown table."""
    print("| Coding | Spells | Events | Days | A day | 95% | One process left out | Between processes, 5 to 95% |")
    print("|---|---|---|---|---|---|---|---|")
    cases: tuple[tuple[Kind, int | None, str], ...] = (
        ("talks", None, "talks"),
        ("silence", 365, "silence, first 365 days"),
        ("silence", None, "silence"),
    )
    for name, spells in list_codings(load_spells()).items():
        for kind, limit, label in cases:
            rate = estimate_rate(spells, kind, limit)
            low, high = drop_each_process(spells, kind, limit)
            bottom, _, top = fit_spread(spells, kind, limit)
            print(
                f"| {name} | {label} | {rate.events} | {rate.days:.0f} | {rate.value:.4f} | {rate.low:.4f} to"
                f" {rate.high:.4f} | {low:.4f} to {high:.4f} | {bottom:.4f} to {top:.4f} |"
            )


if __name__ == "__main__":
    main()
