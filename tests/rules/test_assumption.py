"""Ranged numbers and reservation points, on hand-worked numbers (specification, section 2)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.distributions import triangular
from sim.core.draws import stream_key, uniform
from sim.core.layout import Priors
from sim.rules.assumption import clip_reservation, derive_reservation, draw_theta, shift_reservation


@pytest.mark.parametrize(
    ("demand", "reservation", "away", "expected"),
    [
        (0.2, 0.6, 1.0, 0.6),  # clip_reservation as it is
        (0.2, 0.22, 1.0, 0.25),  # never nearer than .05
        (0.2, 0.1, 1.0, 0.25),  # nor behind the demand
        (0.2, 1.3, 1.0, 1.0),  # nor off the scale
        (0.8, 0.79, -1.0, 0.75),
        (0.8, -0.3, -1.0, 0.0),
    ],
)
def test_admissible(demand, reservation, away, expected):
    assert clip_reservation(demand, reservation, away) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("age", "withdrawn", "quantile", "expected"),
    [
        (0.0, 0.0, 0.0, 0.6),  # ρ from 1: the concession stands in full
        (365.0, 0.0, 0.0, 0.8),  # one half-life: half of the way from 1 to .6
        (365.0, 1.0, 0.0, 0.9),  # and half of that where withdrawn at a discount of .5
        (365.0, 1.0, 1.0, 0.52),  # the far end: 1.2 of the way
        (365.0, 0.0, 0.5, 0.66),  # ρ = .5 + .5 · .7 = .85
    ],
)
def test_derived_reservation(age, withdrawn, quantile, expected):
    """Demand 1, farthest concession .6, half-life 365 days, discount .5, margin .2."""
    got = derive_reservation(1.0, 0.6, age, withdrawn, quantile, 365.0, 0.5, 0.2)
    assert got == pytest.approx(expected, abs=1e-12)


def test_an_old_concession_leaves_room():
    assert derive_reservation(1.0, 0.6, 36500.0, 0.0, 0.0, 365.0, 0.5, 0.2) == pytest.approx(0.95)


def test_shifted_reservation():
    """A balance up by .2 at a gain of .5 moves the favoured side .1 toward its demand, the other .1 away."""
    assert shift_reservation(1.0, 0.4, 0.5, 1.0, 0.2) == pytest.approx(0.5)
    assert shift_reservation(0.0, 0.6, 0.5, -1.0, 0.2) == pytest.approx(0.7)
    assert shift_reservation(0.0, 0.6, 0.5, 0.0, 0.2) == 0.6
    assert shift_reservation(0.0, 0.1, 0.5, 1.0, 0.9) == 0.05


def test_every_range_is_drawn_at_its_own_address():
    keys = np.array([stream_key(0, "prior", name) for name in ("a", "b")], dtype=np.uint64)
    ends = (np.array([2.0, 0.0]), np.array([3.0, 0.25]), np.array([4.0, 1.0]))
    priors = Priors(np.array([9.0, 0.0, 0.0]), np.array([1, 2]), np.array([1, 2]), *ends, keys)
    out = np.zeros(3)
    for index in (0, 5):
        draw_theta(priors, index, np.empty_like(priors.low), out)
        assert out[0] == 9.0
        assert out[1] == 2.0 + 2.0 * uniform(keys[0], index, 0, 0)
        assert out[2] == triangular(uniform(keys[1], index, 0, 0), 0.0, 0.25, 1.0)
