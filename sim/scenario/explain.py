"""Errors of pydantic in a scenario, with file, line and key of the value."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sim.core.errors import ScenarioError, nearest
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario
from sim.yamlio.validation import describe_error, describe_problem, find_annotation, list_keys, strip_annotation

Path = tuple[str, ...]

MOST_PROBLEMS = 100
"""The most problems of one scenario that are explained."""
FILE_KEYS = ("defaults", "extends")
"""Keys of a file that the merged data has no longer."""
NAMES = "names are lower-case letters, digits and underscores, a letter first, 60 characters at most"


def explain_error(error: ValidationError, origins: Origins) -> ScenarioError:
    """Return the first problem of a scenario with file, line, key and what is allowed; the others are its notes.

    Parameters
    ----------
    error : ValidationError
        The objection of the schema.
    origins : Origins
        File and line of every key.
    """
    problems = [_explain_detail(detail, origins) for detail in error.errors()[:MOST_PROBLEMS]]
    for problem in problems[1:]:
        problems[0].add_note(str(problem))
    return problems[0]


def _explain_detail(first: Any, origins: Origins) -> ScenarioError:
    """Return one problem of a scenario."""
    path = tuple(str(part) for part in first["loc"])
    if path and path[-1] == "[key]":
        return origins.error(path[:-1], f"`{first['input']}` is not a valid name; {NAMES}")
    dashes = ", with dashes in place of underscores" if path == ("id",) else ""
    if first["type"] == "missing" and origins.has_line(path):
        return origins.error(path, "has no value and must be given")
    if first["type"] == "extra_forbidden" and len(path) == 1:
        keys = sorted([*list_keys(Scenario, ()), *FILE_KEYS])
        return origins.error(path, describe_problem(first, path[0], keys, [], NAMES))
    problem = describe_error(first, Scenario, path, NAMES + dashes)
    return origins.error(path, problem + _suggest_entity(first["type"], path, origins))


def _suggest_entity(kind: str, path: Path, origins: Origins) -> str:
    """Where something of an entity is missing, name the similar entity beside it that the user may have meant."""
    if kind != "missing" or len(path) < 3 or list_keys(Scenario, path[:-2]):  # an entry of a mapping by name
        return ""
    return nearest(path[-2], origins.list_siblings(path[:-1]))


def is_number_at(path: Path) -> bool:
    """Whether the schema has a number at a path."""
    return strip_annotation(find_annotation(Scenario, path)) is Number
