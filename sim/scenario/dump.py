"""A resolved scenario as plain data in the form of a scenario file, and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sim.scenario.load import Loaded
from sim.scenario.merge import is_number


def resolved(loaded: Loaded) -> dict[str, Any]:
    """The scenario with every demand and reservation point filled in, as plain data in the form of a scenario file."""
    data = _written(loaded.scenario.model_dump(mode="json", exclude_none=True))
    data.pop("evidence", None)  # where the documents lie; what they say is in the numbers
    return dict(data)


def _written(node: Any) -> Any:
    """Plain data with numbers as a scenario file writes them."""
    if isinstance(node, list):
        return [_written(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    if "shape" not in node:
        return {key: _written(entry) for key, entry in node.items()}
    why = {"why": node["why"]} if "why" in node else {}
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
    """Hash of the resolved scenario, the user's changes included; the same wherever its files lie.

    The order of parties, issues, baskets … counts, for it decides who speaks first; that of a party's numbers does not.
    """
    return blake(json.dumps(_canonical(resolved(loaded)), ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _canonical(node: Any) -> Any:
    """Plain data with mappings from names to numbers in alphabetical order."""
    if isinstance(node, list):
        return [_canonical(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    below = {key: _canonical(entry) for key, entry in node.items()}
    numbers = all(is_number(entry) for entry in below.values())
    return dict(sorted(below.items())) if numbers else below


def blake(text: str) -> str:
    """Hash of a text, 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
