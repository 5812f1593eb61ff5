"""Random numbers by address: the only file that makes them.

A draw is looked up, not consumed. Its key is a hash of seed, stream and the entity's *name*, with the index of the
assumption or fate; its counter is the planned step and a sub-index. Skipping a draw therefore changes no other, and
neither the order of entities nor the number of threads matters.

The generator is Threefry2x64 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1,
2, 3", SC'11, doi:10.1145/2063384.2063405; rotation and parity constants from its table 2 and Random123).
"""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple

import numpy as np

from sim.core.jit import rule
from sim.core.layout import Floats, Ints, Keys64

_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
_ONE, _TWO, _THREE, _FOUR, _FIVE = (np.uint64(k) for k in (1, 2, 3, 4, 5))
_WORD = np.uint64(64)
_R0, _R1, _R2, _R3 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
_R4, _R5, _R6, _R7 = np.uint64(16), np.uint64(32), np.uint64(24), np.uint64(21)
_SPARE_BITS = np.uint64(12)
_GRID = 1.0 / 4503599627370496.0  # 2^-52
_UNIT_LOGISTIC = math.sqrt(3.0) / math.pi


def stream_key(seed: int, stream: str, entity: str) -> np.uint64:
    """Key of one stream of one named entity.

    The first 8 bytes, little-endian, of blake2b over the UTF-8 text `seed|stream|entity`. Any integer is a seed, 0 too.
    """
    digest = hashlib.blake2b(f"{seed}|{stream}|{entity}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:8], "little"))


def pair(a: str, b: str) -> str:
    """Name of the ordered pair `a→b` as an entity of its own."""
    return f"{a}→{b}"


@rule
def _turn(x0: np.uint64, x1: np.uint64, bits: np.uint64) -> tuple[np.uint64, np.uint64]:
    """One round: add, rotate, exclusive or."""
    x0 = x0 + x1
    x1 = ((x1 << bits) | (x1 >> (_WORD - bits))) ^ x0
    return x0, x1


@rule
def _even(x0: np.uint64, x1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Four rounds with the first half of the rotation constants."""
    x0, x1 = _turn(x0, x1, _R0)
    x0, x1 = _turn(x0, x1, _R1)
    x0, x1 = _turn(x0, x1, _R2)
    return _turn(x0, x1, _R3)


@rule
def _odd(x0: np.uint64, x1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Four rounds with the second half of the rotation constants."""
    x0, x1 = _turn(x0, x1, _R4)
    x0, x1 = _turn(x0, x1, _R5)
    x0, x1 = _turn(x0, x1, _R6)
    return _turn(x0, x1, _R7)


@rule
def threefry2x64(k0: np.uint64, k1: np.uint64, c0: np.uint64, c1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Threefry2x64, 20 rounds: two words of key and two of counter (64-bit integers) to two random words."""
    a, b = np.uint64(k0), np.uint64(k1)
    c = _PARITY ^ a ^ b
    x0, x1 = _even(np.uint64(c0) + a, np.uint64(c1) + b)
    x0, x1 = _odd(x0 + b, x1 + c + _ONE)
    x0, x1 = _even(x0 + c, x1 + a + _TWO)
    x0, x1 = _odd(x0 + a, x1 + b + _THREE)
    x0, x1 = _even(x0 + b, x1 + c + _FOUR)
    return x0 + c, x1 + a + _FIVE


@rule
def open_unit(word: np.uint64) -> float:
    """Map a random word to the middle of one of 2^52 equal cells of (0, 1): never 0, never 1.

    With 53 bits the topmost midpoint is no double and rounds to 1. With 52, `u` and `1 - u` are both exact.
    """
    return (np.int64(np.uint64(word) >> _SPARE_BITS) + 0.5) * _GRID


@rule
def uniform(key: np.uint64, index: int, step: int, sub: int) -> float:
    """The uniform in (0, 1) at one address.

    `key` from `stream_key`; `index` of the assumption (ranged numbers) or fate (all else); `step` the planned step;
    `sub` the exchange, issue or event within it. The three are 64-bit integers.
    """
    word, _ = threefry2x64(np.uint64(key), np.uint64(index), np.uint64(step), np.uint64(sub))
    return open_unit(word)


@rule
def uniforms(keys: Keys64, index: int, step: int, sub: int, out: Floats) -> None:
    """`uniform` at (keys[k], index, step, sub) for every k, into `out` of the same length; made side by side."""
    for k in range(out.shape[0]):
        word, _ = threefry2x64(keys[k], np.uint64(index), np.uint64(step), np.uint64(sub))
        out[k] = open_unit(word)


@rule
def named_uniform(key: np.uint64, index: int, step: int | np.uint64, sub: int) -> tuple[float, np.uint64]:
    """The uniform at one address, and the random word beside it: a name for what was drawn there.

    What such a thing brings about is drawn at (key, index, its name, sub): at that name in place of a step.
    """
    word, name = threefry2x64(np.uint64(key), np.uint64(index), np.uint64(step), np.uint64(sub))
    return open_unit(word), name


class Lanes(NamedTuple):
    """Draws to be made at one go, R at most: their addresses, and what was drawn."""

    key: Keys64  # (R,)
    step: Keys64  # (R,) the planned step, or a name
    sub: Keys64  # (R,)
    uniform: Floats  # (R,)
    name: Keys64  # (R,)
    tag: Ints  # (R,) what the caller notes


_SIDE_BY_SIDE = 8
"""Words that a wide processor handles at once."""


def empty_lanes(room: int) -> Lanes:
    """Room for so many draws at one go; not a rule, for rules make no arrays."""
    room = -(-room // _SIDE_BY_SIDE) * _SIDE_BY_SIDE
    key, step, sub, name = np.zeros((4, room), np.uint64)
    return Lanes(key, step, sub, np.zeros(room), name, np.zeros(room, np.int64))


@rule
def draw_lanes(lanes: Lanes, count: int, index: int) -> None:
    """`named_uniform` at the first `count` addresses, and at some after them that nobody need look at.

    The compiler makes them side by side, which takes a fifth of the time; a remainder would be made one by one.
    """
    room = (count + _SIDE_BY_SIDE - 1) // _SIDE_BY_SIDE * _SIDE_BY_SIDE
    for k in range(room):
        word, name = threefry2x64(lanes.key[k], np.uint64(index), lanes.step[k], lanes.sub[k])
        lanes.uniform[k] = open_unit(word)
        lanes.name[k] = name


# Inverse distribution functions: one uniform each, rising in u, so that common draws stay monotonically
# coupled. `1 - u` is exact for every u that `uniform` returns.


@rule
def logistic(u: float) -> float:
    """Standard logistic noise: ln(u / (1 - u))."""
    return math.log(u / (1.0 - u))


@rule
def logistic_unit(u: float) -> float:
    """Logistic noise of variance 1 (the standard one has π²/3)."""
    return math.log(u / (1.0 - u)) * _UNIT_LOGISTIC


@rule
def unit_exponential(u: float) -> float:
    """Exponential of mean 1: -ln(1 - u)."""
    return -math.log(1.0 - u)


@rule
def weibull(u: float, scale: float, shape: float) -> float:
    """Weibull of the given scale (the unit of the result) and shape: scale · (-ln(1 - u))^(1/shape), shape > 0."""
    return scale * math.pow(-math.log(1.0 - u), 1.0 / shape)


@rule
def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Triangular on low ≤ mode ≤ high. Where all three agree, that number."""
    width = high - low
    if width <= 0.0:
        return low
    if u * width < mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


@rule
def uniform_between(u: float, low: float, high: float) -> float:
    """Uniform on low ≤ high; where they agree, that number."""
    return low + (high - low) * u


@rule
def delivered_share(u: float, c: float) -> float:
    """Share in [0, 1] of an obligation met by a doer of compliance c: u^((1-c)/c), a Beta(c/(1-c), 1) of mean c."""
    if c <= 0.0:
        return 0.0
    if c >= 1.0:
        return 1.0
    return math.pow(u, (1.0 - c) / c)
