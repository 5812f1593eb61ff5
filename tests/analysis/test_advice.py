"""Advice on scenarios: each kind by a case made for it, and none where nothing is to be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.advice import Advice, advise
from sim.analysis.inert_entries import list_inert
from sim.cli.main import app
from sim.scenario.load import load
from sim.scenario.scaffold import Size, format_scaffold


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def find(changes: dict[str, Any], path: str) -> list[Advice]:
    return [advice for advice in advise(load("river-border", changes)) if advice.path == path]


def range_of(low: float, high: float) -> dict[str, Any]:
    return {"assumed": [low, high], "why": "test"}


def test_river_border_needs_no_advice() -> None:
    assert advise(load("river-border")) == []


def test_deadlines_beyond_the_horizon() -> None:
    (advice,) = find({"calendar.horizon": 30, "parties.upland.deadline": range_of(30, 90)}, "parties.upland.deadline")
    assert advice.text.startswith("30 to 90 days lie beyond the horizon of 30 days in every draw")
    assert not find({"calendar.horizon": 30, "parties.upland.deadline": range_of(29, 90)}, "parties.upland.deadline")


def test_demands_that_coincide() -> None:
    ends = {"parties.northbank.issues.patrols.demand": 0.5, "parties.southbank.issues.patrols.demand": 0.54}
    ends |= {"parties.northbank.issues.patrols.reservation": 0.7, "parties.southbank.issues.patrols.reservation": 0.3}
    (advice,) = find(ends, "issues.patrols")
    assert "all parties demand nearly the same (0.50 to 0.54)" in advice.text
    assert not find({**ends, "parties.southbank.issues.patrols.demand": 0.56}, "issues.patrols")


def test_mediators_without_effect() -> None:
    shut = {"venues.lake_hall.acceptability.upland": 0.0}
    (advice,) = find(shut, "mediators.lake_league.attends")
    assert "a party never accepts its venues" in advice.text and "works from beside the table only" in advice.text
    (advice,) = find({**shut, "model.combine": "strongest"}, "mediators.lake_league.attends")
    assert advice.text.endswith("it never attends")
    assert not find({"venues.lake_hall.acceptability.upland": 0.01}, "mediators.lake_league.attends")
    (advice,) = find({"mediators.lake_league.styles.*": 0.0}, "mediators.lake_league.styles")
    assert "all styles are 0" in advice.text


def test_a_basket_whose_interests_lie_apart() -> None:
    """North concedes up to .2 at most, South down to .6 at least: no package of one issue suits both."""
    changes = {
        "parties.northbank.issues.patrols.reservation": range_of(0.15, 0.2),
        "parties.southbank.issues.patrols.reservation": range_of(0.6, 0.8),
    }
    (advice,) = find(changes, "baskets.calm")
    assert "in any of 200 draws: interests lie apart" in advice.text
    assert advice.text.endswith("on patrols southbank goes down to 0.60 at most, northbank up to 0.20")


def test_a_basket_closed_by_exposure() -> None:
    """Both could live with the middle, but each fears to lose more than it gains there."""
    (advice,) = find({"baskets.calm.exposure.*": 3.0}, "baskets.calm")
    assert "interests leave a zone" in advice.text and "the floors close it in all" in advice.text
    assert "raised by exposure (baskets.calm.exposure): without it" in advice.text


def test_numbers_without_a_reason(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "extends: river-border\nid: mine\nparties: {upland: {deadline: {assumed: [90, 100]}}}\n"
    )
    try:
        found = advise(load(tmp_path / "mine.yaml"))
    except Exception as error:  # noqa: BLE001 (a schema that asks for the reason needs no advice)
        assert "why" in str(error)
    else:
        assert Advice("parties.upland.deadline", "is assumed without a `why`") in found


@pytest.mark.parametrize("name", ["river-border", "generic-crisis"])
def test_advice_leaves_the_status(tmp_path: Path, name: str) -> None:
    text = f"extends: {name}\nid: mine\ncalendar: {{horizon: {{value: 20, convention: short}}}}\n"
    (tmp_path / "mine.yaml").write_text(text)
    status, said = run(tmp_path / "mine.yaml")
    assert status == 0 and "advice: parties." in said and "lie beyond the horizon of 20 days" in said
    assert run("--strict", tmp_path / "mine.yaml")[0] == 2
    assert run("--strict", "river-border")[0] == 0


def test_all_faults(tmp_path: Path) -> None:
    faults = "calendar: {horizn: 3}\nparties: {upland: {dedline: 4}}\nissues: {water: {titel: x}}\n"
    (tmp_path / "mine.yaml").write_text(f"extends: river-border\nid: mine\n{faults}")
    status, said = run(tmp_path / "mine.yaml")
    assert status == 2 and said.count("unknown key") == 1
    status, said = run("--all", tmp_path / "mine.yaml")
    assert status == 2 and said.count("unknown key") == 3
    for key, line in (("calendar.horizn", 3), ("parties.upland.dedline", 4), ("issues.water.titel", 5)):
        assert f"mine.yaml:{line}: {key}: unknown key" in said


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"mediators.lake_league.leverage": 0.5}, "mediators.lake_league.leverage", "counts only under manipulation"),
        ({"incidents.boat_clash.rate": 0.0}, "incidents.boat_clash.rate", "it never happens"),
        (
            {f"incidents.boat_clash.{key}": 0.0 for key in ("severity", "cost", "hardening")},
            "incidents.boat_clash.severity",
            "it has no effect",
        ),
        ({"incidents.boat_clash.scripted": ["2030-08-01"]}, "incidents.boat_clash.scripted", "after 2030-07-07"),
        ({"venue_choice.order": ["lake_hall"]}, "venues.north_fort", "it is never chosen"),
        ({"baskets.river.ratified": False}, "parties.southbank.ratifiers.assembly", "it is never asked"),
        (
            {"baskets.calm.ratified": True, "parties.southbank.ratifiers.assembly.baskets": ["river"]},
            "baskets.calm.ratified",
            "no body",
        ),
    ],
)
def test_entries_without_effect(changes: dict[str, Any], path: str, reason: str) -> None:
    (advice,) = find(changes, path)
    assert reason in advice.text


@pytest.mark.parametrize(
    "changes",
    [
        {"incidents.boat_clash.scripted": ["2030-07-07"]},  # the last day
        {"incidents.boat_clash.rate": 0.0, "incidents.boat_clash.scripted": ["2030-02-01"]},
        {"venue_choice.order": ["lake_hall", "north_fort"]},
        {"baskets.calm.ratified": True},
    ],
)
def test_control_entries_with_an_effect(changes: dict[str, Any]) -> None:
    assert list(list_inert(load("river-border", changes).scenario)) == []


def test_what_is_named_without_effect_changes_no_run() -> None:
    """The same tables with and without each entry, and other tables (control) where the entry works."""
    base = {
        "incidents.boat_clash.severity": 0.0,
        "incidents.boat_clash.cost": 0.0,
        "incidents.boat_clash.hardening": 0.0,
    }
    for changes, other in (
        ({"mediators.lake_league.leverage": 0.5}, {}),
        (
            {"venue_choice.order": ["lake_hall"], "venues.north_fort.publicity": 0.9},
            {"venue_choice.order": ["lake_hall"]},
        ),
        ({**base, "incidents.boat_clash.attribution.northbank.southbank": 0.1}, base),
    ):
        first, second = (sim.run_ensemble("river-border", n=40, seed=3, changes=x).runs for x in (changes, other))
        assert first.equals(second), changes
    control = sim.run_ensemble("river-border", n=40, seed=3, changes={"incidents.boat_clash.rate": 0.0}).runs
    assert not control.equals(sim.run_ensemble("river-border", n=40, seed=3).runs)


def test_rungs_that_no_basket_reaches() -> None:
    rungs = [
        {"code": "swap", "title": "Swap", "shared": "humanitarian"},
        {"code": "quiet", "title": "Quiet", "shared": "ceasefire"},
        {"code": "treaty", "title": "Treaty", "shared": "partial"},
    ]
    codes = {"baskets.exchange.code": "swap", "baskets.calm.code": "quiet", "baskets.river.code": "quiet"}
    (advice,) = find({"outcomes": rungs, **codes}, "outcomes")
    assert advice.text == "no basket has `code: treaty`: no run ends as Treaty"
    assert not find({"outcomes": rungs, **codes, "baskets.river.code": "treaty"}, "outcomes")


def test_the_only_basket_settles_all(tmp_path: Path) -> None:
    text = format_scaffold("one", Size(baskets=1))
    rungs = ", ".join(
        f"{{code: {c}, title: {c.title()}, shared: {s}}}"
        for c, s in (("a", "humanitarian"), ("b", "ceasefire"), ("c", "partial"))
    )
    (tmp_path / "one.yaml").write_text(text.replace("code: partial", "code: c") + f"outcomes: [{rungs}]\n")
    texts = [advice.text for advice in advise(load(tmp_path / "one.yaml")) if advice.path == "outcomes"]
    assert len(texts) == 3 and "the only basket settles all at once: no run ends as C, but as comprehensive" in texts


def test_entries_that_a_switch_leaves_unread() -> None:
    june = load("istanbul-2025-june")
    assert june.scenario.war is not None and june.scenario.precedents
    for switch, path in (("war", "war"), ("precedent", "precedents")):
        value: object = False if switch == "war" else "off"
        inert = dict(list_inert(june.with_changes({f"model.{switch}": value}).scenario))
        assert "not read" in inert[path] and path not in dict(list_inert(june.scenario))


def test_all_faults_of_references(tmp_path: Path) -> None:
    """Faults that one file alone would hide behind the first: of every kind, and several of one kind."""
    text = """extends: river-border
id: mine
start: 2029-01-01
venues: {lake_hall: {host: nobody, acceptability: {nobody: 0.4}}, north_fort: {host: noone}}
baskets: {calm: {level: kings, code: bad}, river: {level: queens}}
incidents: {boat_clash: {doer: nobody, offended: [nobody, noone]}}
parties: {upland: {preconditions: [{basket: b, requires: {delivered: c}}, {basket: calm, requires: {settled: calm}}]}}
"""
    (tmp_path / "mine.yaml").write_text(text)
    status, output = run(tmp_path / "mine.yaml")
    assert status == 2 and "mine.yaml:3: start" in output and "nobody" not in output
    status, output = run("--all", tmp_path / "mine.yaml")
    places = ["3: start", "4: venues.lake_hall.host", "4: venues.lake_hall.acceptability.nobody",
              "4: venues.north_fort.host", "5: baskets.calm.level", "5: baskets.calm.code", "5: baskets.river.level",
              "6: incidents.boat_clash.doer", "6: incidents.boat_clash.offended: unknown party `nobody`",
              "6: incidents.boat_clash.offended: unknown party `noone`", "7: parties.upland.preconditions.0.basket",
              "7: parties.upland.preconditions.0.requires", "7: parties.upland.preconditions.1:"]  # fmt: skip
    assert [place for place in places if output.count(f"mine.yaml:{place}") != 1] == []
    assert output.count("mine.yaml:") == len(places)


def test_all_faults_of_reservation_values(tmp_path: Path) -> None:
    text = "extends: river-border\nid: mine\nparties:\n"
    for party in ("northbank", "southbank"):
        text += f"  {party}: {{issues: {{water: {{demand: 0.5, reservation: 0.52}}}}}}\n"
    (tmp_path / "mine.yaml").write_text(text)
    status, output = run("--all", tmp_path / "mine.yaml")
    assert status == 2
    for line, party in ((4, "northbank"), (5, "southbank")):
        assert output.count(f"mine.yaml:{line}: parties.{party}.issues.water.reservation: 0.52 comes nearer") == 1
