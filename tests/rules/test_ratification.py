"""Approval at home, amendment, collapse (Putnam 1988), and implementation, on hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.core.distributions import delivery_share
from sim.rules import ratification


def test_the_ratifier_stands_nearer_to_the_demand():
    assert ratification.ratifier_reservation(1.0, 0.4, 0.5) == pytest.approx(0.7)
    assert ratification.ratifier_reservation(0.0, 0.4, 1.5) == pytest.approx(0.6)
    assert ratification.ratifier_reservation(1.0, 0.4, 0.0) == pytest.approx(0.95)
    assert ratification.ratifier_reservation(1.0, 0.4, 9.0) == 0.0


def test_utility_and_worst_issue():
    """Reach .5: points .7 and .3 of demands 1 and 0; the package .85, .45 is worth .5 and -.5."""
    x, d, r, w = np.array([0.85, 0.45]), np.array([1.0, 0.0]), np.array([0.4, 0.6]), np.array([3.0, 1.0])
    assert ratification.ratifier_utility(x, d, r, w, 0.5) == pytest.approx(0.25)
    assert ratification.worst_issue(x, d, r, 0.5) == 1
    assert ratification.ratifier_utility(x, d, r, np.zeros(2), 0.5) == 0.0


def test_chance_of_approval():
    assert ratification.ratification_chance(0.2, 0.2, 0.1) == 0.5
    assert ratification.ratification_chance(0.2 + 0.1 * math.log(3.0), 0.2, 0.1) == pytest.approx(0.75)


def test_win_set():
    """With ideal r and status quo q what is no worse than q lies in [2r - q, q]; here by value, ideal 1 and q .45."""
    chances = [ratification.ratification_chance(u, 0.45, 1e-3) for u in (0.44, 0.46)]
    assert chances[0] < 1e-4 and chances[1] > 1.0 - 1e-4


def test_collapse():
    plain = ratification.collapse_chance(0.01, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0)
    assert plain == pytest.approx(1.0 - math.exp(-0.1))
    gone = ratification.collapse_chance(0.01, 2.0, 0.75, 0.25, 1.0, 0.5, 3.0, 0.75, 0.25, 10.0)
    assert gone == pytest.approx(1.0 - math.exp(-0.1 * math.exp(1.0 - 0.5 + 1.5)))
    back = ratification.collapse_chance(0.01, 2.0, 0.75, 0.25, 1.0, 0.5, 3.0, 0.25, 0.75, 10.0)
    assert back == gone  # a change of balance counts in either direction
    more = ratification.collapse_chance(0.01, 2.0, 0.25, 0.75, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0)
    assert more == plain  # leverage that has grown does not count


@pytest.mark.parametrize("c", [0.2, 0.5, 0.9])
def test_delivered_share_has_its_mean(c):
    """∫ u^((1-c)/c) du = c, by the midpoint rule."""
    grid = (np.arange(200_000) + 0.5) / 200_000
    assert np.mean([delivery_share(u, c) for u in grid]) == pytest.approx(c, abs=1e-4)


def test_delivered_share_at_its_ends():
    assert delivery_share(0.3, 0.0) == 0.0
    assert delivery_share(0.3, 1.0) == 1.0
    assert delivery_share(0.3, 0.5) == pytest.approx(0.3)
