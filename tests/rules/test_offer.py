"""Offers on hand-worked numbers, and water-filling against what defines it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.offer import (
    LARGEST_RATIO,
    compute_caps,
    compute_nearest_demands,
    compute_points,
    compute_priorities,
    water_fill,
)

HALVES = np.array([0.5, 0.5])


def fill(target, w, q, cap):
    out = np.full(len(w), np.nan)
    mean = water_fill(target, np.array(w, float), np.array(q, float), np.array(cap, float), out)
    return mean, out


@pytest.mark.parametrize(
    ("target", "w", "q", "cap", "mean", "c"),
    [
        (0.3, [1, 1], [1, 1], [1, 1], 0.3, [0.3, 0.3]),
        (0.3, [0.5, 0.5], [3, 1], [1, 1], 0.3, [0.45, 0.15]),
        (
            0.3,
            [0.5, 0.5],
            [3, 1],
            [0.3, 1],
            0.3,
            [0.3, 0.3],
        ),  # the first is full at .3, the rest falls to the second
        (0.3, [3, 1], [1, 2], [1, 1], 0.3, [0.24, 0.48]),  # s (3 + 2) = 1.2
        (0.9, [0.5, 0.5], [3, 1], [0.3, 0.4], 0.35, [0.3, 0.4]),  # all caps bind
        (0.6, [0.5, 0.5], [1, 0], [1, 1], 0.6, [1.0, 0.2]),  # what nobody cares for, last
        (0.4, [0.5, 0.5], [1, 0], [1, 1], 0.4, [0.8, 0.0]),
        (0.5, [0, 1], [1e6, 1], [0.7, 1], 0.5, [0.7, 0.5]),  # costs nothing: given whole
        (0.3, [0.5, 0.5], [1, 1], [0, 1], 0.3, [0.0, 0.6]),
        (0.6, [0.5, 0.5], [1, 1], [1.2, 0.1], 0.6, [1.1, 0.1]),
        (0.0, [1, 1], [1, 1], [1, 1], 0.0, [0.0, 0.0]),
        (-0.5, [1, 1], [1, 1], [1, 1], 0.0, [0.0, 0.0]),
        (0.3, [0, 0], [1, 1], [1, 1], 0.0, [0.0, 0.0]),
    ],
)
def test_water_fill(target, w, q, cap, mean, c):
    attained, out = fill(target, w, q, cap)
    assert attained == pytest.approx(mean, abs=1e-15)
    assert out == pytest.approx(c, abs=1e-15)


numbers = st.floats(0.0, 1.0).map(lambda x: 0.0 if x < 1e-3 else x)
rows = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=7)


@given(st.floats(0.0, 1.2), rows)
def test_water_fill_is_what_it_says(target, rows):
    w, q, cap = (np.array(column) for column in zip(*rows, strict=True))
    mean, c = fill(target, w, q, cap)
    assert np.all((c >= 0.0) & (c <= cap))
    if w.sum() == 0.0:
        return
    assert mean == pytest.approx(min(target, w @ cap / w.sum()), abs=2e-9)
    assert mean == pytest.approx(w @ c / w.sum(), abs=1e-12)
    level = [c[k] / q[k] for k in range(len(w)) if q[k] > 0.0 and c[k] < cap[k]]
    assert level == pytest.approx([level[0]] * len(level), rel=1e-9) if level else True
    for k in range(len(w)):
        if level and q[k] > 0.0 and c[k] == cap[k]:
            assert level[0] * q[k] >= cap[k] * (1.0 - 1e-9)


one_issue = st.tuples(st.floats(1e-3, 50.0), st.just(1.0) | st.floats(1e-3, 3.0), st.floats(0.0, 2.0))


@given(st.floats(-0.5, 2.5), one_issue)
def test_one_issue_takes_the_whole_concession(target, row):
    """To the bit as beside an issue that can take none of it, which goes the long way."""
    w, q, cap = row
    mean, c = fill(target, [w], [q], [cap])
    long_mean, long = fill(target, [w, 0.0], [q, 1.0], [cap, 0.0])
    assert (mean, c[0]) == (long_mean, long[0])


def prioritise(own, believed, logroll):
    out = np.full(len(own), np.nan)
    compute_priorities(np.array(own), np.array(believed), logroll, out)
    return list(out)


def test_priorities():
    assert prioritise([0.5, 0.25], [0.25, 0.5], 1.0) == [0.5, 2.0]
    assert prioritise([0.5, 0.25], [0.25, 0.5], 0.5) == pytest.approx([math.sqrt(0.5), math.sqrt(2.0)])
    assert prioritise([0.5, 0.0], [0.0, 0.0], 0.0) == [1.0, 1.0]
    assert prioritise([0.5, 0.0, 0.0], [0.0, 0.3, 0.0], 1.0) == [0.0, LARGEST_RATIO, 0.0]
    assert prioritise([1e-9], [1.0], 1.0) == [LARGEST_RATIO]


def capped(others, me=0, active=None, red=0, pain=0.1, d=1.0, r=0.5):
    out = np.full(1, np.nan)
    demands = np.array([[demand] for demand in others])
    stakes = np.array([1] * len(others) if active is None else active)
    nearest = np.full(1, np.nan)
    compute_nearest_demands(np.array([d]), np.array([r]), demands, stakes, me, nearest)
    compute_caps(np.array([d]), np.array([r]), nearest, np.array([red]), pain, out)
    return out[0]


def test_nearest_demands():
    out = np.full(2, np.nan)
    demands = np.array([[0.9, 0.2], [0.6, 0.9], [1.0, 0.1]])
    compute_nearest_demands(demands[0], np.array([0.5, 0.4]), demands, np.array([1, 1, 1]), 0, out)
    assert out == pytest.approx([0.3, 0.7])
    compute_nearest_demands(demands[0], np.array([0.5, 0.1]), demands, np.array([1, 0, 1]), 0, out)
    assert out == pytest.approx([math.inf, 0.1])


def test_caps():
    assert capped([1.0, 0.8]) == pytest.approx(0.4)  # the other's demand is 0.4 of the way to the reservation point
    assert capped([1.0, 0.0]) == pytest.approx(1.1)  # beyond it: 1 + pain
    assert capped([1.0, 0.0], red=1) == 1.0
    assert capped([1.0, 0.8], red=1) == pytest.approx(0.4)
    assert capped([1.0, 1.0]) == 0.0  # nobody lies that way
    assert capped([0.6, 0.9], d=0.6, r=0.3) == 0.0
    assert capped([1.0, 0.2, 0.8]) == pytest.approx(0.4)  # the nearest
    assert capped([1.0, 0.2, 0.8], active=[1, 1, 0]) == pytest.approx(1.1)  # who has no stake does not count
    assert capped([0.8, 1.0], me=1) == pytest.approx(0.4)
    assert capped([0.2, 0.5], d=0.2, r=0.8) == pytest.approx(0.5)  # conceding upwards


def test_offer_points():
    out = np.full(3, np.nan)
    d, r, c = np.array([1.0, 0.9, 0.2]), np.array([0.5, 0.0, 0.6]), np.array([0.5, 1.1, 0.25])
    compute_points(d, r, c, out)
    assert out == pytest.approx([0.75, 0.0, 0.3], abs=1e-15)
