"""Every key of a scenario is described where it is declared, and the pages of keys and columns show all of them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sim.core.fields import OFFER_COLUMNS, ROUND_COLUMNS, RUN_COLUMNS
from sim.scenario.jsonschema import build_file_schema

ROOT = Path(__file__).resolve().parents[2]


def iterate_properties(node: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for entry in node:
            yield from iterate_properties(entry, name)
    elif isinstance(node, dict):
        for key, entry in (node.get("properties") or {}).items():
            yield f"{name}.{key}", entry
        for key, entry in node.items():
            yield from iterate_properties(entry, f"{name}.{key}")


def without_description(schema: dict[str, Any]) -> list[str]:
    return [name for name, entry in iterate_properties(schema) if len(entry.get("description", "")) < 8]


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """The module that writes the reference pages of the site."""
    spec = importlib.util.spec_from_file_location("generated_pages", ROOT / "docs" / "_ext" / "generated_pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_property_is_described() -> None:
    schema = build_file_schema()
    assert len(list(iterate_properties(schema))) > 300
    assert without_description(schema) == []


def test_control_a_property_without_a_description() -> None:
    schema = build_file_schema()
    schema["$defs"]["Venue"]["properties"]["wifi"] = {"type": "boolean"}
    assert without_description(schema) == [".$defs.Venue.wifi"]


@pytest.mark.parametrize(
    ("entity", "key", "words"),
    [
        ("Party", "deadline", "Days of talks over which it would concede all it can (days)"),  # the registry
        ("Lever", "threshold", "Progress from which talks count as moving (share)"),
        ("Obligation", "due", "Days from settlement to delivery (days)"),
        ("Venue", "acceptability", "Acceptability to a party (share)"),
        ("Pain", "cap", "largest pain (utility)"),
        ("Switches", "pace", "What sets the scale of the gap to the next planned round."),  # the enum of the rule
        ("Party", "concession", "The named rule by which a party concedes"),  # the entity
        ("Venue", "host", "Mediator that hosts it"),  # the model
    ],
)
def test_a_description_comes_from_the_one_declaration(entity: str, key: str, words: str) -> None:
    assert build_file_schema()["$defs"][entity]["properties"][key]["description"].startswith(words)


def test_the_page_of_keys_has_every_key_with_its_meaning(pages: ModuleType) -> None:
    schema, text = build_file_schema(), "\n".join(pages.write_keys())
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    entities = {"Top level": schema} | {n: node for n, node in schema["$defs"].items() if "properties" in node}
    assert set(sections) == set(entities)
    for name, node in entities.items():
        rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", sections[name], re.M)
        assert [key for key, _ in rows] == list(node["properties"])
        assert all(row.rpartition(" | ")[2].strip() for _, row in rows)


def test_the_page_of_columns_has_every_column_with_its_meaning(pages: ModuleType) -> None:
    text = "\n".join(pages.write_columns())
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", text, re.M)
    assert len(rows) == len(RUN_COLUMNS) + len(ROUND_COLUMNS) + len(OFFER_COLUMNS)
    assert all(meaning.strip() for _, meaning in rows)


@pytest.mark.parametrize("page", ["keys", "columns", "commands", "coefficients"])
def test_the_pages_are_written_when_the_site_is_built(pages: ModuleType, page: str) -> None:
    """Nothing of them is committed, so that no page can be older than what it lists."""
    assert f"generated/{page}.inc.md" in (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
    assert page in pages.PAGES
    assert "docs/reference/generated/" in (ROOT / ".gitignore").read_text(encoding="utf-8")
