"""Results of a session of benchmarks, written as tables where `PARLEY_PERFORMANCE` names a file."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.pairs import PAIRS, Measured, Results, Work, in_pairs
from tests.benchmarks.report import page


@pytest.fixture(scope="session")
def results() -> Iterator[Results]:
    """What was measured; written at the end if a file is named."""
    found = Results()
    yield found
    target = os.environ.get("PARLEY_PERFORMANCE")
    if target and (found.rows or found.tables):
        Path(target).write_text(page(found.rows, found.tables), encoding="utf-8")
        for name, draw in found.figures.items():
            draw(Path(target).with_name(name))


@pytest.fixture
def compare(benchmark: Any, results: Results) -> Callable[..., Measured]:
    """Time two works in pairs and note the median ratio."""

    def measure(
        section: str, subject: str, fast: Work, slow: Work, pairs: int = PAIRS, **target: float
    ) -> Measured:
        ratios, fast_rate, slow_rate = in_pairs(benchmark, fast, slow, pairs)
        middle = statistics.median(ratios)
        spread = (middle, min(ratios), max(ratios))
        row = Measured(section, subject, fast.name, slow.name, *spread, fast_rate, slow_rate, **target)
        benchmark.extra_info |= {"ratio": row.ratio, "least": row.least, "greatest": row.greatest}
        results.rows.append(row)
        return row

    return measure
