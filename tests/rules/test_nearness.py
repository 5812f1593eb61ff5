"""How near a settlement is, and what part of the distance is closed, on hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.rules.distance import closed_share, crossed_distance
from sim.rules.nearness import NO_ZONE, expect_progress, nearness

AT_BEST = 0.2 / 0.7
"""One issue, demands 1 and 0, reservation values .3 and .7, floors 0: at .5 both have (.5 - .3)/.7."""


@pytest.mark.parametrize(("aspiration", "expected"), [(1.0, 0.0), (0.643, 0.4998), (AT_BEST, 1.0), (0.1, 1.0)])
def test_nearness_of_two_parties_on_one_issue(aspiration, expected):
    """Both at the same aspiration a: n = (1 - a)/(1 - u*)."""
    found = nearness(AT_BEST, AT_BEST - aspiration, AT_BEST - 1.0)
    assert found == pytest.approx(expected, abs=1e-12)


def test_nearness_without_a_zone():
    assert nearness(-0.1, -0.2, -1.0) == 0.0
    assert nearness(NO_ZONE, NO_ZONE, -1.0) == 0.0


def test_nearness_where_all_demands_fit_together():
    assert nearness(0.3, 0.0, 0.0) == 1.0


@pytest.mark.parametrize("at_demands", [-2.0, -1.1e-9, -1e-12, 0.0, 0.4])
def test_where_one_package_suits_everybody_demands_do_not_matter(at_demands):
    """The compiled engine does not measure them then."""
    for at_aspirations in (0.0, 1e-15, 0.2):
        assert nearness(0.5, at_aspirations, at_demands) == 1.0
    assert nearness(0.5, -0.2, -0.4) == 0.5


def test_an_agreement_in_sight_can_still_be_missed():
    assert expect_progress(0.2, 1.0) == 0.9
    assert expect_progress(0.95, 0.1) == 0.95
    assert expect_progress(0.0, 0.4) == 0.4


@pytest.mark.parametrize(
    ("x", "y", "d", "e", "expected"),
    [
        (0.9, 0.2, 1.0, 0.0, 0.7),
        (0.2, 0.9, 1.0, 0.0, 0.0),  # the offers crossed: no divergence
        (0.2, 0.9, 0.0, 1.0, 0.7),
        (0.2, 0.9, 0.5, 0.5, 0.7),  # equal demands: any difference counts
    ],
)
def test_crossed_offers_do_not_diverge(x, y, d, e, expected):
    one = [np.array([value]) for value in (x, y, d, e, 0.4, 0.6)]
    assert crossed_distance(*one) == pytest.approx(0.5 * expected)  # weight: the mean of .4 and .6


def test_closed_share():
    assert closed_share(0.0, 0.8) == 1.0
    assert closed_share(0.8, 0.8) == 0.0
    assert closed_share(1.0, 0.8) == pytest.approx(-0.25)  # three parties: one moved away
    assert math.isnan(closed_share(0.0, 0.0))
