"""What pydantic objects to in an experiment, in the words of this project: what was expected, given, allowed."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from sim.errors import nearest
from sim.scenario.numbers import shown

Place = tuple[str | int, ...]

NAMES = "names are lower-case letters, digits and dashes, a letter or a digit first, 60 characters at most"
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


def explained(error: ValidationError, parts: dict[str, type[BaseModel]]) -> tuple[str, Place]:
    """The first problem and its place; `parts` are the models below a first key (`""` for the whole)."""
    first = _first(error.errors())
    place = tuple(step for step in first["loc"] if not _of_union(step))
    model = parts.get(str(place[0]) if len(place) > 1 else "", parts[""])
    return _problem(first, str(place[-1]) if place else "", model), place


def _of_union(step: str | int) -> bool:
    """Whether a step says which branch of a union pydantic tried, and is no key of the file."""
    return isinstance(step, str) and step.startswith(("list[", "dict[", "literal["))


def _first(errors: list[Any]) -> Any:
    """The first problem that tells something.

    Of a missing and an unknown key the unknown one, which is the missing one misspelt; of a union the branch that the
    value was meant for.
    """
    wrong = {"list_type": dict, "literal_error": list}
    meant = [e for e in errors if not isinstance(e["input"], wrong.get(e["type"], ()))] or errors
    if meant[0]["type"] == "missing":
        return next((e for e in meant if e["type"] == "extra_forbidden"), meant[0])
    return meant[0]


def _problem(first: Any, key: str, model: type[BaseModel]) -> str:
    kind, given, limits = first["type"], first["input"], first.get("ctx", {})
    if kind == "extra_forbidden":
        allowed = sorted(model.model_fields)
        return f"unknown key; allowed: {', '.join(allowed)}{nearest(key, allowed)}"
    if kind == "missing":
        return "is missing and must be given"
    if kind == "value_error":
        return str(first["msg"]).removeprefix("Value error, ")
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {shown(given)}"
    if kind == "literal_error":
        allowed = list(get_args(model.model_fields[key].annotation))
        return f"{shown(given)} is not known; allowed: {', '.join(allowed)}{nearest(str(given), allowed)}"
    if kind in ("string_pattern_mismatch", "string_too_long"):
        return f"{shown(given)} is no name; {NAMES}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"{limits['ge']:,} or more" if "ge" in limits else f"{limits['le']:,} or less"
        return f"{given:,} is out of bounds; allowed: {bound}"
    return f"{first['msg'][0].lower()}{first['msg'][1:]}, got {shown(given)}"
