"""Differences between two trees of plain data, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def list_differences(before: Any, after: Any, path: str = "", most: int = 12) -> list[str]:
    """List what differs between two trees of plain data as `key: old → new`.

    Parameters
    ----------
    before, after : dict or scalar
        Plain data, as JSON has it.
    path : str
        Dotted path of both in a larger tree.
    most : int
        Lines at most; one more says how many are left.

    Returns
    -------
    list of str
        One line a difference, keys in alphabetical order.
    """
    lines = list(_iterate_differences(before, after, path))
    return lines if len(lines) <= most else [*lines[:most], f"… and {len(lines) - most} more"]


def _iterate_differences(before: Any, after: Any, path: str) -> Iterator[str]:
    """Yield a line for every leaf that differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            below = f"{path}.{key}" if path else key
            yield from _iterate_differences(before.get(key, _ABSENT), after.get(key, _ABSENT), below)
    elif before != after:
        yield f"{path}: {_format_value(before)} → {_format_value(after)}"


_ABSENT = object()


def _format_value(value: Any) -> str:
    """Format plain data in at most 80 characters."""
    if value is _ABSENT:
        return "(nothing)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"
