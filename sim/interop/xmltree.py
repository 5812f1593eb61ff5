"""XML of other tools as a tree of elements: limited in size and depth, without document types or entities.

Files of GENIUS break some rules of XML that its own parser does not know: a bare `&` in a value, no space between two
attributes, a comment before the declaration. Those are mended; everything else that is no XML is refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

from sim.core.errors import ScenarioError
from sim.interop.files import clean, text_of

MAX_DEPTH, MAX_TAGS = 20, 100_000
_LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_JOINED_ATTRIBUTES = re.compile(r"""(=\s*"[^"<>]*")(?=[A-Za-z_])""")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")


def parse(path: Path) -> ET.Element:
    """Return the root element of a file. Raises ScenarioError with file and reason."""
    text = text_of(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ScenarioError("holds a document type or entities; plain elements are read", file=path.name)
    parser = ET.XMLParser(target=_Limited(path.name))
    try:
        parser.feed(_mend(text))
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError) as error:
        raise ScenarioError(f"is no XML: {error}", file=path.name) from None
    return root


def attribute(file: str, element: ET.Element, name: str) -> str:
    """Return an attribute as it is written. Raises ScenarioError where it is missing or blank."""
    text = element.get(name)
    if text is None or not text.strip():
        raise ScenarioError(f"a tag `{clean(element.tag)}` lacks its `{name}`", file=file)
    return text


def number(file: str, element: ET.Element, name: str) -> float:
    """Return an attribute as a finite number. Raises ScenarioError."""
    try:
        value = float(attribute(file, element, name))
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or abs(value) > 1e12:
        raise ScenarioError(f"`{name}` of a tag `{clean(element.tag)}` is no number of a usable size", file=file)
    return value


def whole(file: str, element: ET.Element, name: str) -> int:
    """Return an attribute as a whole number. Raises ScenarioError."""
    value = number(file, element, name)
    if value != int(value):
        raise ScenarioError(f"`{name}` of a tag `{clean(element.tag)}` is no whole number", file=file)
    return int(value)


def _mend(text: str) -> str:
    """Mend the breaches of XML that GENIUS's own parser lets pass."""
    text = _LONE_AMPERSAND.sub("&amp;", text)
    text = _JOINED_ATTRIBUTES.sub(r"\1 ", text)
    return _DECLARATION.sub("", text, count=1).strip()


class _Limited(ET.TreeBuilder):
    """A tree that refuses to grow deep or large."""

    def __init__(self, file: str):
        super().__init__()
        self.file, self.depth, self.tags = file, 0, 0

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        """Open a tag. Raises ScenarioError past the limits."""
        self.depth, self.tags = self.depth + 1, self.tags + 1
        if self.depth > MAX_DEPTH or self.tags > MAX_TAGS:
            limit = f"{MAX_DEPTH} levels of nesting and {MAX_TAGS:,} tags"
            raise ScenarioError(f"has more than {limit}, the most that are read", file=self.file)
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        """Close a tag."""
        self.depth -= 1
        return super().end(tag)
