"""Manifests: what they hold, what moves the hash and what does not, and the citations of a scenario made up here."""

from __future__ import annotations

import calendar
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.results.manifest import _papers, compress_indices, count_numbers, list_citations, manifest, to_plain_data
from sim.results.plan import plan
from sim.scenario.dump import dump_scenario, scenario_hash
from sim.scenario.library import shipped_folder
from sim.scenario.load import load
from sim.scenario.numbers import iterate_numbers
from sim.scenario.schema import Scenario

RIVER = shipped_folder() / "river-border.yaml"


def variant(folder: Path, change: Callable[[str], str] = str) -> Path:
    """The river scenario as a file of its own, changed as text."""
    path = folder / "mine.yaml"
    path.write_text(change(RIVER.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def test_manifest_is_json_and_complete() -> None:
    job = plan("river-border", 3, 0, engine="mesa", workers=2, changes={"parties.upland.deadline": 90})
    about = manifest(job)
    assert json.loads(json.dumps(about)) == about
    assert (about["seed"], about["n"], about["engine"], about["parley"]) == (0, 3, "mesa", sim.__version__)
    assert about["assumptions"] == about["fates"] == [[0, 2]]
    assert about["scenario"]["changes"] == {"parties.upland.deadline": 90}
    assert about["scenario"]["resolved"]["parties"]["upland"]["deadline"] == {"value": 90.0, "set": True}
    assert about["environment"]["workers"] == 2
    assert {"numpy", "numba", "mesa", "pyarrow"} <= set(about["environment"]["versions"])
    assert about["environment"]["versions"]["numpy"] == np.__version__


def test_times_stand_under_created_only() -> None:
    job = plan("river-border", 3, 0, engine="mesa", workers=1)
    first, second = manifest(job), manifest(job)
    assert first.pop("created")
    second.pop("created")
    assert first == second


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ([0, 1, 2, 3, 4], [[0, 4]]),
        ([7], [[7, 7]]),
        ([5, 6, 2, 3, 3], [[5, 6], [2, 3], [3, 3]]),
        ([0, 0, 0], [[0, 0], [0, 0], [0, 0]]),
    ],
)
def test_index_ranges(index: list[int], expected: list[list[int]]) -> None:
    assert compress_indices(np.array(index)) == expected


def test_very_many_ranges_become_a_hash() -> None:
    found = compress_indices(np.arange(0, 4_000, 2))
    assert isinstance(found, dict)
    assert (found["count"], found["least"], found["largest"]) == (2_000, 0, 3_998)
    again = compress_indices(np.arange(0, 4_000, 2))
    assert found == again
    assert found != compress_indices(np.r_[np.arange(0, 3_998, 2), 3_999])


def test_plain_data() -> None:
    assert to_plain_data({"a": (1, np.float64(0.5)), "b": None, "c": True}) == {"a": [1, 0.5], "b": None, "c": True}


def test_hash_is_the_same_wherever_the_file_lies(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = variant(tmp_path / "one"), variant(tmp_path / "two")
    assert scenario_hash(load(first)) == scenario_hash(load(second)) == scenario_hash(load("river-border"))


TRUST = """
    trust: {southbank: {assumed: [0.2, 0.3]}, upland: {assumed: [0.4, 0.5]}}
    title: Northbank
    side"""
TSURT = """
    title: Northbank
    trust: {upland: {assumed: [0.4, 0.5]}, southbank: {assumed: [0.2, 0.3]}}
    side"""


def test_hash_does_not_hang_on_the_order_of_a_partys_numbers(tmp_path: Path) -> None:
    hashes = []
    for text in (TRUST, TSURT):
        path = variant(tmp_path, lambda whole, text=text: whole.replace("\n    title: Northbank\n    side", text))
        hashes.append(scenario_hash(load(path)))
    assert hashes[0] == hashes[1] != scenario_hash(load("river-border"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("value: 180,", "value: 181,"),
        ("demand: {assumed: [0.9, 1.0], why: invented}", "demand: {assumed: [0.9, 0.99], why: invented}"),
        ("red_line: true", "red_line: false"),
        ("lake_league", "lake_league"),
    ],
)
def test_what_moves_results_moves_the_hash(tmp_path: Path, before: str, after: str) -> None:
    path = variant(tmp_path, lambda whole: whole.replace(before, after, 1))
    assert (scenario_hash(load(path)) != scenario_hash(load("river-border"))) is (before != after)


def test_order_of_parties_moves_the_hash(tmp_path: Path) -> None:
    """Who is named first speaks first."""

    def swap(whole: str) -> str:
        head, rest = whole.split("  southbank:\n    title", 1)
        middle, tail = rest.split("  upland:\n    title", 1)
        upland, foot = tail.split("\nmediators:", 1)
        return f"{head}  upland:\n    title{upland}  southbank:\n    title{middle}\nmediators:{foot}"

    changed = load(variant(tmp_path, swap))
    assert list(changed.scenario.parties) == ["northbank", "upland", "southbank"]
    assert scenario_hash(changed) != scenario_hash(load("river-border"))


def test_changes_move_the_hash_and_stay_with_the_copy() -> None:
    base = load("river-border")
    before = scenario_hash(base)
    changed = base.with_changes({"behaviour.convening.base": 1}).with_changes({"parties.upland.deadline": 90})
    assert changed.changes == {"behaviour.convening.base": 1, "parties.upland.deadline": 90}
    assert scenario_hash(changed) != before
    assert (base.changes, scenario_hash(base)) == ({}, before)
    assert scenario_hash(base.with_changes({})) == before


def test_resolved_data_is_a_scenario_again() -> None:
    loaded = load("river-border", {"parties.upland.deadline": 90})
    again = Scenario.model_validate(json.loads(json.dumps(dump_scenario(loaded))))
    before, after = (
        {path: (n.low, n.mode, n.high, n.shape, n.provenance) for path, n in iterate_numbers(scenario)}
        for scenario in (loaded.scenario, again)
    )
    assert before == after
    assert list(again.parties) == list(loaded.scenario.parties)


def test_fingerprint() -> None:
    def mark(*arguments: Any, **options: Any) -> str:
        options = {"engine": "mesa", "workers": 1} | options
        return str(manifest(plan(*arguments, **options))["fingerprint"])

    here = mark("river-border", 3, 0)
    assert here == mark("river-border", 3, 0, workers=2, chunk=1) == mark("river-border", 3, 0, engine="compiled")
    others = [
        mark("river-border", 3, 1),
        mark("river-border", 4, 0),
        mark("river-border", 3, 0, changes={"parties.upland.deadline": 90}),
        mark("river-border", 3, 0, fates=[0, 1, 3]),
        mark("river-border", 3, 0, party_class=Stubborn),
    ]
    assert len({here, *others}) == 6


class Stubborn(sim.Party):
    """Never concedes."""

    def concede(self) -> float:
        return 0.0


def source(name: str, cited_for: str) -> str:
    return (
        f"  {name}: {{title: Report {name}, publisher: Agency, published: 2030-01-01, language: en, translated: false,"
        f" perspective: neutral, cited_for: {cited_for}}}\n"
    )


def position(name: str, value: float, day: str, stance: str, cited: str, insistence: str = "") -> str:
    return (
        f"  - {{id: {name}, issue: crossing, value: {value}, kind: own, stance: {stance}, speaker: x,"
        f" channel: president, authority: high, event: {day}, published: {day}, disclosed: {day}, note: n{insistence},"
        f" sources: [{{id: {cited}, locator: par. 1}}]}}\n"
    )


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    """A scenario whose Northbank rests on documents: a demand, an offer farther on, and one in between."""
    names = {
        "for_demand": "the demand",
        "for_offer": "the offer",
        "for_between": "passed over",
        "for_mandate": "the mandate",
        "for_number": "one number",
        "unused": "nothing here",
    }
    (tmp_path / "sources.yaml").write_text("sources:\n" + "".join(source(*pair) for pair in names.items()))
    (tmp_path / "positions").mkdir()
    (tmp_path / "positions" / "northbank.yaml").write_text(
        "actor: northbank\npositions:\n"
        + position("n-offer", 0.6, "2029-01-01", "offer", "for_offer")
        + position("n-between", 0.3, "2029-02-01", "offer", "for_between")
        + position("n-demand", 0.1, "2029-03-01", "demand", "for_demand", ", insistence: listed")
        + "acts: []\n"
    )
    text = RIVER.read_text(encoding="utf-8")
    text = text.replace("start_level: delegation", "start_level: delegation\nevidence: {folder: .}")
    ranges = {"demand": "[0.0, 0.1]", "reservation": "[0.3, 0.7]", "salience": "[0.6, 1.0]"}
    stake = ", ".join(f"{key}: {{assumed: {ends}, why: invented}}" for key, ends in ranges.items())
    assert stake in text
    text = text.replace(f"crossing: {{{stake}}}", "crossing: {}", 1)
    text = text.replace('assumed: "invented: the crossing is for ministers"', "source: for_mandate, locator: line 2")
    text = text.replace(
        "Northbank\n    side", "Northbank\n    deadline: {value: 90, source: for_number, locator: p. 3}\n    side"
    )
    path = tmp_path / "documented.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_citations_are_the_sources_numbers_rest_on(documented: Path) -> None:
    loaded = load(documented)
    note = loaded.derivations["northbank", "crossing"]
    assert (note.demand, note.conceded, note.salience) == ("n-demand", "n-offer", "n-demand")
    assert note.passed_over == ("n-between",)
    found = {entry["id"]: entry for entry in list_citations(loaded) if entry["kind"] == "document"}
    assert set(found) == {"for_demand", "for_offer", "for_mandate", "for_number"}
    assert found["for_offer"]["cited_for"] == "the offer"
    assert found["for_offer"]["citation"] == "Agency (2030-01-01). Report for_offer."


def test_a_manifest_says_what_was_derived(documented: Path, tmp_path: Path) -> None:
    about = manifest(plan(documented, 2, 0, engine="mesa", workers=1))["scenario"]
    assert about["admitted"] == "all"
    assert about["derivations"]["northbank.crossing"]["demand"] == "n-demand"
    assert about["resolved"]["parties"]["northbank"]["issues"]["crossing"]["demand"]["source"] == "for_demand"
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("documented.yaml", "sources.yaml", "positions"):
        shutil.move(documented.parent / name, moved / name)
    assert scenario_hash(load(moved / "documented.yaml")) == about["hash"]
    found = count_numbers(load(moved / "documented.yaml"))
    # Demand, concession and its age follow from documents; that it was not withdrawn is a convention.
    assert (found["derived"], found["documented"]) == (3, 1)


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("direction (Fearon 1995)", {"fearon-1995"}),
        ("Stedman 1997; Kydd & Walter 2002", {"stedman-1997", "kydd-walter-2002"}),
        ("a friend is believed (Kydd 2003)", {"kydd-2003"}),
        ("Beardsley et al. 2006", {"beardsley-2006"}),
        ("evidence of May 2025 and Fearon 1994", set()),
    ],
)
def test_papers_named_in_reasons(why: str, expected: set[str]) -> None:
    known = ["fearon-1995", "stedman-1997", "kydd-walter-2002", "kydd-2003", "beardsley-2006", "may-2025-05"]
    loaded = load("river-border", {"parties.upland.deadline": {"assumed": [1, 2], "why": why}})
    silent = load("river-border", {"parties.upland.deadline": {"assumed": [1, 2], "why": "none"}})
    assert set(_papers(loaded, known)) - set(_papers(silent, known)) <= expected <= set(_papers(loaded, known))


MONTHS = set(calendar.month_name)


def named_papers(text: str) -> list[str]:
    """Every `Author 1990`, `Author & Other 1990`, `Author et al. 1990` of a text; months are no authors."""
    found = re.findall(r"([A-Z]\w+(?: (?:&|and) [A-Z]\w+| et al\.)?) ((?:19|20)\d\d)", text)
    return [f"{who} {year}" for who, year in found if who not in MONTHS]


def uncited(text: str, cited: set[str]) -> list[str]:
    """Papers a text names that no entry with that first author and year stands for."""
    ids = {paper: (paper.split()[0].lower().replace("ö", "oe"), paper[-4:]) for paper in named_papers(text)}
    return [p for p, (who, year) in ids.items() if not any(c.startswith(who) and c.endswith(year) for c in cited)]


@pytest.mark.parametrize("name", ["river-border", "istanbul-2025"])
def test_every_paper_the_coefficients_name_is_cited(name: str) -> None:
    text = (shipped_folder() / "behaviour.yaml").read_text(encoding="utf-8")
    assert len(set(named_papers(text))) >= 8
    assert uncited(text, {entry["id"] for entry in list_citations(load(name))}) == []


def test_control_a_paper_without_an_entry_is_found() -> None:
    text = "of May 2025 (Fearon 1995), not Fearon 1994, nor Kydd & Walter 2002"
    assert uncited(text, {"fearon-1995", "kydd-2003"}) == ["Fearon 1994", "Kydd & Walter 2002"]
