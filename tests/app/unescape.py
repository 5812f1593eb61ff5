"""Text as a reader of the page sees it."""

from __future__ import annotations

import re


def remove_escapes(text: str) -> str:
    """The text that a reader sees for an escaped one."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("\N{WORD JOINER}", "")
