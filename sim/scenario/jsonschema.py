"""The JSON schema of scenario files: the models' own, with numbers in the forms that a file may write."""

from __future__ import annotations

from typing import Any

from sim.scenario.schema import Scenario

_RANGE = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 3,
    "description": "[low, high] or [low, likeliest, high]",
}


def _form(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT = {"type": "string"}
_REF = {"$ref": "#/$defs/Number"}
_NUMBER = {
    "description": "A number with where it comes from",
    "anyOf": [
        {"type": "number", "description": "unsourced"},
        _form(["assumed"], assumed=_RANGE, why=_TEXT),
        _form(["value", "source", "locator"], value={"type": "number"}, source=_TEXT, locator=_TEXT, why=_TEXT),
        _form(["value", "convention"], value={"type": "number"}, convention=_TEXT),
    ],
}


def file_schema() -> dict[str, Any]:
    """Schema of one file. Nothing is required but the forms of numbers: a file may leave to its base what it likes."""
    found = _relaxed(Scenario.model_json_schema())
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "parley scenario"
    found["properties"] = {
        "extends": {
            "description": "Scenario or scenarios this one starts from",
            "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
        },
        "defaults": {"type": "object", "description": "What every entity of a kind has unless it says otherwise"},
        **found["properties"],
    }
    found["$defs"]["Number"] = _NUMBER
    return dict(found)


def _relaxed(node: Any) -> Any:
    """Without `required`; a mapping of names to numbers may also be one number for all; null takes an entry away."""
    if isinstance(node, list):
        return [_relaxed(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    below = {key: _relaxed(entry) for key, entry in node.items() if not (key == "required" and isinstance(entry, list))}
    for pattern, entry in (below.get("patternProperties") or {}).items():
        below["patternProperties"][pattern] = {"anyOf": [entry, {"type": "null"}]}
    return {"anyOf": [_REF, below]} if _maps_to_numbers(node) else below


def _maps_to_numbers(node: Any) -> bool:
    inner = (node.get("patternProperties") or {}).values()
    return any(entry == _REF or (isinstance(entry, dict) and _maps_to_numbers(entry)) for entry in inner)
