"""Text of scenarios on the page: titles are text, never Markdown."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Escape every character that Markdown may read as a sign; line feeds become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def shorten(text: str, most: int) -> str:
    """Shorten a text to `most` letters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
