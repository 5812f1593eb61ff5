"""Both engines on one plan, and whether their raw rows are the same to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.columns import Chunk
from sim.results.plan import plan, simulate_chunks
from sim.scenario.load import Loaded


def rows(scenario: str | Loaded, n: int | None, seed: int, engine: str, offers: bool = False, **options: Any) -> Chunk:
    """The raw rows of all runs as one chunk, those of rounds with all offers or without."""
    size = n if n is not None else len(options["fates"])
    options = {"workers": 1, "chunk": size} | options
    job = plan(scenario, n, seed, engine=engine, **options)
    parts = list(simulate_chunks(job.with_offers() if offers else job))
    return Chunk(0, *(np.concatenate([getattr(part, field) for part in parts]) for field in ("runs", "rounds", "rows")))


def same(a: Chunk, b: Chunk) -> bool:
    """Equal to the bit, missing values included; `start` does not count."""
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a[1:], b[1:], strict=True))


def agree(scenario: str | Loaded, n: int, seed: int) -> bool:
    """Whether the engines give the same rows, run by run."""
    return same(rows(scenario, n, seed, "compiled", offers=True), rows(scenario, n, seed, "mesa", offers=True))
