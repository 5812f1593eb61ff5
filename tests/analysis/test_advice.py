"""Advice on scenarios: each kind by a case made for it, and none where nothing is to be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.analysis.advice import Advice, advise
from sim.cli.main import app
from sim.scenario.load import load


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
    assert "a party never accepts its venues" in advice.text
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
