"""Back from abeyance: concession starts at k0 again, whatever was heard before (specification, section 4)."""

from __future__ import annotations

import math

import pytest

from sim.agents.model import NegotiationModel
from sim.scenario.load import load
from sim.scenario.resolve import resolve


@pytest.fixture
def model():
    def build(rule: str) -> NegotiationModel:
        changes = {"parties.*.concession.rule": rule, "parties.*.concession.share": 1.0, "parties.*.concession.k0": 0.1}
        return NegotiationModel(resolve(load("belarus-2022", changes).scenario, 0), 0, 0)

    return build


@pytest.mark.parametrize("rule", ["clock", "exponential", "reciprocal", "mixed"])
def test_concession_restarts_at_k0(model, rule):
    talks = model(rule)
    party = talks.parties[0]
    party.concession = party.concession_before = 0.7
    party.received, talks.talk_time = 0.4, 0.0
    assert rule not in ("reciprocal", "mixed") or party.concede() > 0.7 * 0.3, "control: before the break it counts"
    party.restart()
    party.concession_before = party.concession
    assert party.concede() == pytest.approx(0.1, abs=1e-15)


def test_zeuthen_starts_as_at_the_beginning(model):
    """Risk limits are those of parties that have heard nothing."""
    talks = model("zeuthen")
    fresh = [party.risk_limit() for party in talks.parties]
    for party in talks.parties:
        party.own_value, party.offered_value, party.floor_value = 0.9, 0.1, 0.0
    assert [party.risk_limit() for party in talks.parties] != fresh
    for party in talks.parties:
        party.restart()
    assert [party.risk_limit() for party in talks.parties] == fresh


def test_offers_on_open_baskets_return_to_demands(model):
    talks = model("mixed")
    party = talks.parties[0]
    party.offer[:] = 0.5
    talks.baskets[0].open = False
    party.restart()
    for basket in talks.baskets:
        expected = party.demand[basket.slice] if basket.open else 0.5
        assert party.offer[basket.slice] == pytest.approx(expected)
        assert party.last[basket.index] == 1.0
        assert basket.index == 0 or all(math.isnan(heard[basket.index]) for heard in party.last_worth)
