"""Errors of pydantic in an experiment, with the place of the value."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from sim.yamlio.validation import describe_problem, list_labels

Place = tuple[str | int, ...]

NAMES = "names are lower-case letters, digits and dashes, a letter or a digit first, 60 characters at most"


def describe_error(error: ValidationError, parts: dict[str, type[BaseModel]]) -> tuple[str, Place]:
    """Describe the first problem of a validation error.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    parts : dict of str to type
        Models below a first key; `""` for the whole.

    Returns
    -------
    tuple of str and tuple
        The problem, and its place as keys and indices.
    """
    first = _select_error(error.errors())
    place = tuple(step for step in first["loc"] if not _is_union_step(step))
    model = parts.get(str(place[0]) if len(place) > 1 else "", parts[""])
    return _describe_problem(first, str(place[-1]) if place else "", model), place


def _is_union_step(step: str | int) -> bool:
    """Return whether a step of a location names a branch of a union instead of a key of the file."""
    return isinstance(step, str) and step.startswith(("list[", "dict[", "literal["))


def _select_error(errors: list[Any]) -> Any:
    """Select the most informative of several problems.

    Of a missing and an unknown key that is the unknown one, which is the missing one misspelt; of a union it is the
    branch that the value was meant for.
    """
    other_branch = {"list_type": dict, "literal_error": list}
    relevant = [e for e in errors if not isinstance(e["input"], other_branch.get(e["type"], ()))] or errors
    if relevant[0]["type"] == "missing":
        return next((e for e in relevant if e["type"] == "extra_forbidden"), relevant[0])
    return relevant[0]


def _describe_problem(first: Any, key: str, model: type[BaseModel]) -> str:
    field = model.model_fields.get(key)
    labels = list_labels(field.annotation) if field else []
    return describe_problem(first, key, sorted(model.model_fields), labels, NAMES)
