"""What pydantic objects to, in the words of this project: what was expected, what was given, what is allowed."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.core.errors import ScenarioError, nearest
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number, shown
from sim.scenario.schema import Scenario

Path = tuple[str, ...]

NAMES = "names are lower-case letters, digits and underscores, a letter first, 60 characters at most"
_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
}


def explained(error: ValidationError, origins: Origins) -> ScenarioError:
    """The first problem of a validation error with file, line, key and what is allowed."""
    first = error.errors()[0]
    path = tuple(str(part) for part in first["loc"])
    if path and path[-1] == "[key]":
        return origins.error(path[:-1], f"`{first['input']}` is no name; {NAMES}")
    return origins.error(path, _problem(first["type"], path, first) + _misspelt(first["type"], path, origins))


def _misspelt(kind: str, path: Path, origins: Origins) -> str:
    """Where something is missing of an entity: the name beside it that may have been meant."""
    if kind != "missing" or len(path) < 3 or allowed_at(path[:-2]):  # the entry of a mapping by name is an entity
        return ""
    return nearest(path[-2], origins.siblings(path[:-1]))


def _problem(kind: str, path: Path, first: Any) -> str:
    dashes = ", with dashes in place of underscores" if path == ("id",) else ""
    key = path[-1] if path else ""
    words = list(get_args(_bare(annotation_at(path)))) if kind == "literal_error" else []
    return problem(first, key, allowed_at(path[:-1]), words, NAMES + dashes)


def problem(first: Any, key: str, keys: list[str], words: list[str], names: str) -> str:
    """What pydantic objects to at a key, in the words of this project.

    `keys` may stand where it stands, `words` are the values it may have, `names` says what a name looks like.
    """
    kind, given, limits = first["type"], first["input"], first.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key; allowed: {', '.join(keys)}{nearest(key, keys)}"
    if kind == "missing":
        return "is missing and must be given"
    if kind == "value_error":
        return str(first["msg"]).removeprefix("Value error, ")
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {shown(given)}"
    if kind == "literal_error":
        return f"{shown(given)} is not known; allowed: {', '.join(words)}{nearest(str(given), words)}"
    if kind in ("string_pattern_mismatch", "string_too_long"):
        return f"`{given}` is no name; {names}"
    if kind == "too_short":
        return f"needs at least {_counted(limits['min_length'])}, got {limits['actual_length']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"{_plain(limits['ge'])} or more" if "ge" in limits else f"{_plain(limits['le'])} or less"
        return f"{_plain(given)} is out of bounds; allowed: {bound}"
    return f"{first['msg'][0].lower()}{first['msg'][1:]}, got {shown(given)}"


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _counted(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def allowed_at(path: Path) -> list[str]:
    """Keys the schema allows at a path, in alphabetical order; none where no mapping with fixed keys is wanted."""
    here = _bare(annotation_at(path))
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def holds_number(path: Path) -> bool:
    """Whether the schema has a number at a path."""
    return _bare(annotation_at(path)) is Number


def annotation_at(path: Path) -> Any:
    """The schema's annotation at a path, with its bounds as pydantic takes them; None where there is none."""
    here: Any = Scenario
    for step in path:
        here = _below(_bare(here), step)
    return here


def _below(annotation: Any, step: str) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        found = annotation.model_fields.get(step)
        if found is None:
            return None
        return Annotated[(found.annotation, *found.metadata)] if found.metadata else found.annotation
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) is list:
        return get_args(annotation)[0]
    return None


def _bare(annotation: Any) -> Any:
    """An annotation without `| None` and without constraints."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((_bare(a) for a in get_args(annotation) if a is not type(None)), None)
    if hasattr(annotation, "__metadata__"):
        return _bare(get_args(annotation)[0])
    return annotation
