"""A stream of incidents in whole runs of both engines against the theory of Hawkes processes; published draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.core.columns import RUN
from sim.core.draws import threefry2x64
from sim.results.plan import chunks, plan

HAWKES = "Hawkes 1971"
DAYS, RATE, N, DECAY = 1000.0, 0.08, 0.5, 0.5


def incidents(loaded, n: int, engine: str = "compiled") -> np.ndarray:
    """Incidents in each of n runs of 1,000 days."""
    rows = [chunk.runs[:, RUN.INCIDENTS].copy() for chunk in chunks(plan(loaded, n, 3, engine=engine, workers=1))]
    return np.concatenate(rows)


def expected_count() -> float:
    """Mean count from a start without excitation: μT/(1 - n) less what the start lacks, in closed form."""
    kappa, fading = 1.0 / (1.0 - N), DECAY * (1.0 - N)
    return RATE * DAYS * kappa - RATE * N * kappa * kappa / DECAY * (1.0 - math.exp(-fading * DAYS))


@pytest.mark.slow
def test_mean_and_dispersion_of_incidents(claim, shipped_case):
    case, n = shipped_case("clash"), 8000
    calm = case.with_changes({"incidents.clash.excites.clash": 0.45})
    sample, other = incidents(case, n), incidents(calm, n)
    error = sample.std(ddof=1) / math.sqrt(n)
    lacking = expected_count() / DAYS
    claim(
        "Incidents", "mean rate a day, μ .08, branching .5, 1,000 days from a quiet start", HAWKES,
        lacking, float(sample.mean()) / DAYS, 4.4172 * error / DAYS,
        through=f"compiled, {n} runs", control="branching .45", control_got=float(other.mean()) / DAYS,
    )  # fmt: skip
    assert abs(lacking - 0.16) < 0.001
    poisson = incidents(case.with_changes({"incidents.clash.excites.clash": 0, "incidents.clash.rate": 0.16}), n)
    spread, width = dispersion(sample)
    claim(
        "Incidents", "variance over mean of the count, branching .5: 1/(1 - n)² in the long run", HAWKES,
        long_run(), spread, 4.4172 * width, through=f"compiled, {n} runs",
        control="a Poisson stream of the same mean", control_got=dispersion(poisson)[0],
    )  # fmt: skip


def dispersion(sample: np.ndarray) -> tuple[float, float]:
    """Variance over mean and its standard error, from 80 groups of runs."""
    groups = sample.reshape(80, -1)
    ratios = groups.var(axis=1, ddof=1) / groups.mean(axis=1)
    return float(ratios.mean()), float(ratios.std(ddof=1) / math.sqrt(80))


def long_run() -> float:
    """Variance over mean in DAYS days of the stationary process (Da Fonseca & Zaatour 2014, eq. 10); 4 in the limit."""
    kappa, fading = 1.0 / (1.0 - N), DECAY * (1.0 - N)
    return kappa**2 + (1.0 - kappa**2) * -math.expm1(-fading * DAYS) / (fading * DAYS)


def test_both_engines_draw_the_same_incidents(shipped_case):
    case = shipped_case("clash")
    assert np.array_equal(incidents(case, 20, "mesa"), incidents(case, 20))


def test_published_words(claim):
    """Random123's known answer for Threefry2x64, 20 rounds, all bits set; the words as shares of 2^64."""
    ones = np.uint64(2**64 - 1)
    got = threefry2x64(ones, ones, ones, ones)
    other = threefry2x64(ones, ones, ones, np.uint64(2**64 - 2))
    for k, word in enumerate((0xE02CB7C4D95D277A, 0xD06633D0893B8B68)):
        claim(
            "Draws", f"Threefry2x64-20 of all ones: word {k + 1} (off by)", "Salmon et al. 2011; Random123", 0.0,
            float(int(got[k]) - word), 0.0, through="sim.core.draws", control="one bit of the counter less",
            control_got=float(int(other[k]) - word),
        )  # fmt: skip
