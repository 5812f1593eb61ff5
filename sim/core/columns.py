"""Columns of the tables of runs and rounds as the raw rows of the engines hold them, family by family.

A family holds the columns that are repeated for the same entities: for the run itself, then for every basket, party …
The families follow one another in a raw row in the order of `FAMILIES`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple, Protocol

from sim.core.declarations import Column
from sim.core.fields import OFFER_COLUMNS, ROUND_COLUMNS, RUN_COLUMNS
from sim.core.layout import Floats, Ints

FAMILIES = ("", "baskets", "parties", "issues", "measure_days", "basket_days", "detail", "detail_baskets")
"""What columns are repeated for, in the order of a raw row; `""` for those that stand once.

An entity of `basket_days` is a basket with a day. Columns of `detail` stand once, and those of `detail_baskets` for
every basket, where a scenario wants all measures.
"""


class Counts(Protocol):
    """How many entities of each kind a scenario has."""

    @property
    def baskets(self) -> int: ...
    @property
    def parties(self) -> int: ...
    @property
    def issues(self) -> int: ...
    @property
    def measure_days(self) -> int: ...
    @property
    def detail(self) -> int: ...
    @property
    def detail_baskets(self) -> int: ...
    @property
    def basket_days(self) -> int: ...
    @property
    def offer_issues(self) -> int: ...
    @property
    def offer_stakes(self) -> int: ...


class EntityNames(Protocol):
    """Names of the entities of a scenario, in the order of the arrays."""

    @property
    def baskets(self) -> tuple[str, ...]: ...
    @property
    def parties(self) -> tuple[str, ...]: ...
    @property
    def issues(self) -> tuple[str, ...]: ...
    @property
    def measure_days(self) -> tuple[str, ...]: ...
    @property
    def detail(self) -> tuple[str, ...]: ...
    @property
    def detail_baskets(self) -> tuple[str, ...]: ...
    @property
    def basket_days(self) -> tuple[str, ...]: ...


def _places(columns: tuple[Column, ...], axis: str) -> Any:
    """Named places of the columns of one family, from 0."""
    names = [column.place for column in columns if column.axis == axis]
    return namedtuple("Places", names)(*range(len(names)))


RUN, BASKET, PARTY_RESULT, ISSUE_RESULT, DAY_RESULT, BASKET_DAY = (_places(RUN_COLUMNS, axis) for axis in FAMILIES[:6])
"""Places of the columns of a run: once, then within the part of a basket, party, issue, day, and basket with day."""

RUN_DETAIL_BASKET = _places(RUN_COLUMNS, "detail_baskets")
"""Places of the columns of a run on request, within the part of a basket."""

ROUND, ROUND_BASKET, DETAIL, DETAIL_BASKET = (_places(ROUND_COLUMNS, axis) for axis in (*FAMILIES[:2], *FAMILIES[6:]))
"""Places of the columns of a planned round: once, then within the part of a basket; then both for those on request."""

OFFER_ISSUE, OFFER = (_places(OFFER_COLUMNS, axis) for axis in ("offer_issues", "offer_stakes"))
"""Places of the columns of offers, on request: within the part of an issue, then of a party with an issue."""


def _repeat(columns: tuple[Column, ...], names: EntityNames) -> list[tuple[str, Column]]:
    """Every column with its full name, in the order of a raw row."""
    rows = []
    for axis in FAMILIES:
        family = [column for column in columns if column.axis == axis]
        for entity in getattr(names, axis) if axis else ("",):
            rows += [(column.name.format(entity), column) for column in family]
    return rows


def run_columns(names: EntityNames) -> list[tuple[str, Column]]:
    """Name and declaration of every column of the table of runs after the indices, in the order of the raw row."""
    return _repeat(RUN_COLUMNS, names)


def round_columns(names: EntityNames) -> list[tuple[str, Column]]:
    """Name and declaration of every column of the table of rounds after `run`, in the order of the raw row."""
    return _repeat(ROUND_COLUMNS, names)


def _width(columns: tuple[Column, ...], counts: Counts) -> int:
    return sum(getattr(counts, column.axis) if column.axis else 1 for column in columns)


def run_width(counts: Counts) -> int:
    """Columns of a raw row of a run."""
    return _width(RUN_COLUMNS, counts)


def round_width(counts: Counts) -> int:
    """Columns of a raw row of a planned round, those of offers included where the scenario is resolved with them."""
    return _width(ROUND_COLUMNS, counts) + _width(OFFER_COLUMNS, counts)


class Chunk(NamedTuple):
    """Raw rows of consecutive runs: `runs` (n, width), and `rounds` (total, width), `rows[k]` of them for run k."""

    start: int
    runs: Floats
    rounds: Floats
    rows: Ints
