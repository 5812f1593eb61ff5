"""A bare loop that does per run what a scenario's runs cannot do without, and nothing else: the limit of speed."""

from __future__ import annotations

import math

import numba
import numpy as np

from sim.core.draws import uniform
from sim.rules.value import value
from tests.benchmarks.counting import Counts


@numba.njit(nogil=True, error_model="numpy")
def _loop(runs, draws, values, exps, logs, pows, key):
    """So many of each operation a run, on numbers that depend on the draws so that nothing can be left out."""
    total = 0.0
    for run in range(runs):
        u = 0.5
        sum_u = 0.0
        for k in range(draws):
            u = uniform(key, run, k >> 3, k & 7)
            sum_u += u
        step = u / (1.0 + max(values, exps, logs, pows))
        for k in range(values):
            total += value(step * k, 0.95, 0.3)
        for k in range(exps):
            total += math.exp(-step * k)
        for k in range(logs):
            total += math.log(1.0 - step * k)
        for k in range(pows):
            total += math.pow(step * (k + 1), 0.7 + u)
        total += sum_u
    return total


def bare(runs: int, counts: Counts) -> float:
    """Do the counted operations for so many runs; returns a number that needs them all."""
    return float(_loop(runs, *(int(count) for count in counts), np.uint64(12345)))
