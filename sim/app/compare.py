"""Scenarios to compare: their titles, and which of them stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sim.scenario.library import list_files, shipped
from sim.yamlio.reader import read

MOST_SCENARIOS = 4
"""Scenarios that one comparison holds."""


@cache
def list_titles() -> dict[str, str]:
    """List the titles of the shipped scenarios by name."""
    known = set(shipped())
    return {path.stem: str(read(path).data.get("title", path.stem)) for path in list_files() if path.stem in known}


def update_selection(
    compared: Iterable[str], before: Iterable[str], now: Iterable[str], others: Iterable[str]
) -> list[str]:
    """Update the comparison when the page turns from the scenario of `before` to that of `now`.

    Each of the two may come with its changed version. Other scenarios stay up to the limit. If none is left to
    compare with, the first of `others` comes in.
    """
    first, old = list(now), set(before)
    rest = [name for name in compared if name not in old and name not in first]
    names = (first + rest)[:MOST_SCENARIOS]
    return names if len(names) > 1 else names + [name for name in others if name not in names][:1]
