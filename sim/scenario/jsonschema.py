"""The JSON schema of scenario files: that of the models, with numbers in the forms that a file may write."""

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


def _build_form(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT = {"type": "string"}
_THREE = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
_ENDS = _build_form(["low", "mode", "high"], **{key: {"type": "number"} for key in ("low", "mode", "high")})
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
        _build_form(["assumed"], assumed=_RANGE, why=_TEXT),
        _build_form(["elicited"], elicited=_JUDGEMENTS, why=_TEXT),
        _build_form(["value", "source", "locator"], value={"type": "number"}, source=_TEXT, locator=_TEXT, why=_TEXT),
        _build_form(["value", "convention"], value={"type": "number"}, convention=_TEXT),
    ],
}


def build_file_schema() -> dict[str, Any]:
    """Build the JSON schema of one file. Only the forms of numbers are required: a base may hold all else."""
    schema = _relax(Scenario.model_json_schema())
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
