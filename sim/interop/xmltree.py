"""XML of other tools as a tree of elements: limited in size and depth, without document types or entities.

Files of GENIUS break some rules of XML that its own parser does not know: a bare `&` in a value, no space between two
attributes, a comment before the declaration. Those are mended; everything else that is not XML is refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from xml.parsers import expat

import numpy as np

from sim.core.errors import ScenarioError
from sim.interop.files import clip_text, read_text

MAX_DEPTH, MAX_TAGS = 20, 100_000
MOST = 1e12
"""Largest size of a number."""
_LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_JOINED_ATTRIBUTES = re.compile(r"""(=\s*"[^"<>]*")(?=[A-Za-z_])""")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")


class Tag(ET.Element):
    """An element that knows its line in the file."""

    line: int = 0


def parse(path: Path) -> ET.Element:
    """Return the root element of a file, made of `Tag`. Raises ScenarioError with file, line and reason."""
    text = read_text(path, spare="latin-1")  # old files of GENIUS; only names can be wrong by it, numbers are ASCII
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ScenarioError("holds a document type or entities; plain elements are read", file=path.name)
    parser = expat.ParserCreate()
    tree = _Limited(path.name, parser)
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.data
    try:
        parser.Parse(_mend(text), True)
    except expat.ExpatError as error:
        problem = f"is not XML: {expat.ErrorString(error.code)} (column {error.offset + 1})"
        raise ScenarioError(problem, file=path.name, line=error.lineno) from None
    except ValueError as error:
        raise ScenarioError(f"is not XML: {error}", file=path.name) from None
    root: ET.Element = tree.close()
    return root


def find_line(element: ET.Element) -> int | None:
    """Return the line of an element in its file; None for one that was not read from a file."""
    return getattr(element, "line", None)


def read_attribute(file: str, element: ET.Element, name: str) -> str:
    """Return an attribute as it is written. Raises ScenarioError where it is missing or blank."""
    text = element.get(name)
    if text is None or not text.strip():
        raise _make_error(file, element, name, f"a tag `{clip_text(element.tag)}` lacks its `{name}`")
    return text


def read_number(file: str, element: ET.Element, name: str) -> float:
    """Return an attribute as a finite number. Raises ScenarioError."""
    text = read_attribute(file, element, name)
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or abs(value) > MOST:
        problem = f"`{clip_text(text)[:40]}`; allowed: a number from -{MOST:g} to {MOST:g}"
        raise _make_error(file, element, name, problem)
    return value


def read_whole_number(file: str, element: ET.Element, name: str) -> int:
    """Return an attribute as a whole number. Raises ScenarioError."""
    value = read_number(file, element, name)
    if value != int(value):
        raise _make_error(file, element, name, f"`{clip_text(element.get(name, ''))[:40]}`; allowed: a whole number")
    return int(value)


def _make_error(file: str, element: ET.Element, name: str, problem: str) -> ScenarioError:
    """An error about an attribute, with the line of its element; the key is the path `tag.attribute`."""
    return ScenarioError(problem, file=file, line=find_line(element), key=f"{clip_text(element.tag)}.{name}")


def _mend(text: str) -> str:
    """Mend the breaches of XML that GENIUS's own parser lets pass."""
    text = _LONE_AMPERSAND.sub("&amp;", text)
    text = _JOINED_ATTRIBUTES.sub(r"\1 ", text)
    # Line breaks stay, so that a message gives the line of the file.
    return _DECLARATION.sub(lambda hit: "\n" * hit.group().count("\n"), text, count=1)


class _Limited(ET.TreeBuilder):
    """A tree that refuses to grow deep or large."""

    def __init__(self, file: str, parser: expat.XMLParserType):
        super().__init__(element_factory=Tag)
        self.file, self.parser, self.depth, self.tags = file, parser, 0, 0

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        """Open a tag. Raises ScenarioError past the limits."""
        self.depth, self.tags = self.depth + 1, self.tags + 1
        if self.depth > MAX_DEPTH or self.tags > MAX_TAGS:
            limit = f"{MAX_DEPTH} levels of nesting and {MAX_TAGS:,} tags"
            raise ScenarioError(f"has more than {limit}, the most that are read", file=self.file)
        element = super().start(tag, attrs)
        if isinstance(element, Tag):
            element.line = self.parser.CurrentLineNumber
        return element

    def end(self, tag: str) -> ET.Element:
        """Close a tag."""
        self.depth -= 1
        return super().end(tag)
