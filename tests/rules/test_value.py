"""Values and utilities on hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.value import (
    acceptable_utility,
    concave_utility,
    concave_value,
    crosses_red_line,
    utility,
    value,
    weighted_mean,
)


@pytest.mark.parametrize(
    ("x", "d", "r", "v"),
    [
        (0.9, 0.9, 0.4, 1.0),  # the demand
        (0.4, 0.9, 0.4, 0.0),  # the reservation point
        (0.65, 0.9, 0.4, 0.5),
        (1.0, 0.9, 0.4, 1.0),  # no better than the demand
        (0.15, 0.9, 0.4, -0.5),
        (0.0, 0.9, 0.7, -2.0),  # -3.5, clipped
        (0.3, 0.1, 0.5, 0.5),  # a party that wants the low end
    ],
)
def test_value(x, d, r, v):
    assert value(x, d, r) == pytest.approx(v, abs=1e-15)


def test_open_value_is_clipped_above_only():
    assert concave_value(0.0, 0.9, 0.7) == pytest.approx(-3.5)
    assert concave_value(1.0, 0.9, 0.7) == 1.0


def test_weighted_mean():
    assert weighted_mean(np.array([1.0, 4.0]), np.array([2.0, 1.0])) == 2.0
    assert weighted_mean(np.array([1.0, 4.0]), np.array([0.0, 0.0])) == 0.0


def test_utility_weighs_values_by_salience():
    x, d, r = np.array([0.65, 0.0]), np.array([0.9, 0.9]), np.array([0.4, 0.7])
    w = np.array([3.0, 1.0])
    assert utility(x, d, r, w) == pytest.approx((3 * 0.5 + 1 * -2.0) / 4)
    assert concave_utility(x, d, r, w) == pytest.approx((3 * 0.5 + 1 * -3.5) / 4)
    assert utility(x, d, r, 0.1 * w) == pytest.approx(utility(x, d, r, w), rel=1e-15)
    assert utility(x, d, r, 0.0 * w) == 0.0


def test_red_lines_count_where_they_are_and_to_rounding():
    d, r = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    first, neither = np.array([1, 0]), np.array([0, 0])
    assert crosses_red_line(np.array([0.4, 0.0]), d, r, first)
    assert not crosses_red_line(np.array([0.5, 0.9]), d, r, first)
    assert not crosses_red_line(np.array([0.5 - 1e-12, 0.9]), d, r, first)
    assert crosses_red_line(np.array([0.5 - 1e-8, 0.0]), d, r, first)
    assert not crosses_red_line(np.array([0.0, 1.0]), d, r, neither)


def test_what_a_package_is_worth_within_red_lines():
    """(.5 - .4)/.5 and (0 - .7)/.2: .2 and -3.5, of which the mean is -1.65; beyond a red line nothing will do."""
    x, d, r, w = np.array([0.5, 0.0]), np.array([0.9, 0.9]), np.array([0.4, 0.7]), np.ones(2)
    assert acceptable_utility(x, d, r, w, np.array([0, 0])) == pytest.approx(-1.65)
    assert acceptable_utility(x, d, r, w, np.array([1, 0])) == pytest.approx(-1.65)
    assert acceptable_utility(x, d, r, w, np.array([0, 1])) == -np.inf
