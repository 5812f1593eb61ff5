"""A party that enters on a date: before it nobody waits for it, or asks it; its clock starts when it enters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.agents.model import NegotiationModel
from sim.core.errors import ScenarioError
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load
from sim.scenario.resolve import resolve

VILLAGES = """extends: behaviour
id: well
title: A well
as_of: 2030-01-01
start: 2030-01-08
levels: [elders]
start_level: elders
calendar: {horizon: 200, gap_scale: 10, gap_min: 1}
model: {version: 1}
behaviour: {convening: {base: 20}, bargaining: {width: 0}, balance: {drift: 0, noise: 0}, collapse: {hazard: 0}}
issues: {well: {title: Well, basket: water, options: [{at: 0, label: a}, {at: 1, label: b}]}}
baskets: {water: {title: Water, code: partial, level: elders, exposure: 0}}
parties:
  upper: {title: Upper, deadline: 100, issues: {well: {demand: 0, reservation: 0.6, salience: 1}}}
  lower: {title: Lower, deadline: 100, issues: {well: {demand: 1, reservation: 0.4, salience: 1}}}
  owner:
    title: Owner
    deadline: 100
    concession: {rule: clock, k0: 0.1, beta: 1, share: 0, weight: 0, rate: 0, step: 0}
    issues: {well: {demand: 1, reservation: 0.9, salience: 1}}
venues: {tree: {title: Tree, acceptability: 1}}
"""


def write(folder: Path, enters: str = "") -> Path:
    path = folder / "well.yaml"
    path.write_text(VILLAGES.replace("    title: Owner\n", f"    title: Owner\n{enters}"), encoding="utf-8")
    return path


def enters(date: str) -> str:
    return f"    enters: {{date: {date}, assumed: a test}}\n"


@pytest.mark.parametrize("engine", ["mesa", "compiled"])
def test_who_has_not_entered_cannot_block(tmp_path: Path, engine: str) -> None:
    """Upper ends at .6 and Lower at .4: they meet. Owner takes no less than .9: with it there is no zone."""
    absent, present = (
        run_ensemble(load(write(tmp_path, text)), 20, 0, engine=engine, workers=1).runs["settled_water"].notna().mean()
        for text in (enters("2035-01-01"), "")
    )
    assert absent > 0.7 and present == 0.0


def test_a_date_up_to_the_start_is_as_none(tmp_path: Path) -> None:
    usual, early = (run_ensemble(load(write(tmp_path, text)), 10, 0).run_table for text in ("", enters("2030-01-08")))
    assert usual.equals(early)


def test_the_clock_of_an_entrant_starts_when_it_enters(tmp_path: Path) -> None:
    """k0 .1, beta 1, deadline 100: 25 days after its entry it concedes .1 + .9 · .25 = .325."""
    model = NegotiationModel(resolve(load(write(tmp_path, enters("2030-03-09"))).scenario, 0))
    owner = model.parties[2]
    assert not owner.entered and not owner.seated and [p.name for p in model.baskets[0].members] == ["upper", "lower"]
    from sim.agents import agenda

    model.day, model.talk_time = 59.0, 59.0
    agenda.admit_parties(model)
    assert not owner.entered, "a day too early"
    model.day, model.talk_time = 60.0, 60.0
    agenda.admit_parties(model)
    assert owner.seated and [p.name for p in model.baskets[0].members] == ["upper", "lower", "owner"]
    assert owner.concede() == pytest.approx(0.1)
    model.talk_time = 85.0
    assert owner.concede() == pytest.approx(0.325)
    owner.entry_time = 0.0  # control: a clock from the first day would stand at .1 + .9 · .85
    assert owner.concede() == pytest.approx(0.865)
    owner.entry_time, model.talk_time = 60.0, 0.0
    owner.restart()
    assert owner.concede() == pytest.approx(0.1), "after abeyance all clocks start again"


def test_distances_count_the_entrant_from_the_start(tmp_path: Path) -> None:
    """Demands 0, 1, 1, equal weights: pairs 1, 1, 0 of 1, 1, 1: a gap of 2/3, whoever sits at the table."""
    for text in ("", enters("2030-03-09")):
        model = NegotiationModel(resolve(load(write(tmp_path, text)).scenario, 0))
        assert model.gap_whole == pytest.approx(2 / 3) and model.closed == 0.0


def test_an_entrants_mandate_and_preconditions_bind_from_its_entry_on(tmp_path: Path) -> None:
    from sim.agents import agenda

    bars = "    preconditions: [{basket: water, requires: {document: map}, assumed: a test}]\n"
    path = write(tmp_path, enters("2030-03-09") + bars)
    documents = "documents: {map: {title: Map, author: upper, handed: 2031-01-01, assumed: a test}}\n"
    path.write_text(path.read_text(encoding="utf-8") + documents, encoding="utf-8")
    model = NegotiationModel(resolve(load(path).scenario, 0))
    assert agenda.may_settle(model, model.baskets[0])
    model.day = 60.0
    agenda.admit_parties(model)
    assert not agenda.may_settle(model, model.baskets[0])


def test_refusals(tmp_path: Path) -> None:
    for text, message in (
        ("    enters: {date: 2030-03-09}\n", "parties.owner.enters.date: 2030-03-09 is after `as_of`"),
        ("    enters: 2030-03-09\n", "expected a mapping, got the date"),
        (enters("2030-13-09"), "is not a date of the calendar"),
    ):
        with pytest.raises(ScenarioError, match=r"well\.yaml") as refusal:
            load(write(tmp_path, text))
        assert message in str(refusal.value)
    late = write(tmp_path, enters("2030-03-09"))
    text = late.read_text(encoding="utf-8")
    late.write_text(text.replace("{title: Lower,", "{title: Lower, enters: {date: 2030-03-09, assumed: a},"), "utf-8")
    with pytest.raises(ScenarioError, match=r"issues\.well: fewer than two parties with a stake in it take part"):
        load(late)


def test_the_structure_holds_days(tmp_path: Path) -> None:
    days = resolve(load(write(tmp_path, enters("2030-03-09"))).scenario, 0).structure.enters
    assert np.isneginf(days[:2]).all() and days[2] == 60.0
