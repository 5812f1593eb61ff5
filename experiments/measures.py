"""What is measured in a table of runs: shares of every code and reason, means of every number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.rules.outcome import CODES

if TYPE_CHECKING:
    import pyarrow as pa

INDEX = ("point", "run", "assumption", "fate")
POINTS = ("point", "name", "runs", "error")
"""Columns of the table of points besides those of the factors."""
SUMMARY = ("point", "measure", "level", "kind", "n", "mean", "se", "low", "high")
"""Columns of the summary."""


class Measure(NamedTuple):
    """A column, a level of it where it has some, and whether its mean is a share of runs."""

    measure: str
    level: str
    share: bool

    @property
    def label(self) -> str:
        """How it is written: `outcome=ceasefire`, `days`."""
        return f"{self.measure}={self.level}" if self.level else self.measure


def measures(runs: pa.Table) -> Iterator[tuple[Measure, Floats]]:
    """Every measure of a table of runs with its value in every run; NaN where a run has none.

    Codes and reasons become one share for each level; `outcome_at_least` is the share at or above a code. Days of
    settlement become the share of runs in which the basket stands, and the mean day among those.
    """
    import pyarrow as pa

    for name in runs.column_names:
        if name in INDEX:
            continue
        column = runs.column(name).combine_chunks()
        if pa.types.is_dictionary(column.type):
            yield from _levels(name, column)
        elif "settled_" in name:
            days = column.to_numpy(zero_copy_only=False)
            yield Measure(name, "", True), (~np.isnan(days)).astype(np.float64)
            yield Measure(f"day_{name}", "", False), days
        elif pa.types.is_boolean(column.type):
            yield Measure(name, "", True), column.to_numpy(zero_copy_only=False).astype(np.float64)
        else:
            yield Measure(name, "", False), column.to_numpy(zero_copy_only=False).astype(np.float64)


def _levels(name: str, column: pa.DictionaryArray) -> Iterator[tuple[Measure, Floats]]:
    labels = column.dictionary.to_pylist()
    code = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    for n, label in enumerate(labels):
        if label:
            yield Measure(name, label, True), (code == n).astype(np.float64)
    if name == "outcome":
        for n, label in enumerate(labels[1:], 1):
            yield Measure("outcome_at_least", label, True), (code >= n).astype(np.float64)


def target(runs: pa.Table, text: str) -> Floats:
    """One measure by its label, `outcome_at_least=ceasefire` or `days`. Raises ParleyError naming the nearest."""
    known = []
    for measure, values in measures(runs):
        if measure.label == text:
            return values
        known.append(measure.label)
    raise ParleyError(f"no measure `{text}`{nearest(text, known)}; for instance `outcome={CODES[5]}` or `days`")
