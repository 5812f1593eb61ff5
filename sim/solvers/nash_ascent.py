"""Ascent of the log Nash product of several parties over the pieces of a basket.

The log product is a smooth function g of the surpluses s_i, each a sum over issues of concave functions. Its
directional derivatives are then sums over the issues, Σ_k Σ_i g_i · u_ik'(x_k; h_k): a point that no single issue can
improve is optimal, kinks notwithstanding, so coordinate ascent cannot stall (Tseng 2001, J. Optim. Theory Appl.
109:475).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.solvers.inline import part
from sim.solvers.piecewise import SAME, CoalitionWork

_SWEEPS = 200  # most sweeps over the issues; a handful is usual
_STILL = 1e-13  # largest move of a sweep at which the ascent ends
_FLAT = 1e-13  # a directional derivative this small against its terms is rounding
_STEPS = 60  # most steps of a line search
_ROUNDING = 1e-14  # of a line search, against its length
_RIDGE = 1e-12  # keeps the equations of issues that are exact substitutes solvable


@part
def _gain(count: int, work: CoalitionWork) -> float:
    """Rise of the log product per unit of a step along `work.drift`; 0 where it is nothing but rounding."""
    rise, size = 0.0, 0.0
    for m in range(count):
        term = work.power[m] * work.drift[m] / work.surplus[m]
        rise += term
        size += abs(term)
    return rise if rise > _FLAT * size else 0.0


@part
def _along(limit: float, count: int, work: CoalitionWork) -> float:
    """Where in (0, limit] the log product is greatest along `work.drift`, along which it rises at first.

    The root of 1/G - 1/L with G what the gainers' logs rise by and L what the losers' fall by: each of the two is a
    straight line for one gainer and one loser and nearly so for more, so Newton's iteration ends in a few steps; kept
    between bounds, and short of where a surplus ends.
    """
    step, below, above, moving, left = 0.0, 0.0, limit, True, _STEPS
    for m in range(count):
        if work.surplus[m] + limit * work.drift[m] <= 0.0:
            above = min(above, -work.surplus[m] / work.drift[m])
    at_limit = above == limit
    if at_limit:
        rise = 0.0
        for m in range(count):
            rise += work.power[m] * work.drift[m] / (work.surplus[m] + limit * work.drift[m])
        moving = rise < 0.0
        step = step if moving else limit
    while moving and left > 0:
        up, up2, down, down2 = 0.0, 0.0, 0.0, 0.0
        for m in range(count):
            ratio = work.drift[m] / (work.surplus[m] + step * work.drift[m])
            term = work.power[m] * ratio
            if ratio > 0.0:
                up += term
                up2 += term * ratio
            else:
                down -= term
                down2 += term * ratio
        below, above = (step, above) if up > down else (below, step)
        change = (1.0 / down - 1.0 / up) / (up2 / (up * up) + down2 / (down * down))
        old, step = step, step + change
        if not below < step < above:
            step = 0.5 * (below + above) if abs(change) > _ROUNDING * limit else old
        moving = abs(step - old) > _ROUNDING * limit
        left -= 1
    return step


@part
def _walk(k: int, sign: float, count: int, work: CoalitionWork, x: NDArray[np.float64]) -> None:
    """Move issue k up (sign 1) or down (-1), over kinks, for as long as the log product rises."""
    stride, pieces, edges = work.slopes.shape[1], work.pieces[k], work.edges
    j = 0 if sign > 0.0 else pieces - 1
    while sign > 0.0 and j < pieces and edges[k, j + 1] <= x[k]:
        j += 1
    while sign < 0.0 and j >= 0 and edges[k, j] >= x[k]:
        j -= 1
    moving = 0 <= j < pieces
    while moving:
        for m in range(count):
            work.drift[m] = sign * work.slopes[k * stride + j, m]
        moving = _gain(count, work) > 0.0
        if moving:
            end = edges[k, j + 1] if sign > 0.0 else edges[k, j]
            limit = abs(end - x[k])
            step = _along(limit, count, work)
            for m in range(count):
                work.surplus[m] += step * work.drift[m]
            moving = step >= limit
            x[k] = end if moving else x[k] + sign * step
            j += 1 if sign > 0.0 else -1
            moving = moving and 0 <= j < pieces


@part
def _sweep(count: int, issues: int, work: CoalitionWork, x: NDArray[np.float64]) -> float:
    """Set each issue in turn to its best given the others; returns the largest move."""
    largest = 0.0
    for k in range(issues):
        before = x[k]
        _walk(k, 1.0, count, work, x)
        if x[k] == before:
            _walk(k, -1.0, count, work, x)
        largest = max(largest, abs(x[k] - before))
    return largest


@part
def _inside(issues: int, work: CoalitionWork, x: NDArray[np.float64]) -> int:
    """List the issues that stand inside a piece (`names`: issue, `flipped`: piece row); returns how many."""
    free, stride = 0, work.slopes.shape[1]
    for k in range(issues):
        for j in range(work.pieces[k]):
            if work.edges[k, j] + SAME < x[k] < work.edges[k, j + 1] - SAME:
                work.names[free], work.flipped[free] = k, k * stride + j
                free += 1
    return free


@part
def _newton(free: int, count: int, work: CoalitionWork) -> None:
    """Newton's direction for the free issues together, into `drawn`: (-H + a trace of ridge)·h = gradient."""
    a, slopes = work.normal, work.slopes
    ridge = 0.0
    for f in range(free):
        row = work.flipped[f]
        for g in range(free + 1):
            a[f, g] = 0.0
        for m in range(count):
            lean = work.power[m] * slopes[row, m] / work.surplus[m]
            a[f, free] += lean
            for g in range(free):
                a[f, g] += lean * slopes[work.flipped[g], m] / work.surplus[m]
        ridge = max(ridge, a[f, f])
    for f in range(free):
        a[f, f] += ridge * _RIDGE
    for f in range(free):
        per = 1.0 / a[f, f]
        for e in range(f + 1, free):
            factor = a[e, f] * per
            for g in range(f, free + 1):
                a[e, g] -= factor * a[f, g]
    for f in range(free - 1, -1, -1):
        total = a[f, free]
        for g in range(f + 1, free):
            total -= a[f, g] * work.drawn[g]
        work.drawn[f] = total / a[f, f]


@part
def _together(count: int, issues: int, work: CoalitionWork, x: NDArray[np.float64]) -> None:
    """Move the issues inside their pieces jointly: the sweeps alone creep where two issues are near substitutes."""
    free = _inside(issues, work, x)
    if free > 1:
        _newton(free, count, work)
        stride, limit, first = work.slopes.shape[1], np.inf, -1
        for m in range(count):
            work.drift[m] = 0.0
        for f in range(free):
            k, row, h = work.names[f], work.flipped[f], work.drawn[f]
            end = work.edges[k, row - k * stride + (1 if h > 0.0 else 0)]
            room = (end - x[k]) / h if h != 0.0 else np.inf
            first = f if room < limit else first
            limit = min(limit, room)
            for m in range(count):
                work.drift[m] += h * work.slopes[row, m]
        if first >= 0 and _gain(count, work) > 0.0:
            step = _along(limit, count, work)
            for m in range(count):
                work.surplus[m] += step * work.drift[m]
            for f in range(free):
                x[work.names[f]] += step * work.drawn[f]
            if step >= limit:
                k, row = work.names[first], work.flipped[first]
                x[k] = work.edges[k, row - k * stride + (1 if work.drawn[first] > 0.0 else 0)]


@part
def ascend(count: int, issues: int, work: CoalitionWork, x: NDArray[np.float64]) -> None:
    """From a point x where all surpluses are positive (and in `work.surplus`) to the greatest log product."""
    left = _SWEEPS
    while left > 0:
        left -= 1
        if _sweep(count, issues, work, x) <= _STILL:
            left = 0
        else:
            _together(count, issues, work, x)
