"""Errors of pydantic in an experiment, with the place of the value."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from sim.yamlio.validation import describe_problem, list_labels

Place = tuple[str | int, ...]

NAMES = "names are lower-case letters, digits and dashes, a letter or a digit first, 60 characters at most"


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
    field = model.model_fields.get(key)
    labels = list_labels(field.annotation) if field else []
    return describe_problem(first, key, sorted(model.model_fields), labels, NAMES)
