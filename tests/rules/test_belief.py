"""What a party believes of the other's reservation values, on hand-worked numbers."""

from __future__ import annotations

import pytest

from sim.rules import belief


def test_first_expectation():
    """.6 of the way from the other's demand to the far end, toward the own demand."""
    assert belief.expect_reservation(0.0, 1.0) == pytest.approx(0.6)
    assert belief.expect_reservation(1.0, 0.0) == pytest.approx(0.4)
    assert belief.expect_reservation(0.5, 0.5) == pytest.approx(0.8)


@pytest.mark.parametrize("concession", [0.1, 0.5, 1.0])
def test_an_offer_at_the_own_concession_shows_the_reservation_value(concession):
    """Who concedes a share C offers d + C (r - d); read back, that is r."""
    assert belief.read_offer(0.9, 0.9 + concession * (0.3 - 0.9), concession) == pytest.approx(0.3)


def test_reading_stays_on_the_scale():
    assert belief.read_offer(0.0, 0.5, 0.1) == 1.0
    assert belief.read_offer(0.0, 0.01, 0.0) == pytest.approx(0.5)  # no own concession: read with .02


def test_learning_sharpens_with_the_square_of_concessions():
    """Prior 25; two readings at C = .5 and 1 with s = .1 add 25 and 100: a variance of 1/150."""
    first, second = (belief.observation_precision(c, 0.1) for c in (0.5, 1.0))
    assert (first, second) == pytest.approx((25.0, 100.0))
    mean = belief.update_mean(0.6, belief.PRIOR_PRECISION, 0.4, first)
    assert mean == pytest.approx(0.5)
    assert belief.update_mean(mean, 50.0, 0.2, second) == pytest.approx(0.3)


def test_estimate_keeps_its_distance_from_the_demand():
    assert belief.estimate(0.0, 0.4, 1.0) == 0.4
    assert belief.estimate(0.0, -0.2, 1.0) == pytest.approx(0.05)
    assert belief.estimate(1.0, 1.2, 0.0) == pytest.approx(0.95)
