"""Two pieces of work timed in turn, again and again, so that both meet the same state of the machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAIRS = 9


@dataclass(frozen=True)
class Work:
    """A piece of work: what it is called, what does it, and how many units (runs, negotiations) that makes."""

    name: str
    do: Callable[[], Any]
    units: int


@dataclass(frozen=True)
class Measured:
    """Median ratio of the time a unit takes, `slow` to `fast`, with the least and greatest; units a second of both."""

    section: str
    subject: str
    fast: str
    slow: str
    ratio: float
    least: float
    greatest: float
    fast_rate: float
    slow_rate: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the target holds; empty without one."""
        if self.at_least is None and self.at_most is None:
            return ""
        low, high = self.at_least or 0.0, self.at_most or float("inf")
        return "yes" if low <= self.ratio <= high else "no"


@dataclass(frozen=True)
class Listed:
    """A table of the page that holds no ratios: its section, headings and rows of text."""

    section: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Results:
    """All that was measured in a session, in order; figures are drawn into a folder at the end, if one is set."""

    rows: list[Measured] = field(default_factory=list)
    tables: list[Listed] = field(default_factory=list)
    figures: dict[str, Callable[[Path], None]] = field(default_factory=dict)


def in_pairs(benchmark: Any, fast: Work, slow: Work, pairs: int = PAIRS) -> tuple[list[float], float, float]:
    """Time both in turn; returns the ratio (slow to fast, a unit) of every pair, and median rates of fast and slow."""
    slow_times: list[float] = []

    def opponent() -> None:
        started = time.perf_counter()
        slow.do()
        slow_times.append(time.perf_counter() - started)

    fast.do()  # compiled, loaded and warm before anything counts
    slow.do()
    benchmark.pedantic(fast.do, setup=opponent, rounds=pairs, iterations=1)
    fast_times = list(benchmark.stats.stats.data)
    ratios = [(s / slow.units) / (f / fast.units) for s, f in zip(slow_times, fast_times, strict=True)]
    return ratios, fast.units / statistics.median(fast_times), slow.units / statistics.median(slow_times)
