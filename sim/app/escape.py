"""Text of a scenario as text: nothing in a title or a note is Markdown, HTML or a link."""

from __future__ import annotations

import re

_JOINER = "\N{WORD JOINER}"
"""Has no width. It parts what Streamlit would still turn into an icon, a link or an arrow after Markdown is read."""
_TURNED = re.compile(r"(?<=:)(?=[\w/+-])|(?<=@)|(?<=\bwww)(?=\.)|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~!])(?==)", re.I)
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


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


def remove_escapes(text: str) -> str:
    """Return the text that a reader sees for an escaped one."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace(_JOINER, "")
