"""Every documented entry of the Russia-Ukraine case has its place in a scenario, and none counts before its day."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from sim.evidence.record import Record, load_record
from sim.scenario import derive as derivation
from sim.scenario.derive import derive
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.readings import Reading
from sim.scenario.schema import Scenario
from sim.scenario.support import STATUS, list_support
from tests.scenario.dated import CASE, DATED, drop, open_all, prepare

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cases" / "russia-ukraine.md"
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(CASE)


# Every entry is accounted for


@pytest.mark.parametrize("name", DATED)
def test_every_position_and_act_has_its_place(name: str, record: Record) -> None:
    loaded = load(name)
    supports = list_support(loaded)
    entries = {entry.id for entry in (*record.positions, *record.acts) if entry.disclosed <= loaded.scenario.as_of}
    counted = [support for support in supports if support.kind in ("position", "act")]
    assert {support.id for support in counted} == entries
    assert len(counted) == len(entries)
    assert {support.status for support in supports} <= set(STATUS)
    assert [support for support in supports if support.status == "unused"] == []
    known = {entry.id for entry in (*record.positions, *record.acts, *record.proposals)}
    for support in supports:
        if support.status == "superseded":  # by which entry, or why it is not counted
            words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", support.reason))
            assert words & known - {support.id} or "lies before" in support.reason, support
        if support.status == "overridden":  # by what in the scenario
            assert re.match(r"[a-z_]+(\.[a-z_*]+)* is stated|start|documents|levels", support.reason), support
    chosen = [support for support in counted if support.status == "left out"]
    assert all(support.reason.startswith("by choice: ") for support in chosen)
    assert len(chosen) <= 0.15 * len(counted)
    counts = [sum(support.status == status for support in counted) for status in list(STATUS)[:4]]
    row = " | ".join(map(str, (f"| `{name}`", len(counted), *counts))) + " |"
    assert row in PAGE.read_text(encoding="utf-8")


def test_control_an_entry_without_a_place_is_unused(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: istanbul-2025\nid: mine\nevidence:\n  left_out: {eu_membership: null, gomel: null}\n")
    unused = {support.id for support in list_support(load(file)) if support.status == "unused"}
    assert {"ua-2025-04-23-eu", "ru-2022-02-27-gomel"} <= unused


def test_what_the_switch_does_not_admit_says_so() -> None:
    supports = list_support(load("istanbul-2025-june", {"evidence.admit": "own"}))
    assert {x.reason for x in supports if x.id == "ua-2025-05-29-no-answer"} == {"by choice: `evidence.admit` is `own`"}
    assert [x for x in supports if x.status == "unused"] == []
    used = {x.id for x in supports if x.status == "used" and x.kind == "position"}
    attributed = {x.id for x in load_record(CASE).positions if x.kind != "own"}
    assert used and not used & attributed


def test_an_act_that_gives_no_value_is_not_used(tmp_path: Path) -> None:
    """Nothing was signed on 29 March 2022: the entry is no settlement to build on."""
    file = tmp_path / "mine.yaml"
    file.write_text("extends: istanbul-2025\nid: mine\nevidence: {left_out: {ua-2022-03-29-unsigned: null}}\n")
    (support,) = [x for x in list_support(load(file)) if x.id == "ua-2022-03-29-unsigned"]
    assert support.status == "unused"
    assert "gives no value of precedents.guarantee_scope" in support.reason


def test_stress_counts_only_where_it_raises_a_salience(tmp_path: Path) -> None:
    stress, raised = "ru-2025-05-28-root-causes", "parties.russia.issues.{}.salience"
    assert {x.id: x.status for x in list_support(load("istanbul-2025-june"))}[stress] == "used"
    stakes = load("istanbul-2025-june").scenario.parties["russia"].issues
    own = {
        raised.format(i): 0.5
        for i, stake in stakes.items()
        if stress in ((stake.salience and stake.salience.why) or "")
    }
    (support,) = [x for x in list_support(load("istanbul-2025-june", own)) if x.id == stress]
    assert own and support.status in ("superseded", "overridden")


def test_the_newest_documents_are_at_work() -> None:
    """Entries that no number rested on before acts were read."""
    used = {x.id for x in list_support(load("istanbul-2025-june")) if x.status in ("used", "overridden")}
    assert {"ua-2025-06-10-mandate", "ua-2025-06-10-president", "ru-2025-05-23-delivery"} <= used
    assert {"ua-memorandum-2025-06-02", "ru-memorandum-2025-06-02", "inc-2025-06-01-bryansk"} <= used
    assert {"thr-2025-05-28-medinsky", "ru-2025-05-30-legitimacy", "ua-2025-06-02-june"} <= used
    assert {"eu-2025-05-28-germany-package", "ru-2025-05-28-root-causes", "by-2014-09-05-minsk"} <= used


def test_no_round_after_2_june_2025_is_coded(record: Record) -> None:
    """The answer is kept back: no position, paper, meeting or agreement after the newest document of 10 June."""
    end = datetime.date(2025, 6, 10)
    late = [x for x in record.acts if x.event > end]
    assert {x.act for x in late} <= {"delivery", "arms_supply"}
    assert {x.id for x in record.positions if x.event > end} <= {"ua-2025-06-11-arms"}  # in the article of that day
    assert [x.id for x in record.proposals if x.handed > end] == []
    rounds = [x for x in record.acts if x.act in ("convening", "agreement") and x.event > datetime.date(2025, 6, 2)]
    assert [x.about for x in rounds] == ["talks"]  # a readiness to meet, no meeting


# What a derived number rests on carries it


def _describe(s: Scenario, path: tuple[str, ...]) -> Any:
    """A number with its source; the reason is left out, for it names the entries. Saliences have theirs there."""
    node: Any = s
    for step in path:
        node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
    if not isinstance(node, Number):
        return node
    return (node.low, node.high, node.source, node.locator, node.why if path[-1] == "salience" else "")


def _is_placed(reading: Reading) -> bool:
    return reading.is_open and bool(reading.acts) and reading.value is not None


@pytest.mark.parametrize("name", DATED[3:])
def test_without_its_acts_a_derived_part_changes(name: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    s, loaded = prepare(name)
    s = s.model_copy(update={"evidence": s.evidence.model_copy(update={"left_out": {}})})  # type: ignore[union-attr]
    whole, _, readings = derive(s, loaded.origins, CASE)
    placed = [reading for reading in readings.values() if _is_placed(reading)]
    assert len(placed) >= 12
    for reading in placed:
        smaller = drop(record, set(reading.acts))
        monkeypatch.setattr(derivation, "load_record", lambda _, smaller=smaller: smaller)
        without, _, _ = derive(s, loaded.origins, CASE)
        path = reading.path if reading.path[0] != "precedents" else reading.path[:1]
        assert _describe(without, path) != _describe(whole, path), reading.path


@pytest.mark.parametrize("name", [DATED[-1], *(pytest.param(name, marks=pytest.mark.slow) for name in DATED[:-1])])
def test_without_its_position_a_derived_demand_changes(
    name: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, loaded = open_all(name)
    whole, derivations, _ = derive(s, loaded.origins, CASE)
    for (p, i), basis in derivations.items():
        ends = {"demand": basis.demand, "conceded": basis.conceded, "withdrawn": basis.withdrawn_by}
        for part, support in ({"salience": basis.salience} | ends).items():
            if support:
                smaller = drop(record, {support})
                monkeypatch.setattr(derivation, "load_record", lambda _, smaller=smaller: smaller)
                without, _, _ = derive(s, loaded.origins, CASE)
                path = ("parties", p, "issues", i, part)
                assert _describe(without, path) != _describe(whole, path), (path, support)


def _list_lines(s: Scenario, loaded: Loaded) -> dict[Any, Any]:
    """All that a derived scenario states: numbers with source and reason, mandates, levers, precedents."""
    complete, _, _ = derive(s, loaded.origins, CASE)
    lines: dict[Any, Any] = {path: (x.low, x.high, x.source, x.why) for path, x in iterate_numbers(complete)}
    mandates = [party.mandate for party in complete.parties.values()]
    return lines | {"rest": repr((mandates, complete.sponsors, complete.precedents))}


@pytest.mark.parametrize("name", DATED)
def test_every_entry_called_used_moves_a_line(name: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any one entry that is said to be used the shipped scenario reads otherwise."""
    s, loaded = prepare(name)
    named = {"left_out": {}, "alternatives": []}  # an entry that is gone cannot be left out by name
    left_out = set(s.evidence.left_out)  # type: ignore[union-attr]
    bare = s.model_copy(update={"evidence": s.evidence.model_copy(update=named)})  # type: ignore[union-attr]
    smaller = record.model_copy(
        update={
            "positions": [x for x in record.positions if not {x.id, x.issue} & left_out],
            "acts": [x for x in record.acts if not {x.id, x.about} & left_out],
        }
    )
    of = {act.id for act in record.acts if act.of}  # they count by the act that they qualify
    used = [x.id for x in list_support(loaded) if x.status == "used" and x.kind in ("position", "act")]
    monkeypatch.setattr(derivation, "load_record", lambda _: smaller)
    whole = _list_lines(bare, loaded)
    for entry in set(used) - of:
        without = drop(smaller, {entry})
        monkeypatch.setattr(derivation, "load_record", lambda _, without=without: without)
        assert _list_lines(bare, loaded) != whole, entry


# Nothing later enters, and nothing changes without a disclosure


def _state(s: Scenario, loaded: Loaded) -> tuple[set[str], dict[Any, Any]]:
    """Supporting entries and numbers, under the start and so the ages of the scenario."""
    complete, derivations, readings = derive(s, loaded.origins, CASE)
    support = {act for reading in readings.values() for act in reading.acts}
    for basis in derivations.values():
        support |= {name for name in (basis.demand, basis.conceded, basis.withdrawn_by, basis.salience) if name}
    numbers = {
        path: (number.low, number.mode, number.high, number.source, number.locator)
        for path, number in iterate_numbers(complete)
    }
    mandates = {p: tuple(map(str, party.mandate or [])) for p, party in complete.parties.items()}
    others = {"levers": repr(complete.sponsors), "papers": tuple(complete.documents)}
    return support, {**numbers, "mandates": mandates, **others}


def _widen() -> tuple[Scenario, Loaded]:
    """The scenario of June 2025 with the places and the corridors of 2022, all left to the documents."""
    s, loaded = open_all("istanbul-2025-june")
    places = {
        v: s.venues["minsk"].model_copy(update={"host": host})
        for v, host in (("gomel", "belarus"), ("brest", "belarus"), ("antalya", "turkiye"), ("warsaw", None))
    }
    corridors = {"documented": ["corridors"], "counted_since": datetime.date(2022, 2, 24), "rate": None}
    incidents = {**s.incidents, "corridors": s.incidents["sabotage"].model_copy(update=corridors)}
    levers = {
        n: sponsor.model_copy(
            update={"levers": {k: lever.model_copy(update={"on": None}) for k, lever in sponsor.levers.items()}}
        )
        for n, sponsor in s.sponsors.items()
    }
    parts = {"venues": {**s.venues, **places}, "incidents": incidents, "sponsors": levers}
    return s.model_copy(update=parts), loaded


FIRST, LAST = datetime.date(2022, 2, 1), datetime.date(2025, 6, 10)


def _list_days(record: Record) -> list[datetime.date]:
    """The days of a disclosure from the first day of the walk to its last."""
    days = {entry.disclosed for entry in (*record.positions, *record.acts, *record.proposals)}
    return sorted(day for day in days if FIRST <= day <= LAST)


@pytest.mark.slow
def test_day_by_day_only_disclosures_move_a_number(record: Record) -> None:
    s, loaded = _widen()
    disclosed = {entry.id: entry.disclosed for entry in (*record.positions, *record.acts, *record.proposals)}
    before, changes = None, []
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + n * DAY
        state = _state(s.model_copy(update={"as_of": day}), loaded)
        assert all(disclosed[name] <= day for name in state[0]), day
        if before is not None and state != before:
            changes.append(day)
        before = state
    assert [day for day in changes if day not in disclosed.values()] == []
    assert len(changes) > 20


def test_between_disclosures_nothing_moves_and_later_entries_never_count(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk at the ends of every quiet time; on each day the entries of later days might as well not exist."""
    s, loaded = _widen()
    days, before, changes = _list_days(record), None, 0
    for day, following in zip([FIRST, *days], [*days, LAST + DAY], strict=True):
        monkeypatch.setattr(derivation, "load_record", lambda _: record)
        state = _state(s.model_copy(update={"as_of": day}), loaded)
        if following - day > DAY:
            assert _state(s.model_copy(update={"as_of": following - DAY}), loaded) == state, day
        later = {x.id for x in (*record.positions, *record.acts, *record.proposals) if x.disclosed > day}
        known = drop(record, later)
        monkeypatch.setattr(derivation, "load_record", lambda _, known=known: known)
        assert _state(s.model_copy(update={"as_of": day}), loaded) == state, day
        changes += before is not None and state != before
        before = state
    assert changes > 20


def test_control_a_leak_is_seen(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that admits entries a day early moves numbers on days without a disclosure."""
    s, loaded = open_all("istanbul-2025-june")
    early = [x.model_copy(update={"disclosed": x.disclosed - DAY}) for x in record.positions]
    monkeypatch.setattr(derivation, "load_record", lambda _: record.model_copy(update={"positions": early}))
    quiet = datetime.date(2022, 9, 29)  # statements of 30 September 2022 are known the day before
    assert all(quiet != entry.disclosed for entry in (*record.positions, *record.acts))
    states = [_state(s.model_copy(update={"as_of": day}), loaded) for day in (quiet - DAY, quiet)]
    assert states[0] != states[1]
