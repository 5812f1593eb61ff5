"""Every concession rule passes one contract, besides published tables and hand-worked numbers.

To add a rule: give it a place in RULES with what it claims, and it is held to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from sim.rules import concession
from sim.rules.concession import ConcessionRule, RiskLimit

K0 = 0.1
STEPS = 40


@dataclass(frozen=True)
class Play:
    """Ten days to the deadline: the concession after `step` of STEPS rounds, given the last one and the world."""

    advance: Callable[[float, float, float, float], float]
    grows_with_time: bool = False
    grows_with_readiness: bool = False
    ends_at_one: bool = False


def _deadline(step: float) -> float:
    return 10.0 * step / STEPS


# Each: (last concession, day of ten, what was received, readiness) to the concession of this round.
RULES = {
    "clock": Play(
        lambda last, day, got, ready: concession.clock_concession(K0, 0.7, day, 10.0), True, ends_at_one=True
    ),
    "exponential": Play(
        lambda last, day, got, ready: concession.exponential_concession(K0, 0.7, day, 10.0), True, ends_at_one=True
    ),
    "reciprocal": Play(lambda last, day, got, ready: concession.reciprocal_concession(last, 0.5, got), True),
    "mixed": Play(
        lambda last, day, got, ready: concession.mixed_concession(
            concession.clock_concession(K0, 0.7, day, 10.0), concession.reciprocal_concession(last, 0.5, got), 0.5
        )
    ),
    "readiness": Play(lambda last, day, got, ready: concession.readiness_concession(last, 0.2, ready), True, True),
    "zeuthen": Play(
        lambda last, day, got, ready: concession.zeuthen_concession(last, 0.02, 0.3, 0.3 + 0.1 * (got > 0)), True
    ),
}


def course(rule: Play, received: float, readiness: float) -> list[float]:
    """Concessions over STEPS rounds, from k0."""
    steps, last = [], K0
    for step in range(STEPS + 1):
        last = max(rule.advance(last, _deadline(step), received if step else 0.0, readiness), 0.0)
        steps.append(last)
    return steps


class Contract:
    """What a rule owes, whatever it is."""

    def holds(self, rule: Play) -> None:
        for received in (-0.5, 0.0, 0.01, 0.8):
            for readiness in (0.0, 0.4, 1.0):
                path = course(rule, received, readiness)
                assert all(0.0 <= c <= 1.0 for c in path), "within [0, 1]"
                if rule.grows_with_time:
                    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(path)), "no taking back"
                if rule.ends_at_one:
                    assert path[-1] == pytest.approx(1.0), "all conceded at the deadline"
        assert rule.advance(K0, 0.0, 0.0, 0.0) <= K0 + 0.02 + 1e-12, "starts at k0, a step at most"
        if rule.grows_with_readiness:
            assert course(rule, 0.0, 0.9)[-1] > course(rule, 0.0, 0.1)[-1], "the ready concede more"


@pytest.mark.parametrize("name", RULES)
def test_contract(name):
    Contract().holds(RULES[name])


@pytest.mark.parametrize("name", ["clock", "exponential", "reciprocal", "mixed", "readiness"])
def test_starts_at_k0(name):
    assert RULES[name].advance(K0, 0.0, 0.0, 0.0) == pytest.approx(K0, abs=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        Play(lambda last, day, got, ready: 1.2 * day / 10.0),  # beyond 1
        Play(lambda last, day, got, ready: 1.0 - day / 10.0, grows_with_time=True),  # takes back
        Play(lambda last, day, got, ready: 0.5),  # starts elsewhere
        Play(lambda last, day, got, ready: 0.5 * day / 10.0, True, ends_at_one=True),  # half at the deadline
        Play(lambda last, day, got, ready: K0, grows_with_readiness=True),  # deaf to readiness
    ],
)
def test_control_of_the_contract(wrong):
    with pytest.raises(AssertionError):
        Contract().holds(wrong)


@pytest.mark.parametrize(("beta", "expected"), [(0.2, 0.128125), (1.0, 0.55), (5.0, 0.883496)])
def test_clock_by_the_table(beta, expected):
    """Faratin, Sierra & Jennings 1998, k0 .1, half of the time over."""
    assert concession.clock_concession(0.1, beta, 5.0, 10.0) == pytest.approx(expected, abs=5e-7)
    assert concession.clock_concession(0.1, 1.0 / beta, 5.0, 10.0) != pytest.approx(expected, abs=5e-7) or beta == 1.0


@pytest.mark.parametrize(("beta", "expected"), [(0.2, 0.134725), (1.0, 0.316228), (5.0, 0.930572)])
def test_exponential_by_the_table(beta, expected):
    assert concession.exponential_concession(0.1, beta, 5.0, 10.0) == pytest.approx(expected, abs=5e-7)


def test_ends():
    assert concession.clock_concession(0.1, 0.5, 30.0, 10.0) == 1.0
    assert concession.exponential_concession(0.0, 1.0, 5.0, 10.0) == 0.0
    assert concession.exponential_concession(0.0, 1.0, 10.0, 10.0) == 1.0


def test_reciprocal_mixed_and_readiness():
    assert concession.reciprocal_concession(0.2, 0.5, 0.4) == pytest.approx(0.4)
    assert concession.reciprocal_concession(0.2, 0.5, -0.4) == 0.2  # retreats count 0
    assert concession.reciprocal_concession(0.9, 1.0, 0.4) == 1.0
    assert concession.mixed_concession(0.6, 0.2, 0.25) == pytest.approx(0.3)
    assert concession.readiness_concession(0.2, 0.1, 0.5) == pytest.approx(0.24)


def test_zeuthen():
    """Own proposal .8, the other's .5, disagreement .2: a stake of .6, of which .3 is at issue."""
    for kind in RiskLimit:
        assert concession.risk_limit(kind, 0.8, 0.5, 0.2) == pytest.approx(0.5)
        assert concession.risk_limit(kind, 0.8, 0.1, 0.2) == 1.0
        assert concession.risk_limit(kind, 0.8, 0.9, 0.2) == 0.0
    assert concession.zeuthen_concession(0.3, 0.05, 0.4, 0.5) == pytest.approx(0.35)
    assert concession.zeuthen_concession(0.3, 0.05, 0.5, 0.5) == pytest.approx(0.35)  # a tie: both
    assert concession.zeuthen_concession(0.3, 0.05, 0.6, 0.5) == 0.3
    assert concession.zeuthen_concession(0.99, 0.05, 0.4, 0.5) == 1.0


@pytest.mark.parametrize(
    ("kind", "offered", "expected"),
    [
        (RiskLimit.YIELDING, 0.1, 0.0),  # version 1: nothing at stake, so it yields
        (RiskLimit.CORRECTED, 0.1, 1.0),  # version 2: the other's proposal is worse than no agreement
        (RiskLimit.CORRECTED, 0.2, 0.0),
    ],
)
def test_risk_limit_where_the_own_proposal_is_worth_no_more_than_disagreement(kind, offered, expected):
    assert concession.risk_limit(kind, 0.2, offered, 0.2) == expected


def test_zeuthen_with_nobody_else_concedes():
    assert concession.zeuthen_concession(0.3, 0.05, 0.6, np.inf) == pytest.approx(0.35)


@pytest.mark.parametrize("kind", list(ConcessionRule))
def test_who_compares_risk(kind):
    """Risk limits are worked out only where a rule says that it looks at them."""
    numbers = (0.1, 1.0, 30.0, 100.0, 0.2, 0.3, 0.1, 0.5, 0.2, 0.6, 0.05)
    by_risk = {concession.concede(kind, *numbers, risk, least) for risk in (0.0, 0.9) for least in (0.1, np.inf)}
    assert (len(by_risk) > 1) == concession.compares_risk(kind)


def test_what_an_offer_gives_beyond_the_one_before():
    assert concession.offer_gain(0.5, 0.3) == pytest.approx(0.2)
    assert concession.offer_gain(0.3, 0.5) == 0.0  # a step back takes nothing away
    assert concession.offer_gain(0.5, np.nan) == 0.0  # the first offer that is heard
