"""What makes a conflict ripe, on hand-worked numbers, and the mean rates of incidents by matrix algebra."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.rules import ripeness
from sim.rules.ripeness import Ripeness

COMMON = (0.2, 30.0, 0.1, 0.0, 1.0)
"""Cost, memory, relief, drift, drift above which none feels stuck."""


def informed(severity, optimism=0.5, cap=9.0):
    return ripeness.pull_to_settle(Ripeness.INFORMATION, *COMMON, 2.0, cap, 0.3, optimism, 0.1, severity)


def test_information():
    """The war costs 2 (.3 - .1) = .4; optimism .5 fades with what the field has shown."""
    assert informed(0.0) == pytest.approx(0.2)
    assert informed(10.0) == pytest.approx(0.4 * (1 - 0.5 * math.exp(-1.0)))
    assert informed(7.0, optimism=0.0) == pytest.approx(0.4)  # sober from the start: the whole cost
    assert informed(0.0, optimism=1.5) == 0.0  # who expects to gain feels no pull
    assert informed(1e9, cap=0.25) == 0.25


def test_without_incidents_the_pull_is_constant():
    assert informed(3.0) == informed(3.0)
    assert informed(3.0) < informed(4.0)


def test_pain_does_not_read_what_the_field_has_shown():
    one, other = (
        ripeness.pull_to_settle(Ripeness.PAIN, *COMMON, 2.0, 9.0, cost, 0.5, 0.1, severity)
        for cost, severity in ((0.3, 0.0), (0.9, 50.0))
    )
    assert one == other


def test_unknown_engine_of_ripeness():
    with pytest.raises(ValueError, match="unknown"):
        ripeness.pull_to_settle(9, *COMMON, 2.0, 9.0, 0.3, 0.5, 0.1, 0.0)


def test_mean_rates():
    rate, branching = np.array([0.1, 0.02, 0.0]), np.array([[0.3, 0.1, 0.0], [0.2, 0.4, 0.5], [0.1, 0.0, 0.2]])
    found = np.empty(3)
    ripeness.mean_rates(rate, branching, found, np.empty((2, 3)))
    np.testing.assert_allclose(found, np.linalg.solve(np.eye(3) - branching, rate), rtol=1e-13)


@pytest.mark.parametrize(("days", "expected"), [(0.0, 0.0), (30.0, 6.0 * (1 - math.exp(-1.0))), (1e9, 6.0)])
def test_past_amount(days, expected):
    """.2 a day with a memory of 30 days: 6 after a long war, where the mean stays."""
    assert ripeness.past_amount(0.2, 30.0, days) == pytest.approx(expected)
