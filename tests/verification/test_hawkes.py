"""The incident process against the theory of Hawkes processes (Hawkes 1971; counts: Da Fonseca & Zaatour
2014, eq. 10).

Each check has a fixed seed and an error rate of 1e-5 per interval (4.42 standard errors); a wrong process
fails it.
"""

from __future__ import annotations

import math

import numpy as np

from sim.draws import stream_key
from sim.rules.incidents import incident_work, window

RUNS, WARM, DAYS = 4000, 200.0, 400.0
WIDE = 4.42


def counts(base: list[float], branching: list[list[float]], decay: list[float]) -> np.ndarray:
    """Events of each type in DAYS days of the process in equilibrium: (RUNS, T)."""
    rate, fading = np.array(base), np.array(decay)
    excite = np.array(branching) * fading[:, None]
    keys = np.array([stream_key(11, "incident", f"type {i}") for i in range(len(base))], np.uint64)
    times, types, work = np.empty(4000), np.empty(4000, np.int64), incident_work(len(base))
    no_type, no_day = np.empty(0, np.int64), np.empty(0)
    result = np.empty((RUNS, len(base)))
    for fate in range(RUNS):
        excitation = np.zeros(len(base))
        for step, (start, end) in enumerate(((0.0, WARM), (WARM, WARM + DAYS))):
            count = window(
                start, end, end, rate, rate, fading, excite, excitation, no_type, no_day, 0,
                keys, fate, step, times, types, work,
            )  # fmt: skip
        result[fate] = np.bincount(types[:count], minlength=len(base))
    return result


def off_by(sample: np.ndarray, expected: float) -> float:
    """Distance of the mean from what is expected, in standard errors."""
    return abs(sample.mean() - expected) / (sample.std(ddof=1) / math.sqrt(len(sample)))


def dispersion_off_by(sample: np.ndarray, expected: float) -> float:
    """The same for variance over mean, from 80 groups of runs."""
    groups = sample.reshape(80, -1)
    return off_by(groups.var(axis=1, ddof=1) / groups.mean(), expected)


def long_run_dispersion(n: float, decay: float) -> float:
    """Variance over mean of the count in DAYS days; 1/(1 - n)² in the limit."""
    kappa, gamma = 1.0 / (1.0 - n), decay * (1.0 - n)
    return kappa**2 + (1.0 - kappa**2) * -math.expm1(-gamma * DAYS) / (gamma * DAYS)


def test_mean_rate_and_dispersion_of_one_type():
    sample = counts([0.08], [[0.5]], [0.5])[:, 0]
    assert off_by(sample, 0.16 * DAYS) < WIDE
    expected = long_run_dispersion(0.5, 0.5)
    assert abs(expected / 4.0 - 1.0) < 0.01
    assert dispersion_off_by(sample, expected) < WIDE


def test_those_checks_would_notice():
    weaker = counts([0.08], [[0.47]], [0.5])[:, 0]
    assert off_by(weaker, 0.16 * DAYS) > WIDE
    unexcited = counts([0.16], [[0.0]], [0.5])[:, 0]  # the right mean, but a Poisson process
    assert off_by(unexcited, 0.16 * DAYS) < WIDE
    assert dispersion_off_by(unexcited, long_run_dispersion(0.5, 0.5)) > WIDE
    assert dispersion_off_by(unexcited, 1.0) < WIDE


def test_mean_rates_of_two_types_that_excite_each_other():
    # (I - B)^-1 μ by hand: det = .8 · .9 - .3 · .4 = .6; rates (.9·.05 + .3·.1)/.6 and (.4·.05 + .8·.1)/.6
    base, branching, decay = [0.05, 0.1], [[0.2, 0.3], [0.4, 0.1]], [0.3, 0.8]
    sample = counts(base, branching, decay)
    assert off_by(sample[:, 0], 0.125 * DAYS) < WIDE
    assert off_by(sample[:, 1], DAYS / 6.0) < WIDE
    turned = counts(base, [[0.2, 0.4], [0.3, 0.1]], decay)
    assert off_by(turned[:, 0], 0.125 * DAYS) > WIDE
    assert off_by(turned[:, 1], DAYS / 6.0) > WIDE
