"""What an ensemble says, counted while it streams by: nothing here grows with the number of runs.

Everything is kept as whole numbers (counts by code, by whole day, by bin; sums in millionths), so that summaries of
parts add up to the summary of the whole, to the bit, in whatever order the parts come.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.core.layout import Floats, Ints
from sim.core.statistics import quantile, wilson
from sim.rules.outcome import CODES, REASONS
from sim.tables.arrow import places, read

if TYPE_CHECKING:
    import pyarrow as pa

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
GAP_BINS = 500
"""Bins of the gap between positions on [0, 1]: its quantiles are exact to ±0.001."""

_UNIT = 1e6
_COUNTED = (
    "rounds_held",
    "rounds_postponed",
    "incidents",
    "walk_backs",
    "failed_ratifications",
    "amendments",
    "collapses",
)
_SUMMED = ("days", "days_in_abeyance", "delivered_share", "gap_open")


ROUND_KINDS = {"run": "number", "code": "code", "gap_open": "number"}
"""Columns of the table of rounds that a summary reads, and what each holds."""


def list_run_kinds(names: Iterable[str]) -> dict[str, str]:
    """List the columns of a table of runs that a summary reads, each with what it holds: number, flag or code."""
    kinds = {"run": "number", "outcome": "code", "peak_outcome": "code"}
    kinds |= dict.fromkeys((*_COUNTED, *_SUMMED), "number")
    for name in names:
        head, mark, basket = name.partition("_")
        if head == "utility" and mark:
            kinds[name] = "number"
        elif head == "blocked" and mark:
            kinds |= {name: "code", f"zone_{basket}": "flag"}
            kinds |= {f"settled_{basket}": "number", f"first_settled_{basket}": "number"}
    return kinds


class Share(NamedTuple):
    """How many of how many, with the 95% interval of the share."""

    runs: int
    of: int
    share: float
    low: float
    high: float


class Fan(NamedTuple):
    """The gap after the k-th round held: `quantiles` (5, R) as in QUANTILES, over `runs` (R,) that held so many."""

    rounds: Ints
    runs: Ints
    quantiles: Floats


def share(count: int, of: int) -> Share:
    """A share with its interval."""
    return Share(count, of, count / of if of else math.nan, *wilson(count, of))


@dataclass
class Summary:
    """Counts of an ensemble. Make one with `of`, feed it with `add`, join two with `merged`."""

    baskets: tuple[str, ...]
    parties: tuple[str, ...]
    n: int = 0
    counts: dict[str, Counter[int]] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    gaps: Ints = field(default_factory=lambda: np.zeros((0, GAP_BINS), dtype=np.int64))

    @classmethod
    def of(cls, schema: pa.Schema, parts: Iterable[tuple[pa.Table, pa.Table]] = ()) -> Summary:
        """Summary of tables of runs and rounds (each part holding whole runs) under the schema of the runs."""
        names = schema.names
        baskets = tuple(name.removeprefix("blocked_") for name in names if name.startswith("blocked_"))
        parties = tuple(name.removeprefix("utility_") for name in names if name.startswith("utility_"))
        summary = cls(baskets, parties)
        for runs, rounds in parts:
            summary.add(runs, rounds)
        return summary

    def add(self, runs: pa.Table, rounds: pa.Table) -> None:
        """Count in some runs and all their rounds."""
        self.add_runs(runs)
        self.add_gaps(read(rounds.column("run")), places(rounds.column("code"), CODES), read(rounds.column("gap_open")))

    def add_runs(self, runs: pa.Table) -> None:
        """Count in some runs; their rounds are left to `add_gaps`."""
        self.n += runs.num_rows
        for name in ("outcome", "peak_outcome"):
            self._count(name, places(runs.column(name), CODES))
        for name in _COUNTED:
            self._count(name, read(runs.column(name)))
        for name in (*_SUMMED, *(f"utility_{party}" for party in self.parties)):
            self._sum(name, read(runs.column(name)))
        for basket in self.baskets:
            self._count(f"blocked_{basket}", places(runs.column(f"blocked_{basket}"), REASONS))
            self._count(f"zone_{basket}", read(runs.column(f"zone_{basket}")))
            for name in (f"settled_{basket}", f"first_settled_{basket}"):
                self._count(name, read(runs.column(name)))

    def add_gaps(self, run: Ints | Floats, code: Ints, gap: Floats) -> None:
        """Count in rounds of whole runs, one entry a round: the gap after each held, by how many its run held by then.

        `code` is a place in CODES.
        """
        if not run.size:
            return
        held = code > CODES.index("postponed")
        starts = np.flatnonzero(np.r_[True, run[1:] != run[:-1]])
        sofar = np.cumsum(held)
        before: Ints = np.repeat(sofar[starts] - held[starts], np.diff(np.r_[starts, run.size]))
        row = (sofar - before)[held] - 1
        column = np.clip((gap[held] * GAP_BINS).astype(np.int64), 0, GAP_BINS - 1)
        size = max(int(row.max(initial=-1)) + 1, self.gaps.shape[0])
        counted = np.bincount(row * GAP_BINS + column, minlength=size * GAP_BINS).reshape(size, GAP_BINS)
        counted[: self.gaps.shape[0]] += self.gaps
        self.gaps = counted

    def _count(self, name: str, values: Floats | Ints) -> None:
        """Count values by their whole part (a day is counted whole), what is absent left out."""
        seen, times = np.unique(np.floor(values[~np.isnan(values)]).astype(np.int64), return_counts=True)
        found = self.counts.setdefault(name, Counter())
        found.update(dict(zip(seen.tolist(), times.tolist(), strict=True)))

    def _sum(self, name: str, values: Floats) -> None:
        present = values[~np.isnan(values)]
        units = np.rint(present * _UNIT).astype(np.int64)
        self.sums[name] = self.sums.get(name, 0) + int(units.sum())
        self.sums[f"{name}:n"] = self.sums.get(f"{name}:n", 0) + present.size

    def merged(self, other: Summary) -> Summary:
        """The summary of both together. Raises ValueError when they count different baskets or parties."""
        if (self.baskets, self.parties) != (other.baskets, other.parties):
            raise ValueError("summaries of different baskets or parties cannot be joined")
        counts = {name: self.counts.get(name, Counter()) + found for name, found in other.counts.items()}
        sums = {name: self.sums.get(name, 0) + found for name, found in other.sums.items()}
        gaps = np.zeros((max(len(self.gaps), len(other.gaps)), GAP_BINS), dtype=np.int64)
        for part in (self.gaps, other.gaps):
            gaps[: len(part)] += part
        joined = {**self.counts, **counts}, {**self.sums, **sums}
        return Summary(self.baskets, self.parties, self.n + other.n, *joined, gaps)

    # What it says

    def outcomes(self, column: str = "outcome") -> dict[str, Share]:
        """Share of runs by outcome code, lowest first: `outcome` standing at the end, or `peak_outcome`."""
        found = self._of(column)
        return {name: share(found[code], self.n) for code, name in enumerate(CODES)}

    def settled(self, basket: str) -> Share:
        """Share of runs in which a basket is settled at the end."""
        return share(self._of(f"settled_{basket}").total(), self.n)

    def agreed(self, basket: str) -> Share:
        """Share of runs in which a basket was agreed on at least once, whatever became of it."""
        return share(self._of(f"first_settled_{basket}").total(), self.n)

    def zone(self, basket: str) -> Share:
        """Share of runs in which a package existed at the end that gave every party at least its floor."""
        return share(self._of(f"zone_{basket}")[1], self.n)

    def days(self, basket: str, column: str = "settled") -> dict[float, float]:
        """Quantiles of the whole day of the settlement that stands, or of the first agreement (`first_settled`)."""
        found = self._of(f"{column}_{basket}")
        return {q: quantile(found, q) for q in QUANTILES}

    def agreed_by(self, basket: str) -> tuple[Ints, Ints]:
        """Days on which the basket was first agreed on, ascending, and in how many runs by the end of each."""
        found = self._of(f"first_settled_{basket}")
        days = sorted(found)
        return np.array(days, dtype=np.int64), np.cumsum([found[day] for day in days], dtype=np.int64)

    def blocked(self, basket: str) -> dict[str, Share]:
        """Share of all runs by what blocked the basket, the reasons that occur, most frequent first."""
        found = self._of(f"blocked_{basket}")
        order = sorted((code for code in found if code > 0 and found[code]), key=lambda code: (-found[code], code))
        return {REASONS[code]: share(found[code], self.n) for code in order}

    def mean(self, name: str) -> float:
        """Mean over runs of one of the run table's numbers, over the runs that have one."""
        if name in self.counts:
            found = self._of(name)
            total = sum(value * times for value, times in found.items())
            return total / found.total() if found else math.nan
        present = self.sums.get(f"{name}:n", 0)
        return self.sums[name] / _UNIT / present if present else math.nan

    def fan(self) -> Fan:
        """Quantiles of the gap by round held (middle of their bin), over the runs that held so many rounds."""
        runs = self.gaps.sum(axis=1)
        below = np.cumsum(self.gaps, axis=1)
        rows = [np.argmax(below >= np.maximum(np.ceil(q * runs - 1e-9), 1)[:, None], axis=1) for q in QUANTILES]
        return Fan(np.arange(1, runs.size + 1), runs, (np.array(rows).reshape(5, -1) + 0.5) / GAP_BINS)

    def _of(self, name: str) -> Counter[int]:
        return self.counts.get(name, Counter())

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data: shares with intervals, quantiles, means."""
        baskets = {
            basket: {
                "settled": self.settled(basket)._asdict(),
                "agreed": self.agreed(basket)._asdict(),
                "zone": self.zone(basket)._asdict(),
                "days": _known(self.days(basket)),
                "days_first": _known(self.days(basket, "first_settled")),
                "blocked": {reason: found._asdict() for reason, found in self.blocked(basket).items()},
            }
            for basket in self.baskets
        }
        fan = self.fan()
        bands = {f"{q:g}": band.tolist() for q, band in zip(QUANTILES, fan.quantiles, strict=True)}
        names = (*_COUNTED, *_SUMMED, *(f"utility_{party}" for party in self.parties))
        return {
            "n": self.n,
            "outcomes": {code: found._asdict() for code, found in self.outcomes().items()},
            "peak_outcomes": {code: found._asdict() for code, found in self.outcomes("peak_outcome").items()},
            "baskets": baskets,
            "means": {name: None if math.isnan(self.mean(name)) else self.mean(name) for name in names},
            "gap": {"runs": fan.runs.tolist(), **bands},
        }


def _known(days: dict[float, float]) -> dict[str, float]:
    return {f"{q:g}": day for q, day in days.items() if not math.isnan(day)}
