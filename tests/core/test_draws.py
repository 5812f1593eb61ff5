"""Addressed draws: published vectors, a second implementation in plain integers, hand-worked inverses."""

from __future__ import annotations

import hashlib
import math
import random

import numpy as np
import pytest

from sim.core.distributions import (
    delivery_share,
    logistic,
    logistic_unit,
    triangular,
    uniform_between,
    unit_exponential,
    weibull,
)
from sim.core.draws import open_unit, pair, stream_key, threefry2x64, uniform

MASK = 2**64 - 1

# Random123 1.14, tests/kat_vectors, "threefry2x64 20": counter, key, result.
PUBLISHED = [
    ((0, 0), (0, 0), (0xC2B6E3A8C2C69865, 0x6F81ED42F350084D)),
    ((MASK, MASK), (MASK, MASK), (0xE02CB7C4D95D277A, 0xD06633D0893B8B68)),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344),
        (0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x263C7D30BB0F0AF1, 0x56BE8361D3311526),
    ),
]


def plain_threefry(key: tuple[int, int], counter: tuple[int, int], rounds: int = 20) -> tuple[int, int]:
    """Threefry2x64 by its definition, in Python's unbounded integers."""
    schedule = [key[0], key[1], 0x1BD11BDAA9FC1A22 ^ key[0] ^ key[1]]
    x = [(counter[0] + schedule[0]) & MASK, (counter[1] + schedule[1]) & MASK]
    for n in range(rounds):
        bits = (16, 42, 12, 31, 16, 32, 24, 21)[n % 8]
        x[0] = (x[0] + x[1]) & MASK
        x[1] = ((x[1] << bits | x[1] >> (64 - bits)) & MASK) ^ x[0]
        if n % 4 == 3:
            s = n // 4 + 1
            x[0] = (x[0] + schedule[s % 3]) & MASK
            x[1] = (x[1] + schedule[(s + 1) % 3] + s) & MASK
    return x[0], x[1]


def words(*values: int) -> list[np.uint64]:
    return [np.uint64(value) for value in values]


@pytest.mark.parametrize(("counter", "key", "result"), PUBLISHED)
def test_published_vectors(counter, key, result):
    assert tuple(map(int, threefry2x64(*words(*key, *counter)))) == result
    assert plain_threefry(key, counter) == result


def test_agrees_with_the_definition_on_other_words_and_not_with_fewer_rounds():
    chance = random.Random(20)
    for _ in range(200):
        k0, k1, c0, c1 = (chance.getrandbits(64) for _ in range(4))
        drawn = tuple(map(int, threefry2x64(*words(k0, k1, c0, c1))))
        assert drawn == plain_threefry((k0, k1), (c0, c1))
        assert drawn != plain_threefry((k0, k1), (c0, c1), rounds=16)


def test_uniform_is_the_middle_of_a_cell_of_the_first_word():
    key = 0x0123456789ABCDEF
    word, _ = plain_threefry((key, 7), (3, 2))
    assert uniform(np.uint64(key), 7, 3, 2) == ((word >> 12) + 0.5) * 2.0**-52


def test_the_interval_is_open_at_both_ends():
    assert open_unit(np.uint64(0)) == 2.0**-53
    assert open_unit(np.uint64(MASK)) == 1.0 - 2.0**-53
    # With a 53rd bit the last middle is no double: it would be 1, and the exponential infinite.
    assert ((MASK >> 11) + 0.5) * 2.0**-53 == 1.0


def test_negative_addresses_are_addresses():
    key = stream_key(1, "s", "e")
    word, _ = plain_threefry((int(key), MASK), (MASK, MASK - 1))
    assert uniform(key, -1, -1, -2) == ((word >> 12) + 0.5) * 2.0**-52


def test_key_is_the_stated_hash():
    digest = hashlib.blake2b("0|incident|Kyiv→Türkiye".encode()).digest()
    assert int(stream_key(0, "incident", "Kyiv→Türkiye")) == int.from_bytes(digest[:8], "little")
    assert stream_key(0, "incident", "x").dtype == np.uint64
    # Not the hash of digest size 8, which is another function.
    short = hashlib.blake2b(b"0|incident|x", digest_size=8).digest()
    assert int(stream_key(0, "incident", "x")) != int.from_bytes(short, "little")


def test_seed_stream_entity_and_direction_all_count():
    keys = {
        int(stream_key(seed, stream, entity))
        for seed in (0, 1, -1, 10**30)
        for stream in ("incident", "convene")
        for entity in ("A", "Å", "А", pair("A", "B"), pair("B", "A"))  # the third is the Cyrillic letter
    }
    assert len(keys) == 4 * 2 * 5
    assert pair("Україна", "Россия") == "Україна→Россия"


def test_logistic():
    assert logistic(0.5) == 0.0
    assert logistic(0.75) == pytest.approx(math.log(3.0), rel=1e-15)
    assert logistic(0.25) == pytest.approx(-math.log(3.0), rel=1e-15)


def test_logistic_unit_has_variance_one():
    assert logistic_unit(0.75) == pytest.approx(math.log(3.0) * math.sqrt(3.0) / math.pi, rel=1e-15)
    middles = (np.arange(200_000) + 0.5) / 200_000
    assert np.mean([logistic_unit(u) ** 2 for u in middles]) == pytest.approx(1.0, abs=1e-3)
    assert np.mean([logistic(u) ** 2 for u in middles]) == pytest.approx(math.pi**2 / 3.0, abs=3e-3)


def test_unit_exponential():
    assert unit_exponential(0.5) == pytest.approx(math.log(2.0), rel=1e-15)
    assert unit_exponential(1.0 - 2.0**-53) == pytest.approx(53 * math.log(2.0), rel=1e-15)
    assert 0.0 < unit_exponential(2.0**-53) < 2.0**-52


def test_weibull():
    assert weibull(0.5, 4.0, 1.0) == pytest.approx(4.0 * math.log(2.0), rel=1e-15)
    assert weibull(1.0 - math.exp(-4.0), 3.0, 2.0) == pytest.approx(6.0, rel=1e-13)
    assert weibull(1.0 - math.exp(-1.0), 3.0, 0.5) == pytest.approx(3.0, rel=1e-13)


@pytest.mark.parametrize(
    ("u", "low", "mode", "high", "x"),
    [
        (0.125, 0.0, 1.0, 2.0, 0.5),
        (0.5, 0.0, 1.0, 2.0, 1.0),
        (0.875, 0.0, 1.0, 2.0, 1.5),
        (0.75, 0.0, 0.0, 1.0, 0.5),
        (0.25, 0.0, 1.0, 1.0, 0.5),
        (0.3, 0.4, 0.4, 0.4, 0.4),
    ],
)
def test_triangular(u, low, mode, high, x):
    assert triangular(u, low, mode, high) == pytest.approx(x, rel=1e-15)


def test_uniform_between():
    assert uniform_between(0.25, -1.0, 3.0) == 0.0
    assert uniform_between(0.7, 0.2, 0.2) == 0.2


def test_delivered_share():
    assert delivery_share(0.3, 0.5) == pytest.approx(0.3, rel=1e-15)
    assert delivery_share(0.5, 0.25) == pytest.approx(0.125, rel=1e-15)
    assert delivery_share(0.0625, 0.8) == pytest.approx(0.5, rel=1e-14)
    assert (delivery_share(0.3, 0.0), delivery_share(0.3, -1.0)) == (0.0, 0.0)
    assert (delivery_share(0.3, 1.0), delivery_share(0.3, 2.0)) == (1.0, 1.0)
    middles = (np.arange(100_000) + 0.5) / 100_000
    for compliance in (0.2, 0.5, 0.9):
        assert np.mean([delivery_share(u, compliance) for u in middles]) == pytest.approx(compliance, abs=1e-4)
