"""The incident process against the theory of Hawkes processes (Hawkes 1971; counts: Da Fonseca & Zaatour
2014, eq. 10).

Each check has a fixed seed and an error rate of 1e-5 per interval (4.42 standard errors); a wrong process
fails it.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import stats

from sim.core.draws import stream_key
from sim.rules.hawkes import Offspring, create_event_list, create_window_lanes, draw_window

RUNS, WARM, DAYS = 4000, 200.0, 400.0
WIDE = 4.42


def streams(base: list[float], branching: list[list[float]], decay: list[float], ends: list[float]):
    """Per run, the incidents of every gap between `ends` (the first from day 0) as arrays of days and of types."""
    rate, fading, offspring = np.array(base), np.array(decay), np.array(branching)
    keys, offspring_keys = (
        np.array([stream_key(11, stream, f"type {i}") for i in range(len(base))], np.uint64)
        for stream in ("incident", "offspring")
    )
    set_off = Offspring(offspring, fading, offspring_keys)
    now, later, lanes = create_event_list(4000), create_event_list(4000), create_window_lanes(len(base))
    none, no_day, no_key = np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint64)
    for fate in range(RUNS):
        later.size[0] = 0
        gaps = []
        for step, (start, end) in enumerate(itertools.pairwise((0.0, *ends))):
            count = draw_window(
                start, end, end, rate, rate, set_off, none, no_day, no_key, keys,
                fate, step, now, later, lanes,
            )  # fmt: skip
            gaps.append((now.day[:count].copy(), now.kind[:count].copy()))
        yield gaps


def counts(base: list[float], branching: list[list[float]], decay: list[float]) -> np.ndarray:
    """Events of each type in DAYS days of the process in equilibrium: (RUNS, T)."""
    runs = streams(base, branching, decay, [WARM, WARM + DAYS])
    return np.array([np.bincount(gaps[1][1], minlength=len(base)) for gaps in runs])


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


ENDS = [11.0, 30.0, 44.0, 71.0, 100.0]


def residuals(seen: tuple, taken: tuple) -> np.ndarray:
    """Integrated intensity between events of a type, from the definition, run after run, all types.

    `seen` are base, branching and decay of the process that made the events, `taken` those of the intensity
    λ_i(t) = μ_i + Σ_{t_k < t} branching[i, kind_k] decay_i e^(-decay_i (t - t_k)). Where both agree, the residuals
    are independent unit exponentials (Daley & Vere-Jones 2003, theorem 7.4.I); what is left of one at the end of a
    run is carried into the next, for cutting it off would lose the long ones.
    """
    base, branching, decay = (np.array(x) for x in taken)
    risen: list[list[np.ndarray]] = [[] for _ in base]
    carried = np.zeros(len(base))
    for gaps in itertools.islice(streams(*seen, ends=ENDS), 1500):
        day, kind = (np.concatenate(x) for x in zip(*gaps, strict=True))
        for i in range(len(base)):
            at = np.append(np.sort(day[kind == i]), ENDS[-1])
            since = np.maximum(at[:, None] - day[None, :], 0.0)
            level = carried[i] + base[i] * at - (branching[i][kind] * np.expm1(-decay[i] * since)).sum(axis=1)
            risen[i].append(level[:-1])
            carried[i] = level[-1]
    return np.concatenate([np.diff(np.concatenate(levels), prepend=0.0) for levels in risen])


def test_events_have_the_intensity_of_the_definition_over_several_gaps():
    """Kolmogorov and Smirnov's test of the residuals, at 1e-5."""
    process = [0.3, 0.2], [[0.3, 0.5], [0.2, 0.1]], [0.5, 0.25]
    right = residuals(process, process)
    assert len(right) > 100_000
    assert stats.kstest(right, "expon").pvalue > 1e-5
    # The same events under a memory half as long, and under a type that sets off more of the other.
    assert stats.kstest(residuals(process, (process[0], process[1], [1.0, 0.5])), "expon").pvalue < 1e-5
    assert stats.kstest(residuals(process, (process[0], [[0.3, 0.6], [0.2, 0.1]], process[2])), "expon").pvalue < 1e-5
