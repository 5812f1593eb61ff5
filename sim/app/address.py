"""The state of a tab in the query of its address: scenario, changes, runs, seed, run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sim.app.controls import Changes
from sim.core.errors import ParleyError

LONGEST = 20_000
"""Characters of changes that an address may hold."""


def write_query(name: str, changes: Changes, baseline: Changes, runs: int, seed: int, run: int) -> dict[str, str]:
    """Write the query; settings that still have their first value are left out.

    Parameters
    ----------
    name : str
        The scenario: a shipped id or a path.
    changes, baseline : dict
        Values at dotted paths: of what is looked at, and of what it is compared with.
    runs, seed, run : int
        Number of runs, seed of all draws, and the run that is looked at.

    Returns
    -------
    dict
        Name and text of every part.
    """
    query = {"scenario": name}
    for key, values in (("changes", changes), ("baseline", baseline)):
        if values:
            query[key] = json.dumps(values, separators=(",", ":"), default=str)
    numbers = {"runs": (runs, 2000), "seed": (seed, 0), "run": (run, 0)}
    return query | {key: str(value) for key, (value, usual) in numbers.items() if value != usual}


def read_changes(query: Mapping[str, str], key: str) -> Changes:
    """Read the changes of a query, or those of its baseline.

    Raises
    ------
    ParleyError
        They are not those of an address that the page wrote.
    """
    text = query.get(key, "")
    if not text:
        return {}
    try:
        changes = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        changes = None
    if not isinstance(changes, dict):
        raise ParleyError("the changes in the address cannot be read; the scenario is shown as it is")
    return changes


def read_whole(query: Mapping[str, str], key: str, usual: int, below: int = 2**63) -> int:
    """Read a whole number of a query; return `usual` where the text is not one."""
    number = parse_whole(query.get(key, ""), below)
    return usual if number is None else number


def parse_whole(text: str, below: int) -> int | None:
    """Parse a whole number from 0 to `below`; return None for anything else, such as the digit `²`."""
    digits = text.strip()
    # Python refuses to parse numbers of thousands of digits.
    return int(digits) if digits.isdecimal() and len(digits) < 100 and int(digits) < below else None


def write_link(base: str, query: Mapping[str, Any]) -> str:
    """Write the link of the present state. It never holds the token: `base` is the address without a query."""
    return f"{base.partition('?')[0]}?{urlencode(query)}"
