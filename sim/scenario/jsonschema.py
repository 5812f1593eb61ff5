"""The JSON schema of scenario files: that of the models, with numbers in the forms that a file may write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.core.fields import BLOCKS
from sim.scenario.schema import Scenario
from sim.yamlio.validation import find_annotation, strip_annotation

_RANGE = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 3,
    "description": "[low, high] or [low, likeliest, high]",
}


def _build_form(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT = {"type": "string"}
_SOURCE = {**_TEXT, "description": "Id of a source in `sources.yaml`"}
_LOCATOR = {**_TEXT, "description": "Place in the source: paragraph, page or row"}
_WHY = {**_TEXT, "description": "Reason for the number"}
_CONVENTION = {**_TEXT, "description": "Why it is a choice of the model that claims nothing about the world"}
_VALUE = {"type": "number", "description": "The number"}
_THREE = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
_POINTS = {"low": "Lowest value", "mode": "Likeliest value", "high": "Highest value"}
_ENDS = _build_form(list(_POINTS), **{key: {"type": "number", "description": text} for key, text in _POINTS.items()})
_JUDGEMENTS = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [_THREE, _ENDS]},
    "description": "By expert the 5%, 50% and 95% quantiles, or the lowest, likeliest and highest value",
}
_REF = {"$ref": "#/$defs/Number"}
_NUMBER = {
    "description": "A number with where it comes from",
    "anyOf": [
        {"type": "number", "description": "unsourced"},
        _build_form(["assumed"], assumed=_RANGE, why=_WHY),
        _build_form(["elicited"], elicited=_JUDGEMENTS, why=_WHY),
        _build_form(["value", "source", "locator"], value=_VALUE, source=_SOURCE, locator=_LOCATOR, why=_WHY),
        _build_form(["value", "convention"], value=_VALUE, convention=_CONVENTION),
    ],
}


def build_file_schema() -> dict[str, Any]:
    """Build the JSON schema of one file. Only the forms of numbers are required: a base may hold all else.

    A key is described as its model describes it, a number as the registry does, an entity by its docstring.
    """
    schema = _relax(Scenario.model_json_schema())
    entities: dict[str, Any] = {"Scenario": schema, **schema["$defs"]}
    numbers = dict(_iterate_meanings())
    for entity, node in entities.items():
        for key, entry in (node.get("properties") or {}).items():
            if not entry.get("description"):
                entry["description"] = numbers.get((entity, key)) or _find_description(entry, entities)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "parley scenario"
    schema["properties"] = {
        "extends": {
            "description": "Scenario or scenarios this one starts from",
            "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
        },
        "defaults": {"type": "object", "description": "What every entity of a kind has unless it says otherwise"},
        **schema["properties"],
    }
    schema["$defs"]["Number"] = _NUMBER
    return dict(schema)


def _relax(node: Any) -> Any:
    """Return a schema without `required`, with one number allowed for a map of numbers, and null to delete an entry."""
    if isinstance(node, list):
        return [_relax(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    below = {key: _relax(entry) for key, entry in node.items() if not (key == "required" and isinstance(entry, list))}
    for pattern, entry in (below.get("patternProperties") or {}).items():
        below["patternProperties"][pattern] = {"anyOf": [entry, {"type": "null"}]}
    for name, entry in (below.get("properties") or {}).items():
        if isinstance(node["properties"][name], dict) and node["properties"][name].get("default") in ({}, []):
            below["properties"][name] = {"anyOf": [entry, {"type": "null"}]}
    return {"anyOf": [_REF, below]} if _maps_to_numbers(node) else below


def _maps_to_numbers(node: Any) -> bool:
    inner = (node.get("patternProperties") or {}).values()
    return any(entry == _REF or (isinstance(entry, dict) and _maps_to_numbers(entry)) for entry in inner)


_PLACES = {"K": "x.levers.x", "O": "x.obligations.x", "R": "x.ratifiers.x"}
"""Where entities lie that are part of another one; those of all other kinds lie below the key of their kind."""


def _iterate_meanings() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield entity and key of every number of the registry with its meaning and unit."""
    for block in BLOCKS:
        places = [_PLACES.get(letter, "x") for letter in block.dims]
        for path, _, unit, meaning in block.fields:
            steps = path.format(*places).split(".")
            while steps[-1] == "x":
                steps.pop()
            entity = strip_annotation(find_annotation(Scenario, tuple(steps[:-1])))
            yield (entity.__name__, steps[-1]), f"{meaning[0].upper()}{meaning[1:]} ({unit})"


def _find_description(node: Any, entities: dict[str, Any]) -> str:
    """Find what describes a value of many forms: a form of its own, or the entity that it refers to."""
    if "description" in node:
        return str(node["description"])
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return "" if name == "Number" else str(entities[name].get("description", "")).partition("\n\n")[0]
    below = [*node.get("anyOf", []), *(node.get("patternProperties") or {}).values()]
    below += [node["items"]] if "items" in node else []
    return next((text for entry in below if (text := _find_description(entry, entities))), "")
