"""Negative controls: one wrong rule in the Mesa engine alone, and the comparison of the engines fails."""

from __future__ import annotations

import pytest

from sim.agents import (
    conclusion,
    elapse,
    exchange,
    implementation,
    incidents,
    measures,
    model,
    party,
    principal,
    report,
)
from sim.scenario.load import load
from tests.equivalence.engines import agree


def eventful(more=None):
    """The teaching scenario with every basket open from the start and nothing to lose, so that every rule matters."""
    changes = {"start_level": "ministers", "parties.southbank.preconditions": [], "baskets.*.exposure.*": 0.0}
    return load("river-border", changes | {"behaviour.convening.base": 3.0} | (more or {}))


RIVER = eventful()
SECOND = eventful(
    {"model.version": 2, "baskets.calm.urgency": {"days": 20, "since": "2029-12-20", "assumed": "made up"}}
)


def scaled(rule, by):
    return lambda *given: by * rule(*given)


# Where a rule is called, its name, and what it becomes: from a coarse error to one in the last digits.
WRONG = [
    (party.concession, "concede", 0.9),
    (party.aspiration, "next_utility", 0.9),
    (party.convening, "chance", 0.9),
    (principal.ripeness, "pull_to_settle", 1.1),
    (principal.trust, "drift_to_baseline", 1.0 + 1e-9),
    (party.offer, "compute_priorities", None),
    (elapse.pace, "gap_scale", 1.0 + 1e-12),
    (conclusion.ratification, "ratification_chance", 0.5),
    (implementation, "delivery_share", 0.8),
    (incidents.incidents, "decay_factor", 0.99),
    (conclusion.readiness, "update_progress", 0.9),
    (report.outcome, "relative_loss", 1.01),
]

WRONG_IN_VERSION_2 = [
    (elapse.pace, "break_off_hazard", 1.1),
    (measures.pace, "will_to_talk", 1.1),
    (measures.nearness, "nearness", 0.9),
    (party.commitment, "floor", 1.01),
    (party.urgency, "urgent_concession", 0.9),
]


def test_untouched_the_engines_agree():
    assert agree(RIVER, 100, seed=3)
    assert agree(SECOND, 100, seed=3)


@pytest.mark.parametrize(("where", "name", "by"), WRONG, ids=[name for _, name, _ in WRONG])
def test_a_wrong_rule_in_one_engine_is_noticed(monkeypatch, where, name, by):
    def nothing(own, others, logroll, out):
        out[:] = 1.0

    monkeypatch.setattr(where, name, nothing if by is None else scaled(getattr(where, name), by))
    assert not agree(RIVER, 100, seed=3)


@pytest.mark.parametrize(("where", "name", "by"), WRONG_IN_VERSION_2, ids=[name for _, name, _ in WRONG_IN_VERSION_2])
def test_a_wrong_rule_of_version_2_is_noticed(monkeypatch, where, name, by):
    monkeypatch.setattr(where, name, scaled(getattr(where, name), by))
    assert not agree(SECOND, 100, seed=3)


def test_a_phase_left_out_is_noticed(monkeypatch):
    monkeypatch.setattr(exchange, "listen", lambda model: None)
    assert not agree(RIVER, 100, seed=3)


def test_a_draw_at_another_address_is_noticed(monkeypatch):
    drawn = model.NegotiationModel.draw

    def elsewhere(self, stream, *entity, sub=0):
        return drawn(self, stream, *entity, sub=sub + 1)

    monkeypatch.setattr(model.NegotiationModel, "draw", elsewhere)
    assert not agree(RIVER, 100, seed=3)
