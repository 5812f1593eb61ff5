"""When incidents occur between two planned rounds: a multivariate Hawkes process with exponential kernels.

Type i occurs of itself at a base rate; an event of type j sets off offspring[i, j] events of type i on average, each
after an exponential delay (Hawkes 1971, Biometrika 58:83). It is drawn by its clusters (Hawkes & Oakes 1974, Journal of
Applied Probability 11:493): what comes of itself is a Poisson process, and so are the offspring of every event. That is
exact, and what an event sets off is drawn under that event's own name: whether and when it occurs leaves the draws of
all others as they were.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import Lanes, draw_lanes, empty_lanes, named_uniform, unit_exponential
from sim.core.jit import melted, rule
from sim.solvers.inline import part

AHEAD = 4
"""Draws a type that are made at one go, before it is known how many are needed."""

MAX_EVENTS = 4096
"""Most incidents in one gap, and most still to come; more is reported as an error, never cut off silently."""


class Line(NamedTuple):
    """Events in the order in which they were found; R is the room for them."""

    day: NDArray[np.float64]  # (R,)
    kind: NDArray[np.int64]  # (R,) type
    name: NDArray[np.uint64]  # (R,) under which what it sets off is drawn
    used: NDArray[np.int64]  # (1,) how many there are; above R where some found no room


class Offspring(NamedTuple):
    """What events of one type set off of another."""

    mean: NDArray[np.float64]  # (T, T) of type i by one of type j, directly
    decay: NDArray[np.float64]  # (T,) per day, of type i
    key: NDArray[np.uint64]  # (T,) of its stream


def empty_line(room: int) -> Line:
    """A line without events; not a rule, for rules make no arrays."""
    return Line(np.zeros(room), np.zeros(room, np.int64), np.zeros(room, np.uint64), np.zeros(1, np.int64))


def window_lanes(types: int) -> Lanes:
    """The lanes that `window` draws in; not a rule, for rules make no arrays."""
    return empty_lanes(max(AHEAD * types, 64))


@part
def _append(line: Line, day: float, kind: int, name: np.uint64) -> None:
    """Put an event at the end of a line; in a full one it is counted, and lost."""
    at = line.used[0]
    if at < line.day.shape[0]:
        line.day[at], line.kind[at], line.name[at] = day, kind, name
    line.used[0] = at + 1


@melted
def day_by_itself(risen: float, start: float, turn: float, base: float, surged: float) -> float:
    """The day on which a rate of `base` a day from `start` and `surged` from `turn` on has added up to `risen`."""
    calm = base * (turn - start)
    return start + risen / base if risen <= calm else turn + (risen - calm) / surged


@melted
def delay(share: float, decay: float) -> float:
    """Days by which an event has set off that share, in [0, 1), of what it sets off: -ln(1 - share)/decay."""
    return -math.log(1.0 - share) / decay


@part
def _overfull(line: Line) -> bool:
    """Whether an event found no room."""
    return line.used[0] > line.day.shape[0]


@part
def _fall_due(end: float, now: Line, later: Line) -> None:
    """Move what was set off earlier and occurs by `end` from one line to the other."""
    kept = 0
    now.used[0] = 0
    for k in range(later.used[0]):
        if later.day[k] <= end:
            _append(now, later.day[k], later.kind[k], later.name[k])
        else:
            later.day[kept], later.kind[kept], later.name[kept] = later.day[k], later.kind[k], later.name[k]
            kept += 1
    later.used[0] = kept


@part
def _ask_ahead(keys: NDArray[np.uint64], fate: int, step: int, lanes: Lanes) -> None:
    """The first draws of every type for what comes of itself."""
    for i in range(keys.shape[0]):
        for n in range(AHEAD):
            at = i * AHEAD + n
            lanes.key[at], lanes.step[at], lanes.sub[at] = keys[i], np.uint64(step), np.uint64(n)
    draw_lanes(lanes, keys.shape[0] * AHEAD, fate)


@part
def _come(
    i: int,
    start: float,
    turn: float,
    end: float,
    base: float,
    surged: float,
    key: np.uint64,
    fate: int,
    step: int,
    now: Line,
    lanes: Lanes,
) -> None:
    """Append the events of type i that nothing set off, at one rate up to `turn` and at another from there."""
    whole = base * (turn - start) + surged * (end - turn)
    n, risen = 0, 0.0
    while not _overfull(now):
        if n < AHEAD:
            u, name = lanes.uniform[i * AHEAD + n], lanes.name[i * AHEAD + n]
        else:
            u, name = named_uniform(key, fate, step, n)
        # An exponential is no less than its uniform: the one that leads out of the gap is mostly known without its log.
        risen += unit_exponential(u) if risen + u <= whole else np.inf
        if risen > whole:
            return
        _append(now, min(day_by_itself(risen, start, turn, base, surged), end), i, name)
        n += 1


@part
def _beget(
    of: int, i: int, offspring: Offspring, end: float, fate: int, u: float, name: np.uint64, now: Line, later: Line
) -> None:
    """Append what the event at place `of` sets off of type i; `u` and `name` are the first draw for it."""
    mean, day, parent = offspring.mean[i, now.kind[of]], now.day[of], now.name[of]
    n, risen = 0, unit_exponential(u)
    while risen < mean and not (_overfull(now) or _overfull(later)):
        when = day + delay(risen / mean, offspring.decay[i])
        if when <= end:
            _append(now, when, i, name)
        else:
            _append(later, when, i, name)
        n += 1
        u, name = named_uniform(offspring.key[i], fate, parent, n)
        risen += unit_exponential(u) if risen + u < mean else np.inf  # as in `_come`


@rule
def _bear(count: int, offspring: Offspring, end: float, fate: int, now: Line, later: Line, lanes: Lanes) -> None:
    """What is set off by the events and of the types that stand in the first `count` lanes."""
    draw_lanes(lanes, count, fate)
    for k in range(count):
        of, i = lanes.tag[k] // offspring.key.shape[0], lanes.tag[k] % offspring.key.shape[0]
        if lanes.uniform[k] < offspring.mean[i, now.kind[of]]:  # else nor is its exponential, and nothing is set off
            _beget(of, i, offspring, end, fate, lanes.uniform[k], lanes.name[k], now, later)


@part
def _generation(first: int, offspring: Offspring, end: float, fate: int, now: Line, later: Line, lanes: Lanes) -> int:
    """Append what the events from the one numbered `first` on set off; returns where those begin that it appended."""
    last, types, asked = min(now.used[0], now.day.shape[0]), offspring.key.shape[0], 0
    for of in range(first, last):
        for i in range(types):
            if offspring.mean[i, now.kind[of]] > 0.0:
                lanes.key[asked], lanes.step[asked] = offspring.key[i], now.name[of]
                lanes.sub[asked] = np.uint64(0)
                lanes.tag[asked] = of * types + i
                asked += 1
                if asked == lanes.key.shape[0]:
                    _bear(asked, offspring, end, fate, now, later, lanes)
                    asked = 0
    if asked > 0:
        _bear(asked, offspring, end, fate, now, later, lanes)
    return last


@rule
def window(
    start: float,
    end: float,
    surge_start: float,
    base: NDArray[np.float64],
    surged: NDArray[np.float64],
    offspring: Offspring,
    scripted_type: NDArray[np.int64],
    scripted_day: NDArray[np.float64],
    scripted_keys: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    fate: int,
    step: int,
    now: Line,
    later: Line,
    lanes: Lanes,
) -> int:
    """Incidents of T types in (start, end], days; returns their number, or -1 where a line is too short for them.

    base, surged (T,): base rate per day before and from `surge_start` on (no surge: surge_start ≥ end); the surge
    multiplies the base rate only. An event of type i that was set off comes after an exponential delay of mean
    1/offspring.decay[i] > 0 days.

    Scripted events (n,), by day ascending, occur besides the random ones and set off others alike; those outside
    (start, end] are passed over.

    Output in `now`, in the order in which the events were found, not of time. `later`, in and out: events that earlier
    ones have set off and that are still to come, all after `start`, then all after `end`. `lanes` from `window_lanes`.

    Draws: events of type i that nothing set off lie where the cumulated base rate reaches sums of unit exponentials,
    the n-th of them, from 0, at (keys[i], fate, step, n); starting anew in each step changes no law, the exponential
    being memoryless. What an event sets off of type i lies likewise in the cumulated rate of its doing so, at
    (offspring.key[i], fate, the event's name, n). An event's name is the random word beside its own uniform, and the
    key of a scripted one.
    """
    types, turn = base.shape[0], min(max(surge_start, start), end)
    _fall_due(end, now, later)
    _ask_ahead(keys, fate, step, lanes)
    for i in range(types):
        if base[i] > 0.0 or surged[i] > 0.0:
            _come(i, start, turn, end, base[i], surged[i], keys[i], fate, step, now, lanes)
    for k in range(scripted_day.shape[0]):
        if start < scripted_day[k] <= end:
            _append(now, scripted_day[k], scripted_type[k], scripted_keys[k])
    first = 0
    while first < min(now.used[0], now.day.shape[0]):
        first = _generation(first, offspring, end, fate, now, later, lanes)
    return -1 if _overfull(now) or _overfull(later) else now.used[0]


def spectral_radius(branching: NDArray[np.float64]) -> float:
    """Largest modulus of an eigenvalue of the branching matrix (T, T) of expected direct offspring.

    Below 1 the process is stationary: an incident sets off finitely many others (Hawkes 1971). For validation only.
    """
    if branching.size == 0:
        return 0.0
    return float(np.abs(np.linalg.eigvals(branching)).max())
