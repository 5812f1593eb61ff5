"""Summary of an ensemble, counted chunk by chunk: its size does not grow with the number of runs.

All entries are whole numbers (counts by code, by whole day, by bin; sums in millionths), so that summaries of parts add
up to the summary of the whole, to the bit, in any order of the parts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.layout import Floats, Ints
from sim.core.statistics import quantile
from sim.rules.outcome import POSTPONED, REASONS
from sim.scenario.ladder import CODE_TITLES
from sim.tables.arrow import count_integers, decode_labels, decode_numbers
from sim.tables.kinds import COUNTED, SUMMED, list_entities, list_fine
from sim.tables.quantities import FINE, QUANTILES, GapQuantiles, Share, Spread, compute_share, compute_spread
from sim.tables.schema import read_outcomes

if TYPE_CHECKING:
    import pyarrow as pa

GAP_BINS = 500
"""Bins of the gap between positions on [0, 1]: its quantiles are exact to ±0.001."""

_UNIT = 1e6


@dataclass
class Summary:
    """Counts of an ensemble: make one with `from_tables`, count further tables with `add`, join two with `merge`.

    Attributes
    ----------
    baskets, parties : tuple of str
        Names, as in the columns of the table of runs.
    n : int
        Number of runs.
    counts : dict of str to Counter
        Number of runs by value (code, reason or whole day) for each column counted.
    sums : dict of str to int
        Sum in millionths of each column summed, and under `NAME:n` the number of its values.
    gaps : ndarray of int, shape (rounds, GAP_BINS)
        Number of runs by round held and bin of the gap after it.
    outcomes : dict of str to str
        Titles of the outcome codes, lowest first.
    issues : tuple of str
        Names of issues, as in the columns of the table of runs.
    days : tuple of int
        Days of measurement.
    """

    baskets: tuple[str, ...]
    parties: tuple[str, ...]
    n: int = 0
    counts: dict[str, Counter[int]] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    gaps: Ints = field(default_factory=lambda: np.zeros((0, GAP_BINS), dtype=np.int64))
    outcomes: dict[str, str] = field(default_factory=lambda: dict(CODE_TITLES))
    issues: tuple[str, ...] = ()
    days: tuple[int, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Outcome codes, lowest first."""
        return tuple(self.outcomes)

    @classmethod
    def from_tables(cls, schema: pa.Schema, parts: Iterable[tuple[pa.Table, pa.Table]] = ()) -> Summary:
        """Summarise tables.

        Parameters
        ----------
        schema : pyarrow.Schema
            Schema of the table of runs.
        parts : iterable of pairs of pyarrow.Table
            Tables of runs and of their rounds, each part holding whole runs.

        Returns
        -------
        Summary
            Counts of all parts.
        """
        names = schema.names
        baskets, issues, days = list_entities(names)
        parties = tuple(name.removeprefix("utility_") for name in names if name.startswith("utility_"))
        summary = cls(baskets, parties, outcomes=read_outcomes(schema), issues=issues, days=days)
        for runs, rounds in parts:
            summary.add(runs, rounds)
        return summary

    def add(self, runs: pa.Table, rounds: pa.Table) -> None:
        """Count some runs and all their rounds."""
        self.add_runs(runs)
        self.add_gaps(
            decode_numbers(rounds.column("run")),
            decode_labels(rounds.column("code"), self.codes),
            decode_numbers(rounds.column("gap_open")),
        )

    def add_runs(self, runs: pa.Table) -> None:
        """Count some runs; `add_gaps` counts their rounds."""
        self.n += runs.num_rows
        for name in ("outcome", "peak_outcome"):
            self._count(name, decode_labels(runs.column(name), self.codes))
        for name in COUNTED:
            self._count(name, decode_numbers(runs.column(name)))
        for name in (*SUMMED, *(f"utility_{party}" for party in self.parties)):
            self._sum(name, decode_numbers(runs.column(name)))
        for basket in self.baskets:
            self._count(f"blocked_{basket}", decode_labels(runs.column(f"blocked_{basket}"), REASONS))
            self._count(f"zone_{basket}", decode_numbers(runs.column(f"zone_{basket}")))
            for name in (f"settled_{basket}", f"first_settled_{basket}"):
                self._count(name, decode_numbers(runs.column(name)))
        present = set(runs.column_names)
        for name in list_fine(self.baskets, self.issues, self.days):
            if name in present:
                self._count(f"{name}:fine", np.rint(decode_numbers(runs.column(name)) * FINE))

    def add_gaps(self, run: Ints | Floats, code: Ints, gap: Floats) -> None:
        """Count the gap after each round held, by the number of rounds its run has held by then.

        Parameters
        ----------
        run : ndarray, shape (rounds,)
            Number of the run of each planned round; runs are whole, their rounds in order.
        code : ndarray of int, shape (rounds,)
            Position of the outcome code in `codes`.
        gap : ndarray of float, shape (rounds,)
            Gap between positions after the round, in [0, 1].
        """
        if not run.size:
            return
        held = code > POSTPONED
        starts = np.flatnonzero(np.r_[True, run[1:] != run[:-1]])
        total = np.cumsum(held)
        before: Ints = np.repeat(total[starts] - held[starts], np.diff(np.r_[starts, run.size]))
        row = (total - before)[held] - 1
        column = np.clip((gap[held] * GAP_BINS).astype(np.int64), 0, GAP_BINS - 1)
        size = max(int(row.max(initial=-1)) + 1, self.gaps.shape[0])
        gaps = np.bincount(row * GAP_BINS + column, minlength=size * GAP_BINS).reshape(size, GAP_BINS)
        gaps[: self.gaps.shape[0]] += self.gaps
        self.gaps = gaps

    def _count(self, name: str, values: Floats | Ints) -> None:
        """Count values by their whole part (a day is counted whole) and ignore NaN."""
        unique, times = count_integers(np.floor(values[~np.isnan(values)]).astype(np.int64))
        self.counts.setdefault(name, Counter()).update(dict(zip(unique.tolist(), times.tolist(), strict=True)))

    def _sum(self, name: str, values: Floats) -> None:
        """Add values in millionths and ignore NaN."""
        present = values[~np.isnan(values)]
        units = np.rint(present * _UNIT).astype(np.int64)
        self.sums[name] = self.sums.get(name, 0) + int(units.sum())
        self.sums[f"{name}:n"] = self.sums.get(f"{name}:n", 0) + present.size

    def merge(self, other: Summary) -> Summary:
        """Join two summaries.

        Raises
        ------
        ValueError
            They count different baskets, parties or outcomes.
        """
        entities = [(part.baskets, part.parties, part.outcomes, part.issues, part.days) for part in (self, other)]
        if entities[0] != entities[1]:
            raise ValueError("summaries of different baskets, parties, outcomes, issues or days cannot be joined")
        counts = {name: self.counts.get(name, Counter()) + more for name, more in other.counts.items()}
        sums = {name: self.sums.get(name, 0) + more for name, more in other.sums.items()}
        gaps = np.zeros((max(len(self.gaps), len(other.gaps)), GAP_BINS), dtype=np.int64)
        for part in (self.gaps, other.gaps):
            gaps[: len(part)] += part
        everything = (self.n + other.n, {**self.counts, **counts}, {**self.sums, **sums}, gaps)
        return Summary(self.baskets, self.parties, *everything, self.outcomes, self.issues, self.days)

    # Quantities of the ensemble

    def outcome_shares(self, column: str = "outcome") -> dict[str, Share]:
        """Return the share of runs by outcome code, lowest first.

        Parameters
        ----------
        column : str
            `outcome` (standing at the end) or `peak_outcome` (highest reached).

        Returns
        -------
        dict of str to Share
            An entry for every code.
        """
        counts = self._counter(column)
        return {name: compute_share(counts[code], self.n) for code, name in enumerate(self.codes)}

    def settled_share(self, basket: str) -> Share:
        """Return the share of runs in which a basket is settled at the end."""
        return compute_share(self._counter(f"settled_{basket}").total(), self.n)

    def agreement_share(self, basket: str) -> Share:
        """Return the share of runs in which a basket was agreed on at least once, whether or not that lasted."""
        return compute_share(self._counter(f"first_settled_{basket}").total(), self.n)

    def zone_share(self, basket: str) -> Share:
        """Return the share of runs in which, at the end, some package gives every party at least its floor."""
        return compute_share(self._counter(f"zone_{basket}")[1], self.n)

    def day_quantiles(self, basket: str, column: str = "settled") -> dict[float, float]:
        """Return quantiles of the whole day of a settlement.

        Parameters
        ----------
        basket : str
            Name of the basket.
        column : str
            `settled` (the settlement that stands at the end) or `first_settled` (the first agreement).

        Returns
        -------
        dict of float to float
            Day by quantile as in QUANTILES; NaN where no run has one.
        """
        counts = self._counter(f"{column}_{basket}")
        return {q: quantile(counts, q) for q in QUANTILES}

    def agreement_curve(self, basket: str) -> tuple[Ints, Ints]:
        """Return the days of first agreements, ascending, and the number of runs that had agreed by each day's end."""
        counts = self._counter(f"first_settled_{basket}")
        days = sorted(counts)
        return np.array(days, dtype=np.int64), np.cumsum([counts[day] for day in days], dtype=np.int64)

    def reason_shares(self, basket: str) -> dict[str, Share]:
        """Return the share of all runs by blocking reason, for the reasons that occur, most frequent first."""
        counts = self._counter(f"blocked_{basket}")
        order = sorted((code for code in counts if code > 0 and counts[code]), key=lambda code: (-counts[code], code))
        return {REASONS[code]: compute_share(counts[code], self.n) for code in order}

    def mean(self, name: str) -> float:
        """Return the mean of a numeric column of the table of runs, over the runs that have a value; else NaN."""
        if name in self.counts:
            counts = self._counter(name)
            total = sum(value * times for value, times in counts.items())
            return total / counts.total() if counts else math.nan
        present = self.sums.get(f"{name}:n", 0)
        return self.sums[name] / _UNIT / present if present else math.nan

    def closed(self, basket: str = "", day: int | None = None, *, latent: bool = False) -> Spread:
        """Return the share of the distance between the demands of day 0 that is closed, over runs.

        Parameters
        ----------
        basket : str
            Name of a basket; everything without it.
        day : int, optional
            One of `days`; the end of the run without it.
        latent : bool
            Whether every party's offer is the one it would make at that time, on baskets barred or not; of everything.

        Returns
        -------
        Spread
            Shares, 1 where all is settled; below 0 where parties have moved apart.
        """
        name = "latent_closed" if latent else f"closed_{basket}" if basket else "closed"
        return self._spread(name if day is None else f"{name}_d{day}")

    def terms(self, issue: str, *, first: bool = False) -> Spread:
        """Return the terms agreed on an issue, on its scale from 0 to 1, over the runs that have some.

        Parameters
        ----------
        issue : str
            Name of the issue.
        first : bool
            Whether to take the first settlement that stood instead of the one that stands at the end.
        """
        return self._spread(f"{'first_terms' if first else 'terms'}_{issue}")

    def count_terms(self, issue: str) -> tuple[Floats, Ints]:
        """Return the terms agreed on an issue that occur, ascending, and the number of runs that end with each."""
        counts = self._counter(f"terms_{issue}:fine")
        places = sorted(counts)
        return np.array(places, dtype=np.float64) / FINE, np.array([counts[k] for k in places], dtype=np.int64)

    def _spread(self, name: str) -> Spread:
        """Return mean, interval and quantiles of a column that is counted in thousandths."""
        return compute_spread(self._counter(f"{name}:fine"))

    def gap_quantiles(self) -> GapQuantiles:
        """Return quantiles of the gap by round held (the middle of their bin), over the runs that held the round."""
        runs = self.gaps.sum(axis=1)
        below = np.cumsum(self.gaps, axis=1)
        rows = [np.argmax(below >= np.maximum(np.ceil(q * runs - 1e-9), 1)[:, None], axis=1) for q in QUANTILES]
        return GapQuantiles(np.arange(1, runs.size + 1), runs, (np.array(rows).reshape(5, -1) + 0.5) / GAP_BINS)

    def _list_closed(self, basket: str, latent: bool = False) -> dict[str, Any]:
        """List shares closed by day, and at the end, as plain data."""
        days = (*self.days, None)
        return {str(day or "end"): _describe_spread(self.closed(basket, day, latent=latent)) for day in days}

    def _counter(self, name: str) -> Counter[int]:
        """Return the counts of a column, empty where nothing was counted."""
        return self.counts.get(name, Counter())

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain data: shares with intervals, quantiles, means."""
        baskets = {
            basket: {
                "settled": self.settled_share(basket)._asdict(),
                "agreed": self.agreement_share(basket)._asdict(),
                "zone": self.zone_share(basket)._asdict(),
                "days": _drop_missing(self.day_quantiles(basket)),
                "days_first": _drop_missing(self.day_quantiles(basket, "first_settled")),
                "blocked": {reason: share._asdict() for reason, share in self.reason_shares(basket).items()},
            }
            for basket in self.baskets
        }
        gap = self.gap_quantiles()
        bands = {f"{q:g}": band.tolist() for q, band in zip(QUANTILES, gap.quantiles, strict=True)}
        names = (*COUNTED, *SUMMED, *(f"utility_{party}" for party in self.parties))
        return {
            "n": self.n,
            "outcomes": {code: share._asdict() for code, share in self.outcome_shares().items()},
            "peak_outcomes": {code: share._asdict() for code, share in self.outcome_shares("peak_outcome").items()},
            "baskets": baskets,
            "means": {name: None if math.isnan(self.mean(name)) else self.mean(name) for name in names},
            "gap": {"runs": gap.runs.tolist(), **bands},
            "closed": {basket or "all": self._list_closed(basket) for basket in ("", *self.baskets)},
            "latent_closed": self._list_closed("", latent=True),
            "terms": {issue: _describe_spread(self.terms(issue)) for issue in self.issues},
        }


def _describe_spread(spread: Spread) -> dict[str, Any]:
    """Describe a spread as plain data without NaN."""
    ends = {name: value for name in ("mean", "low", "high") if not math.isnan(value := getattr(spread, name))}
    return {"runs": spread.runs, **ends, **_drop_missing(spread.quantiles)}


def _drop_missing(days: dict[float, float]) -> dict[str, float]:
    """Quantiles that exist, under their number as text."""
    return {f"{q:g}": day for q, day in days.items() if not math.isnan(day)}
