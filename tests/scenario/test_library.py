"""The library finds cases by their folders, and the common papers serve all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.scenario import library
from sim.scenario.load import load

SOURCES = """\
sources:
  gazette:
    title: A report
    publisher: The gazette
    published: 2030-01-01
    language: en
    translated: false
    perspective: neutral
    cited_for: invented
"""
ISSUES = """\
issues:
  toll: {title: The toll, options: [{at: 0, label: none}, {at: 1, label: high}]}
"""
EAST = """\
actor: east
positions:
  - {id: e1, issue: toll, value: 0.1, kind: own, stance: demand, speaker: x, channel: ministry, authority: high,
     event: 2030-01-02, published: 2030-01-02, disclosed: 2030-01-02, note: n, sources: [{id: gazette, locator: p. 1}]}
"""
BASE = """\
extends: behaviour
evidence: {folder: toll-bridge}
"""
TALKS = """\
extends: toll-bridge
id: bridge-2030
title: The bridge
as_of: 2030-01-31
start: 2030-02-01
levels: [delegation]
start_level: delegation
issues: {toll: {basket: trade}}
baskets: {trade: {title: Trade, code: partial, level: delegation}}
parties:
  east: {title: East, issues: {toll: {end: low}}}
  west: {title: West, deadline: {value: 90, source: fearon-1995, locator: p. 1}, issues: {toll: {end: high}}}
venues: {hall: {title: The hall, acceptability: 0.5}}
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the library with a case more."""
    folder = tmp_path / "scenarios"
    shutil.copytree(library.shipped_folder(), folder)
    case = folder / "cases" / "toll-bridge"
    (case / "positions").mkdir(parents=True)
    texts = {"sources.yaml": SOURCES, "issues.yaml": ISSUES, "positions/east.yaml": EAST}
    for name, text in {**texts, "toll-bridge.yaml": BASE, "bridge-2030.yaml": TALKS}.items():
        (case / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(library, "shipped_folder", lambda: folder)
    return folder


def test_a_case_is_a_folder(shelf: Path, tmp_path: Path) -> None:
    assert "bridge-2030" in library.shipped()
    assert "toll-bridge" not in library.shipped(), "a base has no id and is not run"
    loaded = load("bridge-2030")
    assert loaded.derivations["east", "toll"].demand == "e1"
    assert loaded.scenario.issues["toll"].title == "The toll"
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: bridge-2030\nid: mine\n", encoding="utf-8")
    assert load(mine).derivations["east", "toll"].demand == "e1", "a file elsewhere keeps the documents of its case"


def test_every_name_stands_for_one_file() -> None:
    names = [path.stem for path in library.list_files()]
    assert len(names) == len(set(names))
    assert {"sources", "issues", "papers"}.isdisjoint(names)


def test_control_without_its_folder_the_case_is_unknown() -> None:
    with pytest.raises(ScenarioError, match="no scenario `bridge-2030`"):
        load("bridge-2030")


@pytest.mark.parametrize("name", ["sources", "issues", "papers"])
def test_files_of_documents_are_no_scenarios(name: str) -> None:
    with pytest.raises(ScenarioError, match=f"no scenario `{name}`"):
        load(name)


def test_papers_may_be_cited_in_any_scenario(tmp_path: Path) -> None:
    changes = {"parties.upland.compliance": {"value": 0.5, "source": "fearon-1995", "locator": "p. 380"}}
    assert load("river-border", changes).scenario.parties["upland"].compliance.source == "fearon-1995"
    changes["parties.upland.compliance"]["source"] = "up-2025-05-10"
    with pytest.raises(ScenarioError, match=r"unknown source `up-2025-05-10`.* has no `evidence` folder"):
        load("river-border", changes)
