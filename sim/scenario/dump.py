"""Dump a loaded scenario as plain data in the form of a scenario file, and hash it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sim.scenario.experts import Judgement
from sim.scenario.load import Loaded
from sim.scenario.merge import is_number


def dump_scenario(loaded: Loaded) -> dict[str, Any]:
    """Return a scenario with every demand and reservation value as plain data in the form of a scenario file."""
    data = _dump(loaded.scenario.model_dump(mode="json", exclude_none=True))
    data.pop("evidence", None)  # the folder of the documents; their content is in the numbers
    return dict(data)


def _dump(node: Any) -> Any:
    """Return plain data with numbers in the forms of a scenario file."""
    if isinstance(node, list):
        return [_dump(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    if "shape" not in node:
        return {key: _dump(entry) for key, entry in node.items()}
    why = {"why": node["why"]} if "why" in node else {}
    if node["shape"] == "elicited":
        return {"elicited": {j["expert"]: Judgement(**j).plain() for j in node["experts"]}, **why}
    if node["shape"] != "fixed":
        ends = [node["low"], node["high"]] if node["shape"] == "uniform" else [node["low"], node["mode"], node["high"]]
        return {"assumed": ends, **why}
    if node["provenance"] == "convention":
        return {"value": node["low"], "convention": node.get("why", "")}
    if node["provenance"] == "set":
        return {"value": node["low"], "set": True}
    if "source" in node:
        return {"value": node["low"], "source": node["source"], "locator": node["locator"], **why}
    return node["low"]


def scenario_hash(loaded: Loaded) -> str:
    """Return the hash of a scenario, the user's changes included; the same wherever its files lie.

    The order of parties, issues, baskets … counts, for it decides who speaks first; that of a party's numbers does not.
    """
    data = _sort_numbers(dump_scenario(loaded))
    return hash_text(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _sort_numbers(node: Any) -> Any:
    """Return plain data with mappings from names to numbers in alphabetical order."""
    if isinstance(node, list):
        return [_sort_numbers(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    below = {key: _sort_numbers(entry) for key, entry in node.items()}
    numbers = all(is_number(entry) for entry in below.values())
    return dict(sorted(below.items())) if numbers else below


def hash_text(text: str) -> str:
    """Return the hash of a text, 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
