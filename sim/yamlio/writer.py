"""Write plain data as YAML that the reader reads back equal."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.yamlio.scalars import UnusableScalar, parse_scalar

_NUMBER_KEYS = {"value", "assumed", "elicited"}
_LINE_LENGTH = 10_000


def format_yaml(data: dict[str, Any]) -> str:
    """Return plain data as YAML text.

    Mappings and lists are blocks. Numbers of a scenario (mappings with `value` or `assumed`) and lists of single values
    stand on one line, in braces or brackets.

    Parameters
    ----------
    data : dict
        Mappings with text keys, lists, printable text, finite numbers, true and false, None, dates.

    Returns
    -------
    str
        Text that ends with a line feed. `reader.read` gives equal data back.
    """
    yaml = YAML()
    yaml.width = _LINE_LENGTH
    out = io.StringIO()
    yaml.dump(_style(data, False), out)
    return out.getvalue()


def _style(node: Any, inline: bool) -> Any:
    """Return data with marks for nodes on one line and for text that needs quotes."""
    if isinstance(node, dict):
        inline = inline or bool(_NUMBER_KEYS & set(node))
        mapping = CommentedMap((_quote(key), _style(below, inline)) for key, below in node.items())
        if inline:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(node, list):
        inline = inline or not any(isinstance(below, dict | list) for below in node)
        sequence = CommentedSeq(_style(below, inline) for below in node)
        if inline:
            sequence.fa.set_flow_style()
        return sequence
    return _quote(node) if isinstance(node, str) else node


def _quote(text: str) -> str:
    """Return text with quotes where the reader would take it for something else without them."""
    # The reader's parser and ruamel's writer disagree on colons inside braces.
    try:
        plain = ":" not in text and parse_scalar(text) == text
    except UnusableScalar:
        plain = False
    return text if plain else DoubleQuotedScalarString(text)
