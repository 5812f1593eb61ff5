"""Saliences and distances, on hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import distance, salience


def test_shares():
    out = np.zeros(2)
    salience.compute_shares(np.array([3.0, 1.0]), out)
    assert out.tolist() == [0.75, 0.25]
    salience.compute_shares(np.zeros(2), out)
    assert out.tolist() == [0.5, 0.5]
    assert salience.total(np.array([3.0, 1.0])) == 4.0


@pytest.mark.parametrize(
    ("information", "active", "expected"),
    [
        (0.0, [1, 1, 1], [0.5, 0.5]),
        (1.0, [1, 1, 1], [0.45, 0.55]),  # the mean of (.1, .9) and (.8, .2)
        (0.5, [1, 1, 1], [0.475, 0.525]),
        (1.0, [1, 1, 0], [0.1, 0.9]),  # no stake, not heard
        (1.0, [1, 0, 0], [0.5, 0.5]),  # nobody else: uniform
    ],
)
def test_believed(information, active, expected):
    w = np.array([[1.0, 0.0], [0.1, 0.9], [4.0, 1.0]])
    true, out = np.zeros(2), np.zeros(2)
    salience.compute_others_shares(w, np.array(active), 0, true)
    salience.estimate_shares(true, information, out)
    assert out == pytest.approx(expected)


def test_shares_of_others_without_salience():
    true = np.zeros(2)
    salience.compute_others_shares(np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), np.ones(3, dtype=np.int64), 0, true)
    assert true.tolist() == [0.75, 0.25]  # the mean of (.5, .5) and (1, 0)


def test_distance():
    x, y = np.array([0.0, 1.0]), np.array([0.5, 0.0])
    w, v = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert distance.pair_distance(x, y, w, v) == pytest.approx(0.75)  # .5 · .5 + .5 · 1
    assert distance.pair_weight(salience.total(w), salience.total(v)) == 1.0
    assert distance.ratio(0.75, 1.0) == 0.75
    assert distance.ratio(0.75, 0.0) == 0.0
