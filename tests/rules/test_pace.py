"""When the parties meet again, break off and come back, on hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.rules import pace
from sim.rules.pace import Pace, Resumption


def test_gap_scale():
    assert pace.gap_scale(Pace.FIXED, 10.0, 120.0, 12.0, 0.5, 0.4) == pytest.approx(8.0)  # 10 (1 - .5 · .4)
    assert pace.gap_scale(Pace.DEADLINE, 10.0, 120.0, 12.0, 0.0, 0.0) == pytest.approx(10.0)  # 120/12
    assert pace.gap_scale(Pace.DEADLINE, 99.0, 120.0, 12.0, 0.5, 0.4) == pytest.approx(8.0)
    assert pace.gap_scale(Pace.DEADLINE, 99.0, math.inf, 12.0, 0.0, 0.0) == 99.0  # nobody has a seat


def test_twice_every_deadline_is_twice_the_scale():
    once, twice = (pace.gap_scale(Pace.DEADLINE, 1.0, days, 7.0, 0.3, 0.6) for days in (50.0, 100.0))
    assert twice == pytest.approx(2.0 * once)


def test_will_to_talk():
    """.5·.8 + 2·.3 + 1·.4 - 2·.5·(1 - .6) = .4 + .6 + .4 - .4."""
    assert pace.will_to_talk(0.5, 0.8, 2.0, 0.3, 1.0, 0.4, 2.0, 0.5, 0.6) == pytest.approx(1.0)
    assert pace.will_to_talk(0.5, 0.8, 2.0, 0.3, 1.0, 0.4, 2.0, 0.5, 1.0) == pytest.approx(1.4)  # full insulation


def test_hazard_of_breaking_off():
    assert pace.break_off_hazard(0.02, 0.0, 0.0) == 0.02
    assert pace.break_off_hazard(0.02, 0.5, 0.0) == 0.01
    assert pace.break_off_hazard(0.02, 0.5, math.log(2.0)) == pytest.approx(0.005)
    assert pace.days_to_break_off(0.0, 1.0) == math.inf
    assert pace.days_to_break_off(0.01, 1.5) == pytest.approx(150.0)


@pytest.mark.parametrize("scale", [3.0, 30.0])
def test_days_to_break_off_do_not_depend_on_the_gaps(scale):
    """A hazard of .01 a day: days of talk until broken off have mean 100, however often the parties meet.

    20,000 runs: standard error .7; an interval of 4 of them errs once in 16,000. Control: a chance per round would give
    means that differ tenfold between the two scales.
    """
    rng = np.random.default_rng(7)
    total, counted = np.zeros(20_000), np.ones(20_000, dtype=bool)
    while counted.any():
        gaps, waits = scale * rng.weibull(1.3, counted.sum()), 1.0 / 0.01 * rng.exponential(size=counted.sum())
        total[counted] += np.minimum(gaps, waits)
        counted[counted] = waits >= gaps
    assert abs(total.mean() - 100.0) < 4 * 100.0 / math.sqrt(20_000)


def test_resumption():
    assert pace.resumption_rate(Resumption.WILL, 0.003, 5.0, 9.0, 5.0, 9.0, math.log(2.0)) == pytest.approx(0.006)
    # by readiness, as in version 1: the will is not asked
    one, other = (pace.resumption_rate(Resumption.READINESS, 0.003, 1.0, 0.5, 1.0, 0.0, z) for z in (0.0, 9.0))
    assert one == other


def test_unknown_kinds():
    with pytest.raises(ValueError, match="unknown pace"):
        pace.gap_scale(9, 1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="unknown kind of resumption"):
        pace.resumption_rate(9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_abeyance_ends_or_is_looked_at_anew():
    """At a rate of .01 a day, a draw of .2 means 20 days; a review after 10 days comes first."""
    assert pace.resumes(0.01, 0.2, 30.0)
    assert pace.days_of_abeyance(0.01, 0.2, 30.0) == pytest.approx(20.0)
    assert not pace.resumes(0.01, 0.2, 10.0)
    assert pace.days_of_abeyance(0.01, 0.2, 10.0) == 10.0
    assert not pace.resumes(0.0, 0.2, 30.0)
    assert pace.days_of_abeyance(0.0, 0.2, 30.0) == 30.0


def test_facilitation_shortens_gaps_and_readiness_brings_talks_back():
    assert pace.shorten_gap(10.0, 0.4, 0.5) == pytest.approx(8.0)
    assert pace.readiness_rate(0.01, 2.0, 0.5, 1.0, 0.5) == pytest.approx(0.01 * math.exp(1.5))
