"""What a mediator reads, weighs and asks, on hand-worked numbers (Kydd 2003 on bias)."""

from __future__ import annotations

import math

import pytest

from sim.rules import mediation

TWO = 1.0 / (1.0 + math.exp(-2.0))
"""The uniform at which standard logistic noise is 2."""


@pytest.mark.parametrize(("kind", "expected"), [(0, 0.6), (1, 0.7), (2, 0.1), (3, 0.15)])
def test_leverage_and_guarantee_work_through_manipulation(kind, expected):
    assert mediation.effective_strength(kind, 0.6, 0.7, 0.5, 0.2, 0.3) == pytest.approx(expected)


def test_estimate():
    assert mediation.estimate_reservation(1.0, 0.4, 0.5, 0.1, TWO) == pytest.approx(0.5)  # .4 + 2 · .5 · .1
    assert mediation.estimate_reservation(1.0, 0.4, 1.0, 0.1, TWO) == pytest.approx(0.4)  # full insight: no error
    assert mediation.estimate_reservation(1.0, 0.4, 0.0, 0.5, TWO) == pytest.approx(0.95)  # kept .05 from the demand
    assert mediation.estimate_reservation(0.0, 0.4, 0.0, 0.5, 1.0 - TWO) == pytest.approx(0.05)


def test_weight():
    assert mediation.nash_weight(0.0) == 1.0
    assert mediation.nash_weight(0.5) == 1.5
    assert mediation.nash_weight(-1.0) == mediation.LEAST_WEIGHT


def test_persuasion_rises_with_leaning():
    assert mediation.persuasion(0.4, 0.5, 1.0) == pytest.approx(0.6)
    assert mediation.persuasion(0.4, 0.5, 0.0) == pytest.approx(0.4)
    assert mediation.persuasion(0.4, 0.5, -1.0) == pytest.approx(0.2)
    assert mediation.persuasion(0.8, 1.0, 1.0) == 1.0


def test_threshold_of_a_text():
    assert mediation.text_threshold(0.8, 0.2, 0.5) == pytest.approx(0.5)
    assert mediation.text_threshold(0.1, 0.2, 0.5) == 0.1  # leverage has gone below the floor: nothing to persuade


def test_acceptability_falls_only_for_whom_the_host_leans_away_from():
    assert mediation.venue_acceptability(0.8, -0.5, 0.4) == pytest.approx(0.6)
    assert mediation.venue_acceptability(0.8, 0.5, 0.4) == 0.8
