"""Errors of pydantic in the words of this project: what is expected, what the file says, what is allowed.

Every file that is held against a pydantic model (scenarios, sources, positions, records, experiments) takes its
messages from here.
"""

from __future__ import annotations

import datetime
import inspect
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, core_schema

from sim.core.choices import Choice
from sim.core.errors import ScenarioError, nearest
from sim.yamlio.reader import Document
from sim.yamlio.tree import KeyPath

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


@dataclass(frozen=True)
class LabelOf:
    """Constraint of a text to the labels of a choice: `Annotated[str, LabelOf(VenueRule)]`.

    Validation, messages and JSON schema follow the members of the choice.
    """

    choice: type[Choice]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Return the schema of one text out of the labels."""
        return core_schema.literal_schema(list(self.choice.labels()))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        """Return the JSON schema of the labels, described as the choice is."""
        return {**handler(schema), "description": inspect.getdoc(self.choice)}


def refuse_entry(error: ValidationError, document: Document, place: KeyPath, model: type[BaseModel]) -> ScenarioError:
    """Return the first problem of an entry of a YAML file as a ScenarioError.

    Parameters
    ----------
    error : ValidationError
        The objection of `model` to the entry.
    document : Document
        The file that holds the entry.
    place : tuple of str and int
        The path of the entry in the file.
    model : type of BaseModel
        The model of the entry.

    Returns
    -------
    ScenarioError
        Names file, line and key.
    """
    first = error.errors()[0]
    path = tuple(str(step) for step in first["loc"])
    return document.refuse(describe_error(first, model, path), (*place, *first["loc"]))


def describe_error(first: Any, model: type[BaseModel], path: tuple[str, ...], names: str = "") -> str:
    """Say what pydantic objects to at a path of a model.

    Parameters
    ----------
    first : ErrorDetails
        One of the errors of a ValidationError.
    model : type of BaseModel
        The model at the top of the path.
    path : tuple of str
        Where the error is.
    names : str
        The form of a name, for a text that must be one.

    Returns
    -------
    str
        The problem with the allowed keys or values and the nearest of them.
    """
    keys = list_keys(model, path[:-1])
    return describe_problem(first, path[-1] if path else "", keys, list_labels(find_annotation(model, path)), names)


def describe_problem(first: Any, key: str, keys: list[str], labels: list[str], names: str) -> str:
    """Say what pydantic objects to at a key.

    Parameters
    ----------
    first : ErrorDetails
        One of the errors of a ValidationError.
    key : str
        The key of the value.
    keys : list of str
        The keys that the mapping around the value may have.
    labels : list of str
        The labels that the value may have.
    names : str
        The form of a name, for a text that must be one.
    """
    kind, value, limits = first["type"], first["input"], first.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key; allowed: {', '.join(keys)}{nearest(key, keys)}"
    if kind == "missing":
        return "is missing and must be given"
    if kind == "value_error":
        return str(first["msg"]).removeprefix("Value error, ")
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {describe_value(value)}"
    if kind == "literal_error":
        return f"{describe_value(value)} is not known; allowed: {', '.join(labels)}{nearest(str(value), labels)}"
    if kind in ("string_pattern_mismatch", "string_too_long"):
        return f"`{value}` is not a valid name; {names}"
    if kind == "too_short":
        return f"needs at least {_format_count(limits['min_length'])}, got {limits['actual_length']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"{_format_bound(limits['ge'])} or more" if "ge" in limits else f"{_format_bound(limits['le'])} or less"
        return f"{_format_bound(value)} is out of bounds; allowed: {bound}"
    return f"{first['msg'][0].lower()}{first['msg'][1:]}, got {describe_value(value)}"


def describe_value(value: Any) -> str:
    """Say which value stands where another was expected."""
    kinds = {bool: "true or false:", str: "text", datetime.date: "the date", int: "the number", float: "the number"}
    whole = {list: "a list", dict: "a mapping", type(None): "nothing"}
    if type(value) in whole:
        return whole[type(value)]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{kinds.get(type(value), type(value).__name__)} `{text if len(text) <= 60 else text[:60] + '…'}`"


def _format_bound(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _format_count(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def list_keys(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """List the keys that a model allows at a path, in alphabetical order; none outside mappings of fixed keys."""
    here = strip_annotation(find_annotation(model, path))
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def list_labels(annotation: Any) -> list[str]:
    """List the labels that an annotation allows, in order; none where it is not a choice."""
    for part in get_args(annotation):
        if isinstance(part, LabelOf):
            return list(part.choice.labels())
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    parts = get_args(annotation) if _is_wrapped(annotation) else ()
    return next((labels for part in parts if (labels := list_labels(part))), [])


def find_annotation(model: type[BaseModel], path: tuple[str, ...]) -> Any:
    """Return a model's annotation at a path, with its bounds as pydantic takes them; None where there is none."""
    here: Any = model
    for step in path:
        here = _step_down(strip_annotation(here), step)
    return here


def _step_down(annotation: Any, step: str) -> Any:
    """Return the annotation one step below another."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(step)
        if field is None:
            return None
        return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) is list:
        return get_args(annotation)[0]
    return None


def strip_annotation(annotation: Any) -> Any:
    """Return an annotation without `| None` and without constraints."""
    if _is_wrapped(annotation):
        return next((strip_annotation(part) for part in get_args(annotation) if part is not type(None)), None)
    return annotation


def _is_wrapped(annotation: Any) -> bool:
    """Whether an annotation is a union or has constraints."""
    return get_origin(annotation) in (Union, types.UnionType) or hasattr(annotation, "__metadata__")
