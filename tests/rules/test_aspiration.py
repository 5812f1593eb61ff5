"""Aspirations, audience costs, the walk within a round, and answers to an offer, on hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.rules import aspiration, offer
from sim.rules.acceptance import answer_without_noise, is_acceptable


@pytest.mark.parametrize(
    ("floor", "lowest", "concession", "hardening", "audience", "leverage", "expected"),
    [
        (0.2, -0.1, 0.5, 0.0, 0.0, 0.0, 0.6),  # .2 + .8 · .5
        (0.2, -0.1, 0.5, 0.1, 0.05, 0.0, 0.72),  # held: .65
        (0.2, -0.1, 0.0, 0.5, 0.0, 0.0, 1.0),  # never above the demand
        (0.2, -0.1, 1.0, 0.0, 0.0, 0.1, 0.1),  # leverage goes below the floor
        (0.2, -0.1, 1.0, 0.0, 0.0, 0.9, -0.1),  # but not below F_min
        (-0.3, -0.3, 1.0, 0.0, 0.0, 0.0, -0.3),
        (2.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1.0),
    ],
)
def test_aspiration(floor, lowest, concession, hardening, audience, leverage, expected):
    got = aspiration.aspiration(floor, lowest, concession, hardening, audience, leverage)
    assert got == pytest.approx(expected)


def test_audience():
    assert aspiration.audience_cost(0.4, 0.5, 0.7, 0.2) == pytest.approx(0.1)
    assert aspiration.audience_cost(0.4, 0.5, 0.1, 0.2) == 0.0


def test_what_was_announced():
    """Demand 1, reservation 0 on both: .6 announced on the first (conceded .4), salience 3 and 1."""
    d, r, w = np.ones(2), np.zeros(2), np.array([3.0, 1.0])
    assert aspiration.announced_concession(d, r, np.array([0.6, np.nan]), w) == pytest.approx(0.3)
    assert aspiration.announced_concession(d, r, np.full(2, np.nan), w) == 0.0
    assert aspiration.announced_concession(d, r, np.array([1.0, -5.0]), w) == pytest.approx(0.25)
    assert aspiration.announced_concession(d, r, np.array([0.6, 0.6]), np.zeros(2)) == 0.0


def test_walk():
    assert aspiration.aspiration_at(1.0, 0.4, 0.1, 0, 6) == pytest.approx(0.9)
    assert aspiration.aspiration_at(1.0, 0.4, 0.1, 5, 6) == pytest.approx(0.4)
    assert aspiration.aspiration_at(1.0, 0.4, 0.1, 6, 6) == pytest.approx(0.4)
    # The floor rose from .2 to .5 since: .2 + .4/6 and so on would lie below it until the fifth turn has arrived.
    assert aspiration.aspiration_at(0.2, 0.6, 0.5, 0, 6) == pytest.approx(0.5)
    assert aspiration.aspiration_at(0.2, 0.6, 0.5, 4, 6) == pytest.approx(0.2 + 0.4 * 5 / 6)
    # Leverage has brought the target below the floor: down to it, no further.
    assert aspiration.aspiration_at(0.8, 0.3, 0.5, 5, 6) == pytest.approx(0.3)
    assert aspiration.aspiration_at(0.1, 0.3, 0.5, 0, 6) == pytest.approx(0.3)


def test_red_line_share():
    assert aspiration.red_line_share(np.array([3.0, 1.0]), np.array([0.0, 1.0])) == 0.25
    assert aspiration.red_line_share(np.zeros(2), np.ones(2)) == 0.0


def test_own_next_offer():
    assert aspiration.next_utility(0.7, 0.9) == pytest.approx(0.7)
    assert aspiration.next_utility(0.2, 0.5) == pytest.approx(0.5)  # all caps bind
    assert aspiration.next_utility(1.2, 0.5) == 1.0


def test_acceptance():
    assert is_acceptable(0.5, 0.5, 0.0, 0.01)
    assert is_acceptable(0.5 - 1e-10, 0.5, 0.0, 0.01)  # a tie to rounding
    assert not is_acceptable(0.5 - 1e-8, 0.5, 0.0, 0.99)
    noise = 1.0 / (1.0 + math.exp(-2.0))  # the uniform at which standard logistic noise is 2
    assert is_acceptable(0.31, 0.5, 0.1, noise)
    assert not is_acceptable(0.29, 0.5, 0.1, noise)
    assert not is_acceptable(0.69, 0.5, 0.1, 1.0 - noise)


def test_answers_that_no_noise_can_change():
    """The largest noise is ln((1 - 2^-53)/2^-53) = 36.74 widths."""
    for utility, answer in ((0.872, 1), (0.868, 0), (0.132, 0), (0.128, -1), (-math.inf, -1)):
        assert answer_without_noise(utility, 0.5, 0.01) == answer, utility
    assert (answer_without_noise(0.5, 0.5, 0.0), answer_without_noise(0.5 - 1e-8, 0.5, 0.0)) == (1, -1)
    largest = 1.0 - 2.0**-53
    assert is_acceptable(0.5 - 0.01 * 36.7, 0.5, 0.01, largest)
    assert not is_acceptable(0.5 - 0.01 * 36.8, 0.5, 0.01, largest)


def test_what_is_skipped_changes_nothing():
    """The compiled engine skips what these say is idle: the announced part is then 0, and so is the concession."""
    d, r, w = np.ones(2), np.zeros(2), np.array([3.0, 1.0])
    for points, has in ((np.full(2, np.nan), False), (np.array([np.nan, 0.6]), True)):
        assert aspiration.has_announced(points) == has
        assert (aspiration.announced_concession(d, r, points, w) > 0.0) == has
    assert not aspiration.concedes(1.0)
    assert aspiration.concedes(math.nextafter(1.0, 0.0))
    out = np.empty(2)
    offer.water_fill(1.0 - 1.0, w, np.array([2.0, 0.5]), np.ones(2), out)
    assert list(out) == [0.0, 0.0]
