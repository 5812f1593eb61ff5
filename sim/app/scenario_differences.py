"""Differences between two scenarios, paired where both have the same structure and so the same draws."""

from __future__ import annotations

import numpy as np

from experiments import compare
from sim.app.explore import MEAN_TITLES, MEANS, OUTCOMES, SETTLED, Contrast, Result, compare_values


def describe_mismatch(first: Result, other: Result) -> str:
    """Describe in what two results differ so that runs do not pair; empty where run k pairs with run k."""
    if mismatch := compare.describe_mismatch(first.loaded, other.loaded):
        return mismatch
    return "other seeds or numbers of runs" if (first.seed, first.n) != (other.seed, other.n) else ""


def list_differences(first: Result, other: Result) -> list[Contrast]:
    """List value, value, difference and 95% interval of every measure that both scenarios have.

    The interval is paired where `describe_mismatch` is empty, otherwise that of separate draws.
    """
    paired = not describe_mismatch(first, other)
    columns = [np.array(result.codes("outcome")) for result in (first, other)]
    rows = []
    for code, title in first.summary.outcomes.items():
        if code in other.summary.outcomes:
            own, theirs = ((column == code).astype(np.float64) for column in columns)
            rows.append(compare_values(OUTCOMES, title, True, own, theirs, paired=paired))
    for basket in first.summary.baskets:
        if basket in other.summary.baskets:
            own, theirs = ((~np.isnan(x.values(f"settled_{basket}"))).astype(np.float64) for x in (first, other))
            titles = (x.loaded.scenario.baskets[basket].title for x in (first, other))
            name = " / ".join(dict.fromkeys(titles))
            rows.append(compare_values(SETTLED, name, True, own, theirs, paired=paired))
    for column, name in MEAN_TITLES.items():
        rows.append(compare_values(MEANS, name, False, first.values(column), other.values(column), paired=paired))
    return rows
