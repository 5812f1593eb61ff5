"""Sharp answers and no leverage: nobody settles for less than its floor as it stands on that day (section 7)."""

from __future__ import annotations

import pytest

from sim.agents import conclusion
from sim.agents.model import play
from sim.agents.party import Party
from sim.core.jit import EPS
from sim.scenario.load import load
from sim.scenario.resolve import resolve

RUNS = 60
SHARP = {"behaviour.bargaining.width": 0.0, "mediators.*.leverage": 0.0}
"""Trust, pain and balance move floors from round to round as they do anywhere."""


@pytest.fixture
def below(monkeypatch, pairs):
    """By how much each party's utility of a tentative settlement lies below its floor, over some runs."""

    def measured(scenario: str) -> list[float]:
        found: list[float] = []
        settle = conclusion.settle

        def watched(model, basket):
            found.extend(party.floor_of(basket) - party.utility_of(basket, model.package) for party in basket.members)
            return settle(model, basket)

        with monkeypatch.context() as patch:
            patch.setattr(conclusion, "settle", watched)
            problem = resolve(load(scenario, SHARP).scenario, pairs.seed)
            for k in range(RUNS):
                play(problem, k, k)
        return found

    return measured


@pytest.mark.parametrize("scenario", ["belarus-2022", "istanbul-2022"])
def test_no_settlement_below_a_present_floor(below, record_property, scenario):
    found = below(scenario)
    record_property("figure", f"{scenario}: {len(found)} answers, at most {max(found):.2g} below a floor")
    assert len(found) > 100
    assert max(found) <= EPS


def test_control_a_way_that_passes_below_a_floor(below, monkeypatch):
    """Walking from the last aspiration whatever has become of the floor is noticed."""

    def level_at(party, basket, turn):
        b, turns = basket.index, party.model.structure.exchanges
        last, target = party.last[b], party.aspiration[b]
        return last + (target - last) * min(turn + 1, turns) / turns

    monkeypatch.setattr(Party, "level_at", level_at)
    assert max(below("istanbul-2022")) > 0.01
