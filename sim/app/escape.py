"""Text of a scenario as text: nothing in a title or a note is Markdown, HTML or a link."""

from __future__ import annotations

import re

_JOINER = "\N{WORD JOINER}"
"""Has no width. It parts what Streamlit would still turn into an icon, a link or an arrow after Markdown is read."""
_TURNED = re.compile(r"(?<=:)(?=[\w/+-])|(?<=@)|(?<=\bwww)(?=\.)|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~!])(?==)", re.I)
_MARKS = re.compile(r"([\\`*_\[\]<>$~&|]|^[-+=#]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
"""Marks with a meaning in Markdown. No others: a label is read out as it is written here."""


def escape_markdown(text: object) -> str:
    r"""Escape a text for the parts of Streamlit that read Markdown: titles, captions, labels, messages.

    Parameters
    ----------
    text : object
        A text of a scenario or of a reader.

    Returns
    -------
    str
        One line that is displayed literally.

    Examples
    --------
    >>> escape_markdown("A*STAR*")
    'A\\*STAR\\*'
    """
    parted = _TURNED.sub(_JOINER, " ".join(str(text).split()))
    return _MARKS.sub(r"\\\1", parted)


def escape_message(text: object) -> str:
    """Escape a message, in which names between backticks stay set off."""
    parts = " ".join(str(text).split()).split("`")
    if len(parts) % 2 == 0 or not all(parts[1::2]):
        return escape_markdown(text)
    return "".join(f"`{part}`" if k % 2 else _escape_part(part) for k, part in enumerate(parts))


def _escape_part(text: str) -> str:
    """Escape a part of a line with the spaces at its ends."""
    inner = text.strip()
    start = len(text) - len(text.lstrip())
    return text[:start] + escape_markdown(inner) + text[start + len(inner) :] if inner else text
