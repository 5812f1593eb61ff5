"""Columns of the tables of results that a summary reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim.core.fields import RUN_COLUMNS

COUNTED = tuple(column.name for column in RUN_COLUMNS if not column.axis and column.type == "int")
SUMMED = tuple(column.name for column in RUN_COLUMNS if not column.axis and column.type == "float")
"""Columns of whole numbers, counted by value, and of other numbers, of which a summary holds the sum."""

_DAY = re.compile(r"latent_closed_d(\d+)")

ROUND_KINDS = {"run": "number", "code": "code", "gap_open": "number"}
"""Columns of the table of rounds that a summary reads, and what each holds."""


def list_run_kinds(names: Iterable[str]) -> dict[str, str]:
    """List the columns of a table of runs that a summary reads, each with what it holds: number, flag or code."""
    kinds = {"run": "number", "outcome": "code", "peak_outcome": "code"}
    kinds |= dict.fromkeys((*COUNTED, *SUMMED), "number")
    for name in names:
        head, mark, basket = name.partition("_")
        if head == "utility" and mark:
            kinds[name] = "number"
        elif head == "blocked" and mark:
            kinds |= {name: "code", f"zone_{basket}": "flag"}
            kinds |= {f"settled_{basket}": "number", f"first_settled_{basket}": "number"}
    present = set(names)
    return kinds | {name: "number" for name in list_fine(*list_entities(names)) if name in present}


def list_entities(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """List the baskets, issues and days of measurement that the columns of a table of runs name."""
    names = tuple(names)
    baskets = tuple(name.removeprefix("blocked_") for name in names if name.startswith("blocked_"))
    issues = tuple(name.removeprefix("first_terms_") for name in names if name.startswith("first_terms_"))
    return baskets, issues, tuple(int(match[1]) for match in map(_DAY.fullmatch, names) if match)


def list_fine(baskets: Iterable[str], issues: Iterable[str], days: Iterable[int]) -> list[str]:
    """List the columns that are counted in thousandths: shares closed by day and at the end, and terms."""
    ends = ("", *(f"_d{day}" for day in days))
    closed = [f"{name}{end}" for name in ("closed", "latent_closed") for end in ends]
    closed += [f"closed_{basket}{end}" for basket in baskets for end in ends]
    return closed + [f"{name}_{issue}" for name in ("terms", "first_terms") for issue in issues]
