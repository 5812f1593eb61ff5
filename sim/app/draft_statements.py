"""Mandates, preconditions and entries of the parties of a draft: statements that rest on a document or are assumed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

Statement = dict[str, Any]

ASSUMED, DOCUMENTED = "assumed", "document"
"""What a figure or a statement rests on."""
NEEDS = ("settled", "delivered")
"""Conditions of a precondition that the forms offer; others of a shipped scenario stay as they are."""


def make_statement(**content: Any) -> Statement:
    """Make an assumed statement with its content."""
    return {"basis": ASSUMED, "why": "", "source": "", "locator": "", **content}


def read_statement(raw: Mapping[str, Any]) -> Statement:
    """Read a mandate, a precondition or an entry of a scenario file."""
    content = {key: value for key, value in raw.items() if key not in ("assumed", "source", "locator")}
    content |= {key: datetime.date.fromisoformat(content[key]) for key in ("date", "since") if content.get(key)}
    statement = make_statement(**content)
    if raw.get("source"):
        return statement | {"basis": DOCUMENTED, "source": raw["source"], "locator": raw.get("locator") or ""}
    return statement | {"why": raw.get("assumed") or ""}


def read_statements(party: Mapping[str, Any]) -> dict[str, Any]:
    """Read the statements of a party of a scenario file."""
    lists = {group: [read_statement(raw) for raw in party.get(group) or []] for group in ("mandate", "preconditions")}
    return {"enters": read_statement(party["enters"]) if party.get("enters") else None, **lists}


def add_mandate(draft: Mapping[str, Any], party: str) -> None:
    """Add a limit: the last basket is for the highest level."""
    limit = make_statement(baskets=list(draft["baskets"])[-1:], level=draft["levels"][-1], since=None)
    draft["parties"][party]["mandate"].append(limit)


def add_precondition(draft: Mapping[str, Any], party: str) -> None:
    """Add a condition: the last basket is not opened before the first one is settled."""
    baskets = list(draft["baskets"])
    condition = make_statement(basket=baskets[-1], requires={"settled": baskets[0]}, sequencing=None)
    draft["parties"][party]["preconditions"].append(condition)


def forget_entity(draft: Mapping[str, Any], group: str, key: str) -> None:
    """Remove a basket or an issue from the statements of all parties, and statements of which nothing is left."""
    for party in draft["parties"].values():
        if group == "baskets":
            for limit in party["mandate"]:
                limit["baskets"] = [basket for basket in limit["baskets"] if basket != key]
            party["mandate"] = [limit for limit in party["mandate"] if limit["baskets"]]
            party["preconditions"] = [
                x for x in party["preconditions"] if key not in (x["basket"], *(x["requires"].get(n) for n in NEEDS))
            ]
        elif group == "issues":
            for condition in party["preconditions"]:
                if condition.get("sequencing") == key:
                    condition["sequencing"] = None
