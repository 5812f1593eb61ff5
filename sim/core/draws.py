"""Random numbers by address. No other file makes random numbers.

A draw is looked up, not consumed. Its key is a hash of seed, stream and the entity's *name*, with the index of the
assumption or fate; its counter is the planned step and a sub-index. Skipping a draw therefore changes no other, and
neither the order of entities nor the number of threads matters.

The generator is Threefry2x64 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1,
2, 3", SC'11, doi:10.1145/2063384.2063405; rotation and parity constants from its table 2 and Random123).
"""

from __future__ import annotations

import hashlib
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


def stream_key(seed: int, stream: str, entity: str) -> np.uint64:
    """Return the key of one stream of one entity.

    It is made of the first 8 bytes, little-endian, of blake2b over the UTF-8 text `seed|stream|entity`.

    Parameters
    ----------
    seed : int
        Any integer, 0 too.
    stream, entity : str
        Name of the stream, and name of the entity (a pair by `pair`).

    Returns
    -------
    uint64
        The key.
    """
    digest = hashlib.blake2b(f"{seed}|{stream}|{entity}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:8], "little"))


def pair(a: str, b: str) -> str:
    """Return the name of the ordered pair `a→b`, an entity of its own."""
    return f"{a}→{b}"


@rule
def _round(x0: np.uint64, x1: np.uint64, bits: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Do one round: add, rotate, exclusive or."""
    x0 = x0 + x1
    x1 = ((x1 << bits) | (x1 >> (_WORD - bits))) ^ x0
    return x0, x1


@rule
def _four_rounds_even(x0: np.uint64, x1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Do four rounds with the first half of the rotation constants."""
    x0, x1 = _round(x0, x1, _R0)
    x0, x1 = _round(x0, x1, _R1)
    x0, x1 = _round(x0, x1, _R2)
    return _round(x0, x1, _R3)


@rule
def _four_rounds_odd(x0: np.uint64, x1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Do four rounds with the second half of the rotation constants."""
    x0, x1 = _round(x0, x1, _R4)
    x0, x1 = _round(x0, x1, _R5)
    x0, x1 = _round(x0, x1, _R6)
    return _round(x0, x1, _R7)


@rule
def threefry2x64(k0: np.uint64, k1: np.uint64, c0: np.uint64, c1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Compute Threefry2x64 with 20 rounds.

    Parameters
    ----------
    k0, k1 : uint64
        The two words of the key.
    c0, c1 : uint64
        The two words of the counter.

    Returns
    -------
    tuple of uint64
        Two random words.

    References
    ----------
    Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11,
    doi:10.1145/2063384.2063405.
    """
    a, b = np.uint64(k0), np.uint64(k1)
    c = _PARITY ^ a ^ b
    x0, x1 = _four_rounds_even(np.uint64(c0) + a, np.uint64(c1) + b)
    x0, x1 = _four_rounds_odd(x0 + b, x1 + c + _ONE)
    x0, x1 = _four_rounds_even(x0 + c, x1 + a + _TWO)
    x0, x1 = _four_rounds_odd(x0 + a, x1 + b + _THREE)
    x0, x1 = _four_rounds_even(x0 + b, x1 + c + _FOUR)
    return x0 + c, x1 + a + _FIVE


@rule
def open_unit(word: np.uint64) -> float:
    """Map a random word to the middle of one of 2^52 equal cells of (0, 1): never 0, never 1.

    With 53 bits the topmost midpoint is not a double and rounds to 1. With 52, `u` and `1 - u` are both exact.

    Parameters
    ----------
    word : uint64
        Random word.

    Returns
    -------
    float
        Number in (0, 1).
    """
    return (np.int64(np.uint64(word) >> _SPARE_BITS) + 0.5) * _GRID


@rule
def uniform(key: np.uint64, index: int, step: int, sub: int) -> float:
    """Draw the uniform at one address.

    Parameters
    ----------
    key : uint64
        Key from `stream_key`.
    index : int
        Assumption index (for ranged numbers) or fate index (for all else).
    step, sub : int
        Planned step, and the exchange, issue or event within it.

    Returns
    -------
    float
        Uniform in (0, 1).
    """
    word, _ = threefry2x64(np.uint64(key), np.uint64(index), np.uint64(step), np.uint64(sub))
    return open_unit(word)


@rule
def uniforms(keys: Keys64, index: int, step: int, sub: int, out: Floats) -> None:
    """Draw the uniforms of several keys at one address, side by side.

    Parameters
    ----------
    keys : (n,) uint64
        Keys from `stream_key`.
    index, step, sub : int
        The address, as for `uniform`.
    out : (n,) float
        Receives the uniforms.
    """
    for k in range(out.shape[0]):
        word, _ = threefry2x64(keys[k], np.uint64(index), np.uint64(step), np.uint64(sub))
        out[k] = open_unit(word)


@rule
def uniform_and_name(key: np.uint64, index: int, step: int | np.uint64, sub: int) -> tuple[float, np.uint64]:
    """Draw the uniform at one address, and the random word beside it: a name for the event drawn there.

    The consequences of an event are drawn at (key, index, its name, sub), with the name in place of a step.

    Parameters
    ----------
    key : uint64
        Key from `stream_key`.
    index, sub : int
        The address, as for `uniform`.
    step : int or uint64
        Planned step, or the name of an earlier event.

    Returns
    -------
    tuple of float and uint64
        Uniform in (0, 1), and the name.
    """
    word, name = threefry2x64(np.uint64(key), np.uint64(index), np.uint64(step), np.uint64(sub))
    return open_unit(word), name


class Lanes(NamedTuple):
    """Draws that are made side by side: the addresses and results of at most R draws.

    Attributes
    ----------
    key, step, sub : (R,) uint64
        Addresses; a step is the planned step or the name of an event.
    uniform : (R,) float
        Uniforms that were drawn.
    name : (R,) uint64
        Names of the events drawn.
    tag : (R,) int
        A note of the caller's.
    """

    key: Keys64
    step: Keys64
    sub: Keys64
    uniform: Floats
    name: Keys64
    tag: Ints


_SIDE_BY_SIDE = 8
"""Words that a wide processor handles at once."""


def create_lanes(capacity: int) -> Lanes:
    """Create lanes for at least so many draws; not a rule, for rules make no arrays."""
    capacity = -(-capacity // _SIDE_BY_SIDE) * _SIDE_BY_SIDE
    key, step, sub, name = np.zeros((4, capacity), np.uint64)
    return Lanes(key, step, sub, np.zeros(capacity), name, np.zeros(capacity, np.int64))


@rule
def draw_lanes(lanes: Lanes, count: int, index: int) -> None:
    """Draw `uniform_and_name` in the first lanes, and in some after them that are not used.

    The compiler makes full groups of lanes side by side, which takes a fifth of the time; a remainder would be made one
    by one.

    Parameters
    ----------
    lanes : Lanes
        Addresses on entry; uniforms and names on return.
    count : int
        Number of draws that are needed.
    index : int
        Assumption or fate index.
    """
    size = (count + _SIDE_BY_SIDE - 1) // _SIDE_BY_SIDE * _SIDE_BY_SIDE
    for k in range(size):
        word, name = threefry2x64(lanes.key[k], np.uint64(index), lanes.step[k], lanes.sub[k])
        lanes.uniform[k] = open_unit(word)
        lanes.name[k] = name
