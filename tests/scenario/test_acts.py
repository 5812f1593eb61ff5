"""Documented acts in scenarios: every entry accounted for, no leak of later ones, both sides by one mapping."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from sim.evidence.record import Record, load_record
from sim.scenario import derive as derivation
from sim.scenario.contradictions import list_contradictions
from sim.scenario.derive import derive
from sim.scenario.library import shipped_folder
from sim.scenario.load import Loaded, _validate, _with_version, load
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.readings import Reading
from sim.scenario.schema import Scenario, Stake
from sim.scenario.support import STATUS, list_support

CASE = shipped_folder() / "cases" / "russia-ukraine"
DATED = ("belarus-2022", "istanbul-2022", "istanbul-2025", "istanbul-2025-round-2", "istanbul-2025-june")
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


def test_control_an_entry_without_a_place_is_unused(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: istanbul-2025\nid: mine\nevidence:\n  left_out: {eu_membership: null, gomel: null}\n")
    unused = {support.id for support in list_support(load(file)) if support.status == "unused"}
    assert {"ua-2025-04-23-eu", "ru-2022-02-27-gomel"} <= unused


def test_the_newest_documents_are_at_work() -> None:
    """Entries that no number rested on before acts were read."""
    used = {x.id for x in list_support(load("istanbul-2025-june")) if x.status in ("used", "overridden")}
    assert {"ua-2025-06-10-mandate", "ua-2025-06-10-president", "ru-2025-05-23-delivery"} <= used
    assert {"ua-memorandum-2025-06-02", "ru-memorandum-2025-06-02", "inc-2025-06-01-bryansk"} <= used
    assert {"thr-2025-05-28-medinsky", "ru-2025-05-30-legitimacy", "ua-2025-06-02-june"} <= used
    assert {"eu-2025-05-28-germany-package", "ru-2025-05-28-root-causes", "by-2014-09-05-minsk"} <= used


# What a derived number rests on carries it


def _describe(s: Scenario, path: tuple[str, ...]) -> Any:
    node: Any = s
    for step in path:
        node = node.get(step) if isinstance(node, dict) else getattr(node, step)
    return (node.low, node.high, node.source, node.why) if isinstance(node, Number) else node


def _is_placed(reading: Reading) -> bool:
    return reading.is_open and bool(reading.acts) and reading.value is not None


@pytest.mark.parametrize("name", DATED[3:])
def test_without_its_acts_a_derived_part_changes(name: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(name)
    s = _validate(_with_version(loaded.data, loaded.origins), loaded.origins)
    s = s.model_copy(update={"evidence": s.evidence.model_copy(update={"left_out": {}})})  # type: ignore[union-attr]
    whole, _, readings = derive(s, loaded.origins, CASE)
    placed = [reading for reading in readings.values() if _is_placed(reading)]
    assert len(placed) >= 12
    for reading in placed:
        smaller = record.model_copy(update={"acts": [act for act in record.acts if act.id not in reading.acts]})
        monkeypatch.setattr(derivation, "load_record", lambda _, smaller=smaller: smaller)
        without, _, _ = derive(s, loaded.origins, CASE)
        path = reading.path if reading.path[0] != "precedents" else reading.path[:1]
        assert _describe(without, path) != _describe(whole, path), reading.path


@pytest.mark.parametrize("name", DATED)
def test_without_its_position_a_derived_demand_changes(
    name: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, loaded = _open(name)
    whole, derivations, _ = derive(s, loaded.origins, CASE)
    for (p, i), basis in derivations.items():
        for part, support in (("demand", basis.demand), ("conceded", basis.conceded), ("salience", basis.salience)):
            if support:
                rest = [position for position in record.positions if position.id != support]
                smaller = record.model_copy(update={"positions": rest})
                monkeypatch.setattr(derivation, "load_record", lambda _, smaller=smaller: smaller)
                without, _, _ = derive(s, loaded.origins, CASE)
                path = ("parties", p, "issues", i, part)
                assert _describe(without, path) != _describe(whole, path), (path, support)


# Nothing later enters, and nothing changes without a disclosure


def _open(name: str) -> tuple[Scenario, Loaded]:
    """The scenario before derivation, with as much left to the documents as can be."""
    loaded = load(name)
    s = _validate(_with_version(loaded.data, loaded.origins), loaded.origins)
    parties = {
        p: party.model_copy(update={"mandate": None, "issues": {i: _bare(x) for i, x in party.issues.items()}})
        for p, party in s.parties.items()
    }
    venues = {v: venue.model_copy(update={"acceptability": {}}) for v, venue in s.venues.items()}
    mediators = {
        m: x.model_copy(update={"styles": x.styles.model_copy(update={"facilitation": None})})
        for m, x in s.mediators.items()
    }
    evidence = s.evidence.model_copy(update={"left_out": {}})  # type: ignore[union-attr]
    parts = {"parties": parties, "venues": venues, "mediators": mediators, "evidence": evidence, "precedents": {}}
    return s.model_copy(update=parts), loaded


def _bare(stake: Stake) -> Stake:
    return stake.model_copy(update={"demand": None, "reservation": None, "salience": None})


def _state(s: Scenario, loaded: Loaded) -> tuple[set[str], dict[Any, Any]]:
    """Supporting entries and numbers; rates are left out, for their count of days is an age."""
    complete, derivations, readings = derive(s, loaded.origins, CASE)
    support = {act for reading in readings.values() for act in reading.acts}
    for basis in derivations.values():
        support |= {name for name in (basis.demand, basis.conceded, basis.withdrawn_by, basis.salience) if name}
    numbers = {
        path: (number.low, number.mode, number.high, number.source, number.locator)
        for path, number in iterate_numbers(complete)
        if path[-1] != "rate"
    }
    mandates = {p: tuple(map(str, party.mandate or [])) for p, party in complete.parties.items()}
    return support, {**numbers, "mandates": mandates}


def test_day_by_day_only_disclosures_move_a_number(record: Record) -> None:
    s, loaded = _open("istanbul-2025-june")
    disclosed = {entry.id: entry.disclosed for entry in (*record.positions, *record.acts)}
    days = set(disclosed.values())
    first, last = datetime.date(2022, 2, 1), datetime.date(2025, 6, 10)
    before, changes = None, []
    for n in range((last - first).days + 1):
        day = first + n * DAY
        state = _state(s.model_copy(update={"as_of": day}), loaded)
        assert all(disclosed[name] <= day for name in state[0]), day
        if before is not None and state != before:
            changes.append(day)
        before = state
    assert [day for day in changes if day not in days] == []
    assert len(changes) > 20


def test_control_a_leak_is_seen(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that admits entries a day early moves numbers on days without a disclosure."""
    s, loaded = _open("istanbul-2025-june")
    early = [x.model_copy(update={"disclosed": x.disclosed - DAY}) for x in record.positions]
    monkeypatch.setattr(derivation, "load_record", lambda _: record.model_copy(update={"positions": early}))
    quiet = datetime.date(2022, 9, 29)  # statements of 30 September 2022 are known the day before
    assert all(quiet != entry.disclosed for entry in (*record.positions, *record.acts))
    states = [_state(s.model_copy(update={"as_of": day}), loaded) for day in (quiet - DAY, quiet)]
    assert states[0] != states[1]


# Both sides by one mapping

_OTHER = {"russia": "ukraine", "ukraine": "russia"}


def _mirror(record: Record) -> Record:
    """The record with both parties swapped and every scale turned round."""
    positions = [
        x.model_copy(update={"actor": _OTHER.get(x.actor, x.actor), "value": 1.0 - x.value}) for x in record.positions
    ]
    swapped = ("actor", "towards", "attributed_by")
    acts = [
        x.model_copy(update={key: _OTHER.get(getattr(x, key) or "", getattr(x, key)) for key in swapped})
        for x in record.acts
    ]
    return record.model_copy(update={"positions": positions, "acts": acts})


def _swap(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_OTHER.get(step, step) for step in path)


def _unlike(plain: Scenario, mirrored: Scenario) -> list[str]:
    """Paths of parties and venues whose mirror image is not the number of the other side."""
    numbers, images = dict(iterate_numbers(plain)), dict(iterate_numbers(mirrored))
    faults = []
    for path, number in numbers.items():
        if path[0] in ("parties", "venues") and path[2] not in ("ratifiers", "side"):
            image = images[_swap(path)]
            ends: tuple[float, ...] = (image.low, image.mode, image.high)
            if path[-1] in ("demand", "reservation", "conceded"):
                ends = (1.0 - image.high, 1.0 - image.mode, 1.0 - image.low)
            if (number.low, number.mode, number.high) != pytest.approx(ends, abs=1e-9):
                faults.append(".".join(path))
    for p, party in plain.parties.items():
        twin = mirrored.parties[_OTHER[p]].mandate or []
        own = [(x.baskets, x.level, x.since) for x in party.mandate or []]
        if own != [(x.baskets, x.level, x.since) for x in twin]:
            faults.append(f"parties.{p}.mandate")
    return faults


@pytest.mark.parametrize("name", DATED)
def test_swapped_actors_on_turned_scales_get_mirror_numbers(
    name: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, loaded = _open(name)
    plain, _, _ = derive(s, loaded.origins, CASE)
    image = _mirror(record)
    monkeypatch.setattr(derivation, "load_record", lambda _: image)
    mirrored, _, _ = derive(s, loaded.origins, CASE)
    assert _unlike(plain, mirrored) == []


def test_control_one_turned_position_breaks_the_mirror(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    s, loaded = _open("istanbul-2025-june")
    plain, _, _ = derive(s, loaded.origins, CASE)
    image = _mirror(record)
    acts = [x.model_copy(update={"act": "venue_offer"}) if x.id == "ua-2022-02-27-minsk" else x for x in image.acts]
    monkeypatch.setattr(derivation, "load_record", lambda _: image.model_copy(update={"acts": acts}))
    mirrored, _, _ = derive(s, loaded.origins, CASE)
    assert _unlike(plain, mirrored) == ["venues.minsk.acceptability.ukraine"]


# Lines that newer documents speak against


@pytest.mark.parametrize("name", DATED)
def test_no_line_of_a_shipped_scenario_is_outdated(name: str) -> None:
    assert [str(contradiction) for contradiction in list_contradictions(load(name))] == []


def test_a_moved_date_names_outdated_lines() -> None:
    moved = load("istanbul-2025", {"as_of": "2025-06-10", "start": "2025-06-11"})
    verbs = {x.path: (x.verb, x.entries) for x in list_contradictions(moved)}
    assert verbs["parties.ukraine.mandate"] == ("contradict", ("ua-2025-06-10-mandate", "ua-2025-06-10-president"))
    assert verbs["venues.minsk.acceptability.ukraine"] == ("outdate", ("by-2025-06-10-minsk",))
    assert verbs["documents.russian_memorandum"] == ("contradict", ("ru-memorandum-2025-06-02",))
    own = load("istanbul-2025", {"as_of": "2025-06-10", "start": "2025-06-11", "parties.ukraine.mandate": []})
    assert "parties.ukraine.mandate" not in {x.path for x in list_contradictions(own)}


# Hand-worked numbers


def test_acceptability_by_the_latest_own_word_and_a_meeting_since() -> None:
    places = load("istanbul-2025-june").scenario.venues
    ends = {(v, p): (x.low, x.high) for v, venue in places.items() for p, x in venue.acceptability.items()}
    assert ends["istanbul", "russia"] == (0.8, 1.0)  # offered on 28 May, met there on 2 June
    assert ends["istanbul", "ukraine"] == (0.6, 1.0)  # would wait there on 11 May, met there twice
    assert ends["minsk", "ukraine"] == (0.0, 0.3)  # refused on 27 February 2022, no own word on Minsk since
    assert ends["vatican", "russia"] == (0.0, 0.3)


def test_trust_after_a_hand_over_of_all_that_was_agreed() -> None:
    # 390, 307 and 303 of 1,000 in 23 to 25 May, seen on 2 June; gain .02 to .15, memory 30 to 180 days, trust .1 to .4.
    low, high = 0.1, 0.4
    for share, days in ((0.39, 10), (0.307, 9), (0.303, 8)):
        low += 0.02 * (1 - low) * share * 2.718281828459045 ** (-days / 30)
        high += 0.15 * (1 - high) * share * 2.718281828459045 ** (-days / 180)
    trust = load("istanbul-2025-round-2").scenario.parties["ukraine"].trust["russia"]
    assert (trust.low, trust.high) == pytest.approx((low, high))
    stated = load("istanbul-2025-round-2", {"parties.ukraine.trust.russia": 0.2}).scenario.parties["ukraine"]
    assert stated.trust["russia"].mode == 0.2


def test_a_rate_is_the_interval_of_its_count() -> None:
    # One night in 25 days: quantiles of Gamma(1.5, 25) are those of chi-square(3) over 50, at 5% .3518, at 95% 7.8147.
    rate = load("istanbul-2025-june").scenario.incidents["sabotage"].rate
    assert rate is not None
    assert (rate.low, rate.high) == pytest.approx((0.3518 / 50, 7.8147 / 50), rel=1e-3)


def test_another_coding_counts_only_where_it_is_chosen() -> None:
    usual = load("istanbul-2025-june").scenario.parties["ukraine"].issues["monitoring"].demand
    chosen = {"evidence.alternatives": ["ua-2025-06-02-monitoring-joint"]}
    other = load("istanbul-2025-june", chosen).scenario.parties["ukraine"].issues["monitoring"].demand
    assert usual is not None
    assert other is not None
    assert (usual.mode, other.mode) == (0.0, 0.25)


# The verb


def test_as_of_writes_a_scenario_with_its_changes(tmp_path: Path) -> None:
    from sim.scenario.redate import write_redated

    file = write_redated("istanbul-2025", datetime.date(2025, 6, 10), tmp_path / "moved.yaml")
    text = file.read_text(encoding="utf-8")
    loaded = load(file)
    assert loaded.scenario.as_of == datetime.date(2025, 6, 10)
    assert loaded.scenario.start == datetime.date(2025, 6, 11)
    for line in list_contradictions(loaded):
        assert f"{line.path} (istanbul-2025.yaml:" in text
    assert "parties.russia.issues.sequence.demand: 0.75 [rbc-ukraine-2025-05-11, quotes] → 0.9" in text
    before = dict(iterate_numbers(load("istanbul-2025").scenario))
    for path, number in iterate_numbers(loaded.scenario):
        if path[-1] != "age" and (path not in before or before[path].format_range() != number.format_range()):
            assert f"{'.'.join(path)}: " in text, path
