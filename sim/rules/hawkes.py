"""When incidents occur between two planned rounds: a multivariate Hawkes process with exponential kernels.

Immigrants of type i occur at a base rate; an event of type j sets off offspring[i, j] events of type i on average, each
after an exponential delay (Hawkes 1971). The process is drawn by its clusters (Hawkes & Oakes 1974): the immigrants are
a Poisson process, and so are the offspring of every event. That is exact, and the offspring of an event are drawn under
that event's own name: whether and when it occurs leaves the draws of all other events as they were.

References
----------
Hawkes 1971, "Spectra of some self-exciting and mutually exciting point processes", Biometrika 58:83.
Hawkes & Oakes 1974, "A cluster process representation of a self-exciting process", Journal of Applied Probability
11:493.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.core.distributions import unit_exponential
from sim.core.draws import Lanes, create_lanes, draw_lanes, uniform_and_name
from sim.core.jit import inline_part, inline_rule, rule
from sim.core.layout import Floats, Ints, Keys64

DRAWS_AHEAD = 4
"""Draws a type that are made at one go, before it is known how many are needed."""

MAX_EVENTS = 4096
"""Most incidents in one gap, and most still to come; more is reported as an error, never cut off silently."""


class EventList(NamedTuple):
    """Events in the order in which they were drawn, up to a capacity R.

    Attributes
    ----------
    day : (R,) float
        Day of the event.
    kind : (R,) int
        Its type.
    name : (R,) uint64
        The address under which its offspring are drawn.
    size : (1,) int
        Number of events; above R where some did not fit.
    """

    day: Floats
    kind: Ints
    name: Keys64
    size: Ints


class Offspring(NamedTuple):
    """The offspring of one event.

    Attributes
    ----------
    mean : (T, T) float
        Mean number of direct offspring of type i (row) of an event of type j (column).
    decay : (T,) float
        Rate a day at which offspring of type i occur; their mean delay is 1/decay.
    key : (T,) uint64
        Key of the stream of type i.
    """

    mean: Floats
    decay: Floats
    key: Keys64


def create_event_list(capacity: int) -> EventList:
    """Create a list without events; not a rule, for rules make no arrays."""
    kind, size = np.zeros(capacity, np.int64), np.zeros(1, np.int64)
    return EventList(np.zeros(capacity), kind, np.zeros(capacity, np.uint64), size)


def create_window_lanes(types: int) -> Lanes:
    """Create the lanes in which `draw_window` draws; not a rule, for rules make no arrays."""
    return create_lanes(max(DRAWS_AHEAD * types, 64))


@inline_part
def _append(events: EventList, day: float, kind: int, name: np.uint64) -> None:
    """Append an event to a list; one that does not fit is counted, and lost."""
    at = events.size[0]
    if at < events.day.shape[0]:
        events.day[at], events.kind[at], events.name[at] = day, kind, name
    events.size[0] = at + 1


@inline_rule
def immigrant_day(total: float, start: float, surge_day: float, base: float, surge_rate: float) -> float:
    """Return the day on which the base rate has added up to a total.

    Parameters
    ----------
    total : float
        Expected number of events since `start`, at least 0.
    start, surge_day : float
        Days on which the base rate and the surge begin.
    base, surge_rate : float
        Rate a day before and during the surge; the one that reaches the total is above 0.

    Returns
    -------
    float
        Day.
    """
    calm = base * (surge_day - start)
    return start + total / base if total <= calm else surge_day + (total - calm) / surge_rate


@inline_rule
def offspring_delay(share: float, decay: float) -> float:
    """Return the days after which an event has set off a share of its offspring: `-ln(1 - share)/decay`.

    Parameters
    ----------
    share : float
        Share of the expected offspring, in [0, 1).
    decay : float
        Rate a day, above 0.

    Returns
    -------
    float
        Delay in days, at least 0.
    """
    return -math.log(1.0 - share) / decay


@inline_part
def _is_overfull(events: EventList) -> bool:
    """Whether an event did not fit."""
    return events.size[0] > events.day.shape[0]


@inline_part
def _move_due(end: float, now: EventList, later: EventList) -> None:
    """Move the events that were set off earlier and occur by `end` from one list to the other."""
    size = 0
    now.size[0] = 0
    for k in range(later.size[0]):
        if later.day[k] <= end:
            _append(now, later.day[k], later.kind[k], later.name[k])
        else:
            later.day[size], later.kind[size], later.name[size] = later.day[k], later.kind[k], later.name[k]
            size += 1
    later.size[0] = size


@inline_part
def _draw_ahead(keys: Keys64, fate: int, step: int, lanes: Lanes) -> None:
    """Make the first draws of every type for its immigrants."""
    for i in range(keys.shape[0]):
        for n in range(DRAWS_AHEAD):
            at = i * DRAWS_AHEAD + n
            lanes.key[at], lanes.step[at], lanes.sub[at] = keys[i], np.uint64(step), np.uint64(n)
    draw_lanes(lanes, keys.shape[0] * DRAWS_AHEAD, fate)


@inline_part
def _immigrants(
    i: int,
    start: float,
    surge_day: float,
    end: float,
    base: float,
    surge_rate: float,
    key: np.uint64,
    fate: int,
    step: int,
    now: EventList,
    lanes: Lanes,
) -> None:
    """Append the immigrants of type i, at one rate up to the day of the surge and at another from there."""
    whole = base * (surge_day - start) + surge_rate * (end - surge_day)
    n, total = 0, 0.0
    while not _is_overfull(now):
        if n < DRAWS_AHEAD:
            u, name = lanes.uniform[i * DRAWS_AHEAD + n], lanes.name[i * DRAWS_AHEAD + n]
        else:
            u, name = uniform_and_name(key, fate, step, n)
        # An exponential is no less than its uniform: the one that leads out of the gap is mostly known without its log.
        total += unit_exponential(u) if total + u <= whole else np.inf
        if total > whole:
            return
        _append(now, min(immigrant_day(total, start, surge_day, base, surge_rate), end), i, name)
        n += 1


@inline_part
def _offspring(
    of: int,
    i: int,
    offspring: Offspring,
    end: float,
    fate: int,
    u: float,
    name: np.uint64,
    now: EventList,
    later: EventList,
) -> None:
    """Append the offspring of type i of the event at place `of`; `u` and `name` are the first draw for them."""
    mean, day, parent = offspring.mean[i, now.kind[of]], now.day[of], now.name[of]
    n, total = 0, unit_exponential(u)
    while total < mean and not (_is_overfull(now) or _is_overfull(later)):
        when = day + offspring_delay(total / mean, offspring.decay[i])
        if when <= end:
            _append(now, when, i, name)
        else:
            _append(later, when, i, name)
        n += 1
        u, name = uniform_and_name(offspring.key[i], fate, parent, n)
        total += unit_exponential(u) if total + u < mean else np.inf  # as in `_immigrants`


@rule
def _draw_offspring(
    count: int, offspring: Offspring, end: float, fate: int, now: EventList, later: EventList, lanes: Lanes
) -> None:
    """Append the offspring of the events, and of the types, that the first `count` lanes name."""
    draw_lanes(lanes, count, fate)
    for k in range(count):
        of, i = lanes.tag[k] // offspring.key.shape[0], lanes.tag[k] % offspring.key.shape[0]
        if lanes.uniform[k] < offspring.mean[i, now.kind[of]]:  # else nor is its exponential, and there are none
            _offspring(of, i, offspring, end, fate, lanes.uniform[k], lanes.name[k], now, later)


@inline_part
def _next_generation(
    first: int, offspring: Offspring, end: float, fate: int, now: EventList, later: EventList, lanes: Lanes
) -> int:
    """Append the offspring of the events from place `first` on; returns the place of the first of them."""
    last, types, count = min(now.size[0], now.day.shape[0]), offspring.key.shape[0], 0
    for of in range(first, last):
        for i in range(types):
            if offspring.mean[i, now.kind[of]] > 0.0:
                lanes.key[count], lanes.step[count] = offspring.key[i], now.name[of]
                lanes.sub[count] = np.uint64(0)
                lanes.tag[count] = of * types + i
                count += 1
                if count == lanes.key.shape[0]:
                    _draw_offspring(count, offspring, end, fate, now, later, lanes)
                    count = 0
    if count > 0:
        _draw_offspring(count, offspring, end, fate, now, later, lanes)
    return last


@rule
def draw_window(
    start: float,
    end: float,
    surge_start: float,
    base: Floats,
    surge_rate: Floats,
    offspring: Offspring,
    scripted_type: Ints,
    scripted_day: Floats,
    scripted_keys: Keys64,
    keys: Keys64,
    fate: int,
    step: int,
    now: EventList,
    later: EventList,
    lanes: Lanes,
) -> int:
    """Draw the incidents of T types in a window of time.

    The n-th immigrant of type i, from 0, lies where the cumulated base rate reaches a sum of unit exponentials drawn at
    (keys[i], fate, step, n); starting anew in each step changes no law, the exponential being memoryless. The offspring
    of an event lie likewise in the cumulated rate of its offspring, drawn at (offspring.key[i], fate, the event's name,
    n). An event's name is the random word beside its own uniform, and the key of a scripted one.

    Parameters
    ----------
    start, end : float
        The window (start, end], in days.
    surge_start : float
        Day from which the surge raises the base rate; no surge where it is not before `end`.
    base, surge_rate : (T,) float
        Base rate a day before and during the surge. The surge raises the base rate only, not the offspring.
    offspring : Offspring
        Numbers, delays and streams of offspring.
    scripted_type, scripted_day, scripted_keys : (n,) int, float, uint64
        Scripted events by day, ascending. They occur besides the random ones and have offspring like them; those
        outside the window are passed over.
    keys : (T,) uint64
        Keys of the streams of immigrants.
    fate, step : int
        Fate index and planned step: the address of the draws.
    now : EventList
        Receives the incidents of the window, in the order in which they were drawn, not of time.
    later : EventList
        On entry, events set off earlier that are still to come, all after `start`; on return, all after `end`.
    lanes : Lanes
        Work space from `create_window_lanes`.

    Returns
    -------
    int
        Number of incidents, or -1 where a list is too short for them.

    References
    ----------
    Hawkes & Oakes 1974, "A cluster process representation of a self-exciting process", Journal of Applied Probability
    11:493.
    """
    types, surge_day = base.shape[0], min(max(surge_start, start), end)
    _move_due(end, now, later)
    _draw_ahead(keys, fate, step, lanes)
    for i in range(types):
        if base[i] > 0.0 or surge_rate[i] > 0.0:
            _immigrants(i, start, surge_day, end, base[i], surge_rate[i], keys[i], fate, step, now, lanes)
    for k in range(scripted_day.shape[0]):
        if start < scripted_day[k] <= end:
            _append(now, scripted_day[k], scripted_type[k], scripted_keys[k])
    first = 0
    while first < min(now.size[0], now.day.shape[0]):
        first = _next_generation(first, offspring, end, fate, now, later, lanes)
    return -1 if _is_overfull(now) or _is_overfull(later) else now.size[0]


def spectral_radius(branching: Floats) -> float:
    """Return the largest modulus of an eigenvalue of a branching matrix; for the check of a scenario only.

    Below 1 the process is stationary: an incident sets off finitely many others.

    Parameters
    ----------
    branching : (T, T) float
        Mean number of direct offspring.

    Returns
    -------
    float
        Spectral radius, at least 0.

    References
    ----------
    Hawkes 1971, "Spectra of some self-exciting and mutually exciting point processes", Biometrika 58:83.
    """
    if branching.size == 0:
        return 0.0
    return float(np.abs(np.linalg.eigvals(branching)).max())
