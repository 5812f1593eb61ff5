"""Balance, pain, trust, readiness, progress and what stirs spoilers, on hand-worked numbers."""

from __future__ import annotations

import math

import pytest

from sim.rules import incidents, readiness, spoilers, stalemate, trust


@pytest.mark.parametrize(
    ("balance", "drift", "noise", "days", "shock", "expected"),
    [
        (0.5, 0.01, 0.0, 10.0, 3.0, 0.6),
        (0.5, 0.0, 0.1, 4.0, 1.0, 0.7),  # noise grows with the root of time
        (0.9, 0.02, 0.0, 10.0, 0.0, 0.9),  # 1.1 reflected at 1
        (0.1, -0.02, 0.0, 10.0, 0.0, 0.1),  # -.1 reflected at 0
        (0.5, 0.2, 0.0, 10.0, 0.0, 0.5),  # 2.5: reflected at 1, then at 0
    ],
)
def test_balance(balance, drift, noise, days, shock, expected):
    assert stalemate.move_balance(balance, drift, noise, days, shock) == pytest.approx(expected)


def test_recent_drift():
    """After one memory, e^-1 of the old drift and 1 - e^-1 of the new .1 in 20 days."""
    kept = math.exp(-1.0)
    assert stalemate.update_drift(0.02, 0.1, 20.0, 20.0) == pytest.approx(0.02 * kept + 0.005 * (1.0 - kept))
    assert stalemate.update_drift(0.02, 0.1, 0.0, 20.0) == 0.02


@pytest.mark.parametrize(
    ("cost", "relief", "drift", "cap", "expected"),
    [
        (10.0, 0.0, 0.0, 1.0, 0.25),  # .5 · 10/20
        (10.0, 0.1, 0.0, 1.0, 0.2),
        (10.0, 0.9, 0.0, 1.0, 0.0),  # relief never makes pain negative
        (10.0, 0.0, -0.001, 1.0, 0.125),  # half way to the drift at which nobody feels stuck
        (10.0, 0.0, 0.002, 1.0, 0.0),  # an advance does not hurt
        (100.0, 0.0, 0.0, 0.4, 0.4),  # bounded
    ],
)
def test_pain(cost, relief, drift, cap, expected):
    assert stalemate.pain(cost, 20.0, relief, drift, 0.002, 0.5, cap) == pytest.approx(expected)


def test_trust():
    assert trust.gain_trust(0.2, 0.5, 0.5) == pytest.approx(0.4)
    assert trust.gain_trust(0.2, 0.5, -1.0) == 0.2
    assert trust.gain_trust(0.2, 1.0, 3.0) == 1.0
    month = incidents.decay_factor(30.0, 30.0)
    assert trust.drift_to_baseline(0.8, 0.2, month) == pytest.approx(0.2 + 0.6 * math.exp(-1.0))
    assert trust.drift_to_baseline(0.8, 0.2, 1.0) == pytest.approx(0.8)


def test_readiness_is_motivation_times_optimism():
    assert readiness.readiness(0.2, 0.5, 0.4, 0.3, 1.0, 0.1, 0.6, 0.5) == pytest.approx(0.5 * 0.6)
    assert readiness.readiness(9.0, 9.0, 9.0, 0.3, 1.0, 0.1, 0.6, 0.5) == 1.0
    assert readiness.readiness(0.0, 0.5, 0.4, -0.3, 1.0, 0.1, 0.6, 0.5) == 0.0


def test_progress():
    assert readiness.update_progress(0.5, 7, 0.6) == pytest.approx(0.7)
    assert readiness.update_progress(0.5, 0, 0.6) == pytest.approx(0.3)


def test_spoilers():
    assert readiness.agreement_chance(0.25, 0.4) == pytest.approx(0.3)
    assert readiness.agreement_chance(1.5, 0.4) == 0.0
    assert spoilers.surge_rate(0.1, 2.0, 0.3) == pytest.approx(0.16)
    assert spoilers.surge_rate(0.1, 2.0, 0.0) == 0.1
