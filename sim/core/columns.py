"""Columns of the tables of runs and rounds, in the order of the raw rows that the engines write."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.core.layout import Floats, Ints


class _Run(NamedTuple):
    OUTCOME: int
    PEAK: int
    DAYS: int
    HELD: int
    POSTPONED: int
    ABEYANCE: int
    INCIDENTS: int
    WALK_BACKS: int
    REFUSALS: int
    AMENDMENTS: int
    COLLAPSES: int
    DELIVERED: int
    GAP: int


class _Basket(NamedTuple):
    SETTLED: int
    FIRST: int
    ZONE: int
    BLOCKED: int
    NASH: int
    PARETO: int


class _Round(NamedTuple):
    STEP: int
    DAY: int
    GAP_DAYS: int
    VENUE: int
    LEVEL: int
    CODE: int
    TEXTS: int
    PAPERS: int
    SETTLED: int
    AMENDED: int
    COLLAPSED: int
    INCIDENTS: int
    GAP: int


RUN = _Run(*range(len(_Run._fields)))
BASKET = _Basket(*range(len(_Basket._fields)))
ROUND = _Round(*range(len(_Round._fields)))

RUN_COLUMNS = (
    ("outcome", "code"),
    ("peak_outcome", "code"),
    ("days", "float"),
    ("rounds_held", "int"),
    ("rounds_postponed", "int"),
    ("days_in_abeyance", "float"),
    ("incidents", "int"),
    ("walk_backs", "int"),
    ("failed_ratifications", "int"),
    ("amendments", "int"),
    ("collapses", "int"),
    ("delivered_share", "float"),
    ("gap", "float"),
)
BASKET_COLUMNS = (
    ("settled_{}", "float"),
    ("first_settled_{}", "float"),
    ("zone_{}", "bool"),
    ("blocked_{}", "block"),
    ("nash_distance_{}", "float"),
    ("pareto_distance_{}", "float"),
)
ROUND_COLUMNS = (
    ("step", "int"),
    ("day", "float"),
    ("gap_days", "float"),
    ("venue", "venue"),
    ("level", "level"),
    ("code", "code"),
    ("texts", "int"),
    ("documents", "int"),
    ("settled", "baskets"),
    ("amended", "baskets"),
    ("collapsed", "baskets"),
    ("incidents", "int"),
    ("gap", "float"),
)


def run_width(baskets: int, parties: int) -> int:
    """Columns of a raw row of a run."""
    return len(RUN) + baskets * len(BASKET) + parties


class EntityNames(Protocol):
    """Names of baskets and parties, in the order of the arrays."""

    @property
    def baskets(self) -> tuple[str, ...]: ...
    @property
    def parties(self) -> tuple[str, ...]: ...


def run_columns(names: EntityNames) -> list[tuple[str, str]]:
    """Name and kind of every column of the table of runs after `run`, in the order of the raw row."""
    columns = list(RUN_COLUMNS)
    for basket in names.baskets:
        columns += [(name.format(basket), kind) for name, kind in BASKET_COLUMNS]
    return columns + [(f"utility_{party}", "float") for party in names.parties]


class Chunk(NamedTuple):
    """Raw rows of consecutive runs: `runs` (n, width), and `rounds` (total, width), `rows[k]` of them for run k."""

    start: int
    runs: Floats
    rounds: Floats
    rows: Ints
