"""Build plain data from YAML text, with a tree of the same shape that holds the lines.

The builder consumes the parser's events one by one with its own stack: it refuses a hostile text as soon as the text
passes a limit, and deep nesting cannot exhaust Python's stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from sim.core.errors import ScenarioError
from sim.yamlio.scalars import (
    UNPRINTABLE,
    Scalar,
    UnusableScalar,
    name_character,
    name_kind,
    parse_scalar,
    shorten,
    suggest_digits,
)

MAX_DEPTH = 40
"""The deepest nesting of mappings and lists."""
MAX_VALUES = 200_000
"""The most keys and values in one file; bounds memory and time for a file of many tiny values."""

KeyPath: TypeAlias = tuple[str | int, ...]
Below: TypeAlias = "dict[str, Lines] | list[Lines] | None"
Lines: TypeAlias = tuple[int, Below]
"""The line of a key or list item, and the same for what it holds."""

_HINTS: Mapping[str, str] = {
    "mapping values are not allowed": "one `key: value` a line; text that holds `: ` needs quotes",
    "cannot start any token": "indent with spaces, not tabs; text that starts with @, ` or % needs quotes",
    "could not find expected ':'": "each line of a mapping is `key: value`",
    "did not find expected key": "keys of a mapping share one indentation; a quote inside quotes is doubled",
    "did not find expected '-' indicator": "items of one list share one indentation, each starting with `- `",
    "did not find expected ',' or": "an opening bracket needs its closing one; items are separated by commas",
    "unexpected end of stream": "an opening quote needs its closing one",
    "did not find expected node content": "a value is missing, or a closing bracket is",
}

_TIGHT = re.compile(r"""("[^"]*"|'[^']*')|((?:[{,]|^)\s*[\w.*-]+:)(?=\S)""")
"""A quoted text, or a key inside braces whose colon no space follows."""


def format_path(path: KeyPath) -> str:
    """Return the dotted form of a path: `("positions", 3, "value")` is `positions.3.value`. Items count from 0."""
    return ".".join(shorten(str(step)) for step in path)


def _find_open_bracket(lines: list[str]) -> str:
    """Return the innermost bracket still open, or an empty text. Good enough for a hint."""
    brackets: list[str] = []
    for character in "".join(lines):
        if character in "{[":
            brackets.append(character)
        elif character in "}]" and brackets:
            brackets.pop()
    return brackets[-1] if brackets else ""


def build(text: str, name: str) -> tuple[dict[str, Any], Lines]:
    """Build plain data and its lines from YAML text.

    Parameters
    ----------
    text : str
        YAML in which every character is printable.
    name : str
        The file as messages name it.

    Returns
    -------
    data : dict
        The mapping at the top.
    lines : tuple
        The line of every key and list item.

    Raises
    ------
    ScenarioError
        The text is not YAML, or holds what a scenario may not.
    """
    return _Builder(name).build(text)


class _Mapping:
    """A mapping that is still open; `key` is the one whose value comes next."""

    def __init__(self, line: int) -> None:
        self.start = line
        self.data: dict[str, Any] = {}
        self.lines: dict[str, Lines] = {}
        self.key: str | None = None
        self.key_line = line

    def step(self) -> str | None:
        return self.key

    def add(self, value: Any, below: Below, line: int) -> None:
        if self.key is not None:
            self.data[self.key] = value
            self.lines[self.key] = (self.key_line, below)
        self.key = None


class _List:
    """A list that is still open."""

    def __init__(self, line: int) -> None:
        self.start = line
        self.data: list[Any] = []
        self.lines: list[Lines] = []

    def step(self) -> int:
        return len(self.data)

    def add(self, value: Any, below: Below, line: int) -> None:
        self.data.append(value)
        self.lines.append((line, below))


class _Builder:
    """Turns the parser's events into data and lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.open: list[_Mapping | _List] = []
        self.values = 0
        self.done: _Mapping | None = None

    def build(self, text: str) -> tuple[dict[str, Any], Lines]:
        self.text = text
        for event in self._events(text):
            line = event.start_mark.line + 1
            if isinstance(event, ScalarEvent):
                self._scalar(event, line)
            elif isinstance(event, CollectionStartEvent):
                self._start(event, line)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self._end()
            elif isinstance(event, AliasEvent):
                self._refuse(f"alias `*{shorten(event.anchor)}` is not allowed; write the value out", line)
            elif isinstance(event, DocumentStartEvent) and self.done is not None:
                self._refuse("a second document starts; a file holds one", line)
        if self.done is None:
            self._refuse("the file is empty; a mapping (`key: value`) is needed", None)
        return self.done.data, (self.done.start, self.done.lines)

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe").parse(text)
        except MarkedYAMLError as error:
            self._syntax(error)
        except YAMLError as error:
            self._refuse(f"not valid YAML: {shorten(str(error), 200)}", None)

    def _syntax(self, error: MarkedYAMLError) -> NoReturn:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        problem = error.problem or error.context or "no reason given"
        if mark is not None and "unexpected ':'" in problem:
            self._refuse(self._colon(mark.line, mark.column), line)
        start = error.context_mark
        if start is not None and start.line + 1 != line:
            part = str(error.context).removeprefix("while parsing ").removeprefix("while scanning ")
            problem += f" (in {part} that starts on line {start.line + 1})"
        hint = next((f"; {hint}" for sign, hint in _HINTS.items() if sign in problem), "")
        self._refuse(f"not valid YAML: {problem}{hint}", line)

    def _colon(self, line: int, column: int) -> str:
        """Say what is wrong with a colon inside braces or brackets, and how to write it."""
        lines = self.text.splitlines()
        written = lines[line]
        before = re.search(r"([{,]|^)\s*[\w.*-]+$", written[:column])
        if before is None or (before[1] != "{" and _find_open_bracket([*lines[:line], written[:column]]) == "["):
            return "text that holds a colon needs quotes inside braces and brackets"
        start = min((at for at in map(written.find, "{[") if 0 <= at < column), default=0)
        spaced = _TIGHT.sub(lambda match: match[1] or f"{match[2]} ", written[start:].strip())
        return f"a key's colon needs a space after it; write `{shorten(spaced, 200)}`"

    def _refuse(self, problem: str, line: int | None, key: str | None = None) -> NoReturn:
        path = [step for step in (holder.step() for holder in self.open) if step is not None]
        where = format_path(tuple(path if key is None else [*path, key]))
        raise ScenarioError(problem, file=self.name, line=line, key=where or None) from None

    def _check(self, event: Any, line: int) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            self._refuse(f"more than {MAX_VALUES:,} keys and values, the most that are read", line)
        if event.tag is not None:
            tag = shorten(str(event.tag).replace("tag:yaml.org,2002:", "!!", 1))
            self._refuse(f"tag `{tag}` is not allowed; only plain values are", line)
        if event.anchor is not None:
            anchor = shorten(event.anchor)
            self._refuse(f"anchor `&{anchor}` is not allowed; write the value out in each place", line)

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        self._check(event, line)
        hidden = UNPRINTABLE.search(event.value) if event.style == '"' else None
        if hidden is not None:
            self._refuse(f"{name_character(hidden.group())} is not allowed; plain text is", line)
        try:
            value = event.value if event.style else parse_scalar(event.value)
        except UnusableScalar as fault:
            self._refuse(str(fault), line)
        if not self.open:
            self._refuse("the file holds a single value; a mapping (`key: value`) is needed at the top", line)
        inner = self.open[-1]
        if isinstance(inner, _Mapping) and inner.key is None:
            self._key(inner, value, event.value, line)
        else:
            inner.add(value, None, line)

    def _key(self, inner: _Mapping, value: Scalar, text: str, line: int) -> None:
        if not isinstance(value, str):
            hint = self._suggest_digits(inner, text, line) or "; keys are text (put it in quotes)"
            self._refuse(f"key `{shorten(text)}` is read as {name_kind(value)}{hint}", line)
        if not value or not value.isprintable():
            problem = "is empty or holds a character that cannot be seen; keys are printable text on one line"
            self._refuse(f"key `{shorten(text)}` {problem}", line)
        if value == "<<":
            self._refuse("merge key `<<` is not allowed; write the keys out", line)
        if value in inner.lines:
            first = inner.lines[value][0]
            self._refuse(f"duplicate key, first given on line {first}; each key may stand once", line, value)
        inner.key, inner.key_line = value, line

    def _suggest_digits(self, inner: _Mapping, text: str, line: int) -> str:
        """Suggest how a number is written that a comma inside braces splits: the value before a key, and the key."""
        last = next(reversed(inner.data), None)
        value = inner.data.get(last) if last is not None else None
        if last is None or inner.lines[last][0] != line or type(value) is not int or not text.isdigit():
            return ""
        return suggest_digits(f"{value},{text}")

    def _start(self, event: CollectionStartEvent, line: int) -> None:
        self._check(event, line)
        mapping = isinstance(event, MappingStartEvent)
        kind = "a mapping" if mapping else "a list"
        if not self.open and not mapping:
            self._refuse("the file holds a list; a mapping (`key: value`) is needed at the top", line)
        if self.open and self.open[-1].step() is None:
            self._refuse(f"{kind} stands where a key is needed; keys are text", line)
        if len(self.open) >= MAX_DEPTH:
            self.open.clear()  # forty keys in a row would bury the message
            self._refuse(f"nested more than {MAX_DEPTH} levels deep, the most that are read", line)
        self.open.append(_Mapping(line) if mapping else _List(line))

    def _end(self) -> None:
        holder = self.open.pop()
        if self.open:
            self.open[-1].add(holder.data, holder.lines, holder.start)
        elif isinstance(holder, _Mapping):
            self.done = holder
