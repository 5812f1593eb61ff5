"""Draws as random numbers: even, unrelated between neighbouring addresses, and independent of what else is
drawn.

Every statistical check here has a fixed seed and an error rate of 1e-4 or less, and one rule that is wrong
must fail it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.core.draws import stream_key, uniform

N = 20_000
WIDEST = math.sqrt(math.log(2.0 / 1e-4) / (2.0 * N))
"""Largest Kolmogorov distance at an error rate of 1e-4 (Dvoretzky–Kiefer–Wolfowitz, Massart's constant)."""
FARTHEST = 4.0 / math.sqrt(N)
"""Largest correlation of N unrelated pairs at an error rate of 6.4e-5 (normal approximation)."""


def distance_from_even(u: np.ndarray) -> float:
    u, ranks = np.sort(u), np.arange(len(u) + 1) / len(u)
    return float(max(np.max(ranks[1:] - u), np.max(u - ranks[:-1])))


def along(address: str, seed: int = 0) -> np.ndarray:
    """Draws in a row along one part of the address, the rest fixed."""
    key = stream_key(seed, "test", "entity")
    if address == "entity":
        return np.array([uniform(stream_key(seed, "test", f"entity {k}"), 1, 2, 3) for k in range(N)])
    at = {"index": 5, "step": 6, "sub": 7}
    return np.array([uniform(key, **(at | {address: k})) for k in range(N)])


@pytest.mark.parametrize("address", ["entity", "index", "step", "sub"])
def test_even_and_serially_unrelated_along_every_part_of_the_address(address):
    u = along(address)
    assert distance_from_even(u) < WIDEST
    for lag in (1, 2, 8):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < FARTHEST


def test_the_checks_would_notice():
    u = along("sub")
    assert distance_from_even(u**1.05) > WIDEST
    smooth = 0.95 * u[1:] + 0.05 * u[:-1]
    assert abs(np.corrcoef(smooth[:-1], smooth[1:])[0, 1]) > FARTHEST


def test_seeds_0_and_1_and_index_and_step_are_unrelated():
    assert not np.any(along("sub", seed=0) == along("sub", seed=1))
    assert abs(np.corrcoef(along("sub", seed=0), along("sub", seed=1))[0, 1]) < FARTHEST
    key = stream_key(0, "test", "entity")
    assert uniform(key, 1, 2, 3) != uniform(key, 2, 1, 3) != uniform(key, 2, 3, 1)


def test_skipping_draws_and_their_order_change_no_other():
    key, other = stream_key(0, "test", "a"), stream_key(0, "test", "b")
    all_in_order = {(k, s): uniform(key, k, s, 0) for k in range(20) for s in range(20)}
    backwards = {}
    for k in reversed(range(0, 20, 3)):
        for s in reversed(range(20)):
            uniform(other, k, s, 0)
            backwards[k, s] = uniform(key, k, s, 0)
    assert all(all_in_order[address] == u for address, u in backwards.items())
