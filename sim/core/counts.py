"""Counts with their nouns, as texts."""

from __future__ import annotations


def format_count(count: int, one: str, many: str | None = None) -> str:
    """Format a count with its noun, as in `1 round`, `2,000 rounds`.

    Parameters
    ----------
    count : int
        The count.
    one, many : str
        The noun in the singular and in the plural, which has an `s` more by default.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
