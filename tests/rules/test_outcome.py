"""Outcome codes and blocking reasons: the order of the specification's section 5."""

from __future__ import annotations

import itertools

import pytest

from sim.rules import outcome

ORDER = ["postponed", "none", "procedural", "texts", "humanitarian", "ceasefire", "partial", "comprehensive"]


def test_codes_are_ordered():
    assert list(outcome.CODES) == ORDER


@pytest.mark.parametrize(
    ("best", "all_settled", "texts", "procedural", "code"),
    [
        (-1, False, False, False, "none"),
        (-1, False, False, True, "procedural"),
        (-1, False, True, False, "texts"),
        (-1, False, True, True, "texts"),
        (ORDER.index("humanitarian"), False, True, True, "humanitarian"),
        (ORDER.index("partial"), False, False, False, "partial"),
        (ORDER.index("partial"), True, False, False, "comprehensive"),
        (ORDER.index("procedural"), False, False, False, "procedural"),
        (ORDER.index("procedural"), False, True, False, "texts"),
        (-1, True, False, False, "none"),
    ],
)
def test_round_code(best, all_settled, texts, procedural, code):
    assert outcome.CODES[outcome.round_code(best, all_settled, texts, procedural)] == code


def test_final_code():
    assert outcome.CODES[outcome.final_code(0, -1, False, False, False)] == "postponed"
    assert outcome.CODES[outcome.final_code(1, -1, False, True, True)] == "texts"
    assert outcome.CODES[outcome.final_code(2, ORDER.index("ceasefire"), True, True, True)] == "comprehensive"


@pytest.mark.parametrize("facts", [(1, 0, False), (0, 1, False), (0, 0, True)])
def test_a_text_is_exchanged(facts):
    assert outcome.is_text_exchanged(*facts)
    assert not outcome.is_text_exchanged(0, 0, False)


def blocked(held=1, fallen=outcome.STANDING, agenda=outcome.OPEN, deadlock=False, zone=True, abeyance=False):
    return outcome.REASONS[outcome.blocking_reason(held, fallen, agenda, deadlock, zone, abeyance)]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"held": 0, "zone": False}, "never convened"),
        ({"fallen": outcome.COLLAPSED, "agenda": outcome.NO_MANDATE}, "collapsed"),
        ({"fallen": outcome.AMENDED, "zone": False}, "amended"),
        ({"fallen": outcome.REFUSED, "zone": False}, "not ratified"),
        ({"agenda": outcome.NO_MANDATE, "deadlock": True}, "no mandate"),
        ({"agenda": outcome.PRECONDITION, "deadlock": True}, "sequencing deadlock"),
        ({"agenda": outcome.PRECONDITION, "zone": False}, "precondition"),
        ({"zone": False, "abeyance": True}, "no zone of agreement"),
        ({"abeyance": True}, "abeyance"),
        ({}, "zone but not reached in time"),
    ],
)
def test_blocking_reason(facts, reason):
    assert blocked(**facts) == reason


def test_there_is_always_one_reason():
    truths = (True, False)
    for held, fallen, status in itertools.product((0, 1), range(4), range(3)):
        for deadlock, zone, abeyance in itertools.product(truths, truths, truths):
            assert blocked(held, fallen, status, deadlock, zone, abeyance)


def test_gain_over_floor():
    assert outcome.gain_over_floor(0.5, 0.2) == pytest.approx(0.3)
    assert outcome.gain_over_floor(0.1, 0.2) == 0.0


def test_shortfall():
    assert outcome.relative_loss(0.12, 0.16) == pytest.approx(0.25)
    assert outcome.relative_loss(0.2, 0.16) == 0.0
    assert outcome.relative_loss(-1.0, 0.16) == 1.0
    assert outcome.relative_loss(0.1, 0.0) == 1.0
