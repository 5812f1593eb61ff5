"""How long until the next event of a type whose intensity is a base rate plus a decaying excitation.

Its compensator over x decay times is a·x + e·(1 - e^-x), with a the base rate and e the excitation times the decay
time; the wait is where it reaches a unit exponential (time rescaling: Ogata 1981; Daley & Vere-Jones 2003, theorem
7.4.I).
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import rule
from sim.rules.inlined import part

_MOST_STEPS = 50
_ROUNDING = 1e-16


@part
def least(budget: float, a: float, e: float) -> float:
    """A bound below the root x of a·x + e·(1 - e^-x) = budget, for e > 0, without a transcendental function.

    From 1 - e^-x ≤ x/(1 + x/2), which leaves a quadratic, and 1 - e^-x ≤ 1.
    """
    if a <= 0.0 and budget >= e:
        return np.inf
    q = a + e - 0.5 * budget
    size = math.sqrt(q * q + 2.0 * a * budget)
    if q > 0.0:
        x = 2.0 * budget / (q + size)
    else:
        x = (size - q) / a if a > 0.0 else 0.0
    return max(x, (budget - e) / a) if a > 0.0 else x


@part
def root(x: float, budget: float, a: float, e: float) -> float:
    """The root x of a·x + e·(1 - e^-x) = budget, from a point at or left of it, to rounding error.

    Halley's form of Newton's iteration (step g·f'/(f'² - g·f''/2)), of third order: mostly two steps. It ends when the
    error left by the step just made, at most |step|³·(bend² + bend/3), is below rounding.
    """
    for _ in range(_MOST_STEPS):
        bending = 0.5 * e * math.exp(-x)
        slope = a + 2.0 * bending
        short = budget - a * x - (e - 2.0 * bending)
        curb = slope * slope - short * bending
        step = short * slope / curb if curb > 0.5 * slope * slope else 2.0 * short / slope
        x += step
        bend = bending / slope
        if abs(step * step * step) * bend * (bend + 0.34) <= _ROUNDING * x or abs(step) <= 8.0 * _ROUNDING * x:
            return x
    return x


@rule
def wait(budget: float, base: float, excitation: float, decay: float) -> float:
    """Days Δ until the compensator base·Δ + (excitation/decay)·(1 - e^(-decay·Δ)) reaches `budget` > 0.

    Rates per day, decay > 0; exact to rounding (about 1e-16/decay days). Infinite where the budget is never used up.
    """
    if excitation <= 0.0:
        return budget / base if base > 0.0 else np.inf
    if base <= 0.0:
        return -math.log1p(-budget * decay / excitation) / decay if budget * decay < excitation else np.inf
    a, e = base / decay, excitation / decay
    return root(least(budget, a, e), budget, a, e) / decay


@part
def bound(since: float, upto: float, budget: float, rate: float, excitation: float, decay: float) -> float:
    """A bound below the day of a type's next event (that day itself without excitation), infinite if beyond `upto`."""
    if excitation <= 0.0:
        return since + budget / rate if budget <= rate * (upto - since) else np.inf
    memory = 1.0 / decay  # known early, so that no division waits for the excitation
    e = excitation * memory
    if budget > rate * (upto - since) + e:
        return np.inf
    return since + least(budget, rate * memory, e) * memory


@part
def day_of_next(since: float, low: float, budget: float, rate: float, excitation: float, decay: float) -> float:
    """The day of a type's next event, from a bound below it; for a type with excitation."""
    if rate <= 0.0:
        return since + wait(budget, rate, excitation, decay)
    memory = 1.0 / decay
    return since + root((low - since) * decay, budget, rate * memory, excitation * memory) * memory
