"""Incidents between two planned rounds: a multivariate Hawkes process, and what an incident does.

Type i occurs at the rate base_i + excitation_i; each event of type j raises excitation_i by excite[i, j], which then
decays at decay_i a day (Hawkes 1971, Biometrika 58:83; exponential kernel). Event times are exact: the next one falls
where the type's own compensator has used up a unit exponential (time rescaling: Ogata 1981; Daley & Vere-Jones 2003,
theorem 7.4.I). A type is touched only by events that excite it, so an idle further type changes nothing to the bit.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.compiled import rule
from sim.draws import uniform, unit_exponential
from sim.rules.inlined import part
from sim.rules.waiting import bound, day_of_next
from sim.rules.waiting import wait as wait

IncidentWork: TypeAlias = NDArray[np.float64]
"""Scratch of `window`, one column a type; nothing in it outlives a call."""

# Its rows: day at which budget and excitation hold; what is left of the type's exponential (negative: none
# pending); day of its next event or a bound below it; 1 where that is the day; exponentials drawn in this
# step; base rate.
_SINCE, _BUDGET, _DUE, _SURE, _DRAWN, _RATE = range(6)
_ROWS = 6


def incident_work(types: int) -> IncidentWork:
    """Scratch for `window` with that many incident types; not a rule, for rules make no arrays."""
    return np.zeros((_ROWS, types))


@part
def _elapsed(days: float, budget: float, rate: float, excitation: float, decay: float) -> tuple[float, float]:
    """Budget and excitation of a type after some days without an event that touches it."""
    if excitation <= 0.0:
        return max(budget - rate * days, 0.0), 0.0
    fading = excitation * math.exp(-decay * days)
    return max(budget - rate * days - (excitation - fading) * (1.0 / decay), 0.0), fading


@part
def _pass(i: int, day: float, decay: float, excitation: NDArray[np.float64], work: IncidentWork) -> None:
    """Bring type i forward to a day that is not the day of its own event."""
    budget = work[_BUDGET, i]
    left, excitation[i] = _elapsed(day - work[_SINCE, i], budget, work[_RATE, i], excitation[i], decay)
    if budget >= 0.0:
        work[_BUDGET, i] = left
    work[_SINCE, i] = day


@part
def _spend(i: int, day: float, decay: float, excitation: NDArray[np.float64], work: IncidentWork) -> None:
    """Bring type i to the day of its own event, where its exponential is spent.

    All of the budget is used up there, by the base rate and by what the excitation lost: (e - fading)/decay.
    """
    if excitation[i] > 0.0:
        by_excitation = work[_BUDGET, i] - work[_RATE, i] * (day - work[_SINCE, i])
        excitation[i] = max(excitation[i] - max(by_excitation, 0.0) * decay, 0.0)
    work[_BUDGET, i] = -1.0
    work[_SINCE, i] = day


@part
def _aim(
    i: int,
    upto: float,
    decay: float,
    excitation: float,
    key: np.uint64,
    fate: int,
    step: int,
    work: IncidentWork,
) -> None:
    """Set the next day of type i after its state changed, drawing its next exponential if none is pending."""
    rate, budget = work[_RATE, i], work[_BUDGET, i]
    if budget < 0.0 and (rate > 0.0 or excitation > 0.0):
        budget = unit_exponential(uniform(key, fate, step, int(work[_DRAWN, i])))
        work[_BUDGET, i] = budget
        work[_DRAWN, i] += 1.0
    work[_DUE, i] = np.inf if budget < 0.0 else bound(work[_SINCE, i], upto, budget, rate, excitation, decay)
    work[_SURE, i] = 0.0 if excitation > 0.0 else 1.0


@part
def _soonest(upto: float, types: int, work: IncidentWork) -> int:
    """The type whose own event, or the bound below it, comes first; -1 if all come after `upto`."""
    first, day = -1, np.inf
    for i in range(types):
        due = work[_DUE, i]
        first = i if due < day else first
        day = due if due < day else day
    return first if day <= upto else -1


@part
def _next_type(upto: float, decay: NDArray[np.float64], excitation: NDArray[np.float64], work: IncidentWork) -> int:
    """The type whose next own event comes first, or -1 if none comes by `upto`.

    A bound suffices to rule a type out; only a type whose bound is the least is solved for.
    """
    first = _soonest(upto, decay.shape[0], work)
    while first >= 0 and work[_SURE, first] <= 0.0:
        since, low, budget = work[_SINCE, first], work[_DUE, first], work[_BUDGET, first]
        work[_DUE, first] = day_of_next(since, low, budget, work[_RATE, first], excitation[first], decay[first])
        work[_SURE, first] = 1.0
        first = _soonest(upto, decay.shape[0], work)
    return first


@part
def _stretch(
    upto: float,
    decay: NDArray[np.float64],
    excite: NDArray[np.float64],
    excitation: NDArray[np.float64],
    scripted_type: NDArray[np.int64],
    scripted_day: NDArray[np.float64],
    n_scripted: int,
    cursor: int,
    keys: NDArray[np.uint64],
    fate: int,
    step: int,
    times: NDArray[np.float64],
    types: NDArray[np.int64],
    count: int,
    work: IncidentWork,
) -> tuple[int, int]:
    """Events up to and including `upto` at constant base rates; returns the new count (-1: full) and script cursor."""
    for i in range(decay.shape[0]):
        _aim(i, upto, decay[i], excitation[i], keys[i], fate, step, work)
    going = True
    while going:
        j = _next_type(upto, decay, excitation, work)
        own = j
        day = work[_DUE, j] if j >= 0 else np.inf
        if cursor < n_scripted and scripted_day[cursor] <= min(day, upto):
            j, own, day = scripted_type[cursor], -1, scripted_day[cursor]
            cursor += 1
        going = j >= 0 and count < times.shape[0]
        if going:
            times[count], types[count] = day, j
            count += 1
            for i in range(decay.shape[0]):
                if i == own or excite[i, j] > 0.0:
                    if i == own:
                        _spend(i, day, decay[i], excitation, work)
                    else:
                        _pass(i, day, decay[i], excitation, work)
                    excitation[i] += excite[i, j]
                    _aim(i, upto, decay[i], excitation[i], keys[i], fate, step, work)
        elif j >= 0:
            count = -1
    return count, cursor


@rule
def window(
    start: float,
    end: float,
    surge_start: float,
    base: NDArray[np.float64],
    surged: NDArray[np.float64],
    decay: NDArray[np.float64],
    excite: NDArray[np.float64],
    excitation: NDArray[np.float64],
    scripted_type: NDArray[np.int64],
    scripted_day: NDArray[np.float64],
    n_scripted: int,
    keys: NDArray[np.uint64],
    fate: int,
    step: int,
    times: NDArray[np.float64],
    types: NDArray[np.int64],
    work: IncidentWork,
) -> int:
    """Incidents of T types in (start, end], days; returns their number, or -1 where `times` is too short for them.

    base, surged (T,): base rate per day before and from `surge_start` on (no surge: surge_start ≥ end); the surge
    multiplies the base rate only. decay (T,) > 0 per day, of the excitation of the type itself. excite (T, T): rise of
    type i's intensity per day at an event of type j = expected direct offspring × decay[i], ≥ 0. excitation (T,), in
    and out: residual excitation per day at `start`, then at `end`.

    Scripted events, by day ascending in the first `n_scripted` places, occur besides the random ones and excite alike;
    those outside (start, end] are passed over.

    Draws: type i's n-th own exponential in this step, n from 0, is uniform(keys[i], fate, step, n); what was left of
    one at the end of a step is redrawn in the next, which changes no law, the exponential being memoryless.

    Output in `times`, `types` (at least as long as there are events), in order of time. `work` from `incident_work`.
    """
    for i in range(base.shape[0]):
        work[_SINCE, i] = start
        work[_BUDGET, i] = -1.0
        work[_DRAWN, i] = 0.0
    cursor = 0
    while cursor < n_scripted and scripted_day[cursor] <= start:
        cursor += 1
    count = 0
    turn = start if surge_start <= start else min(surge_start, end)
    for half in range(2):
        upto = turn if half == 0 else end
        for i in range(base.shape[0]):
            work[_RATE, i] = base[i] if half == 0 else surged[i]
        if count >= 0 and upto > (start if half == 0 else turn):
            count, cursor = _stretch(
                upto, decay, excite, excitation, scripted_type, scripted_day, n_scripted, cursor,
                keys, fate, step, times, types, count, work,
            )  # fmt: skip
            for i in range(base.shape[0]):
                if upto == end or surged[i] != base[i]:
                    _pass(i, upto, decay[i], excitation, work)
    return count


@rule
def trust_after(trust: float, effect: float, attribution: float, severity: float) -> float:
    """Trust in a party after an incident blamed on it in part: it falls by effect · attribution · severity · trust.

    All arguments and the result in [0, 1] (never below 0, whatever the effect).
    """
    return max(trust - effect * attribution * severity * trust, 0.0)


@rule
def kept(days: float, memory: float) -> float:
    """The share of an amount that is left after some days: e^(-days/memory), memory > 0 in days."""
    return math.exp(-days / memory)


def spectral_radius(branching: NDArray[np.float64]) -> float:
    """Largest modulus of an eigenvalue of the branching matrix (T, T) of expected direct offspring.

    Below 1 the process is stationary: an incident sets off finitely many others (Hawkes 1971). For validation only.
    """
    if branching.size == 0:
        return 0.0
    return float(np.abs(np.linalg.eigvals(branching)).max())
