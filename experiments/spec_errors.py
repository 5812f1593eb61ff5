"""What pydantic objects to in an experiment, in the words of this project: what was expected, given, allowed."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from sim.scenario.explain import problem

Place = tuple[str | int, ...]

NAMES = "names are lower-case letters, digits and dashes, a letter or a digit first, 60 characters at most"


def describe_error(error: ValidationError, parts: dict[str, type[BaseModel]]) -> tuple[str, Place]:
    """The first problem and its place; `parts` are the models below a first key (`""` for the whole)."""
    first = _select_error(error.errors())
    place = tuple(step for step in first["loc"] if not _is_union_step(step))
    model = parts.get(str(place[0]) if len(place) > 1 else "", parts[""])
    return _describe_problem(first, str(place[-1]) if place else "", model), place


def _is_union_step(step: str | int) -> bool:
    """Whether a step says which branch of a union pydantic tried, and is no key of the file."""
    return isinstance(step, str) and step.startswith(("list[", "dict[", "literal["))


def _select_error(errors: list[Any]) -> Any:
    """The first problem that tells something.

    Of a missing and an unknown key the unknown one, which is the missing one misspelt; of a union the branch that the
    value was meant for.
    """
    other_branch = {"list_type": dict, "literal_error": list}
    relevant = [e for e in errors if not isinstance(e["input"], other_branch.get(e["type"], ()))] or errors
    if relevant[0]["type"] == "missing":
        return next((e for e in relevant if e["type"] == "extra_forbidden"), relevant[0])
    return relevant[0]


def _describe_problem(first: Any, key: str, model: type[BaseModel]) -> str:
    words = list(get_args(model.model_fields[key].annotation)) if first["type"] == "literal_error" else []
    return problem(first, key, sorted(model.model_fields), words, NAMES)
