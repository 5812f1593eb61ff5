"""Names of earlier versions: outcome codes and columns of tables under their present names."""

from __future__ import annotations

RENAMED_CODES = {"tabled": "texts"}
"""Outcome codes of earlier versions, with their present names."""
RENAMED_COLUMNS = {"gap": "gap_open"}
"""Columns of tables of earlier versions, with their present names."""


def read_code(code: str) -> str:
    """Return the present name of an outcome code."""
    return RENAMED_CODES.get(code, code)
