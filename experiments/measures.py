"""Measures of a table of runs: the share of every code and reason, the mean of every number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.core.errors import ParleyError, nearest
from sim.core.fields import RUN_COLUMNS
from sim.core.layout import Floats
from sim.rules.outcome import CEASEFIRE, CODES
from sim.scenario.migration import RENAMED_CODES, RENAMED_COLUMNS, read_code

if TYPE_CHECKING:
    import pyarrow as pa

INDEX = ("point", "run", "assumption", "fate")
POINTS = ("point", "name", "runs", "error")
"""Columns of the table of points besides those of the factors."""
SUMMARY = ("point", "measure", "level", "kind", "n", "mean", "se", "low", "high")
"""Columns of the summary."""


class Measure(NamedTuple):
    """A measure of runs.

    Attributes
    ----------
    measure : str
        Column of the table of runs, or the name derived from it.
    level : str
        Level of a code or reason; empty for numbers.
    share : bool
        Whether the mean of the measure is a share of runs.
    """

    measure: str
    level: str
    share: bool

    @property
    def label(self) -> str:
        """Label as users write it, such as `outcome=ceasefire`."""
        return f"{self.measure}={self.level}" if self.level else self.measure


def kind_of(column: str) -> str:
    """Return the kind of a column of the table of runs as the registry declares it, such as `day`.

    Columns of baskets and parties begin with the name of the quantity, and no quantity's name begins with another's.
    So the beginning decides, whatever the basket or party is called, and the scenario's names are not needed.

    Raises
    ------
    KeyError
        The table of runs has no such column.
    """
    for declared in RUN_COLUMNS:
        if column == declared.name or (declared.axis and column.startswith(declared.name.format(""))):
            return declared.kind
    raise KeyError(column)


_MAIN = ("outcome", "rounds_held", "rounds_postponed", "days_in_abeyance", "incidents")
_CLOSED = re.compile(r"(latent_)?closed(_d(\d+))?")


def is_main(measure: str, baskets: Iterable[str] = ()) -> bool:
    """Return whether a measure is printed without asking: outcomes, convergence by day, settlements, pace."""
    closed = _CLOSED.fullmatch(measure) is not None or measure in {f"closed_{basket}" for basket in baskets}
    return closed or measure in _MAIN or measure.startswith("settled_")


def is_percent(measure: str, kind: str) -> bool:
    """Return whether a measure reads best in percent: shares of runs, and shares of the distance that is closed."""
    return kind == "share" or measure.startswith(("closed", "latent_closed"))


def read_day(measure: str) -> tuple[bool, float] | None:
    """Read whether a share closed is latent, and its day: infinite at the end of a run; None for other measures."""
    match = _CLOSED.fullmatch(measure)
    return (bool(match[1]), float(match[3] or "inf")) if match else None


def list_baskets(measures: Iterable[str]) -> list[str]:
    """List the baskets that measures name."""
    return [measure.removeprefix("settled_") for measure in measures if measure.startswith("settled_")]


def compute_measures(runs: pa.Table) -> Iterator[tuple[Measure, Floats]]:
    """Compute every measure of a table of runs.

    A code or reason becomes one share for each level; `outcome_at_least` is the share at or above a code. A day of an
    event becomes the share of runs in which the event happened, and the mean day among these.

    Parameters
    ----------
    runs : pa.Table
        Table of runs, with or without the columns `point`, `run`, `assumption`, `fate`.

    Yields
    ------
    tuple of Measure and ndarray (runs,)
        A measure and its value in every run; NaN where a run has none.
    """
    for name in runs.column_names:
        if name in INDEX:
            continue
        column, kind = runs.column(name).combine_chunks(), kind_of(name)
        if kind in ("code", "reason"):
            yield from _compute_level_shares(name, column)
            continue
        values = column.to_numpy(zero_copy_only=False).astype(np.float64)
        if kind == "day":
            yield Measure(name, "", True), (~np.isnan(values)).astype(np.float64)
            yield Measure(f"day_{name}", "", False), values
        else:
            yield Measure(name, "", kind == "share"), values


def _compute_level_shares(name: str, column: pa.DictionaryArray) -> Iterator[tuple[Measure, Floats]]:
    """Yield whether each run has each level of a code or reason."""
    labels = column.dictionary.to_pylist()
    code = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    for n, label in enumerate(labels):
        if label:
            yield Measure(name, label, True), (code == n).astype(np.float64)
    if name == "outcome":
        for n, label in enumerate(labels[1:], 1):
            yield Measure("outcome_at_least", label, True), (code >= n).astype(np.float64)


def find_measure(runs: pa.Table, text: str) -> Floats:
    """Compute the measure with one label.

    Parameters
    ----------
    runs : pa.Table
        Table of runs.
    text : str
        Label of a measure, such as `outcome_at_least=ceasefire` or `days`.

    Returns
    -------
    ndarray (runs,)
        The measure in every run; NaN where a run has none.

    Raises
    ------
    ParleyError
        The table has no such measure; the message names the nearest.
    """
    known = []
    for measure, values in compute_measures(runs):
        if measure.label == text:
            return values
        known.append(measure.label)
    name, _, level = text.partition("=")
    if name in RENAMED_COLUMNS or level in RENAMED_CODES:
        present = RENAMED_COLUMNS.get(name, name) + (f"={read_code(level)}" if level else "")
        raise ParleyError(f"the measure `{text}` is called `{present}` now; `parley migrate FILE` rewrites a file")
    raise ParleyError(f"no measure `{text}`{nearest(text, known)}; for instance `outcome={CODES[CEASEFIRE]}` or `days`")
