"""Coordinate ascent of the log Nash product of several parties over the pieces of a basket.

The log product is a smooth function g of the surpluses s_i, each a sum over issues of concave functions. Its
directional derivatives are then sums over the issues, Σ_k Σ_i g_i · u_ik'(x_k; h_k): a point that no single issue can
improve is optimal, kinks notwithstanding, so coordinate ascent cannot stall (Tseng 2001, J. Optim. Theory Appl.
109:475).
"""

from __future__ import annotations

import numpy as np

from sim.core.jit import inline_part
from sim.core.layout import Floats
from sim.solvers.piecewise import SAME, CoalitionWork

_SWEEPS = 200  # most sweeps over the issues; a handful is usual
_SMALLEST_MOVE = 1e-13  # largest move of a sweep at which the ascent ends
_FLAT = 1e-13  # a directional derivative this small against its terms is rounding
_STEPS = 60  # most steps of a line search
_ROUNDING = 1e-14  # of a line search, against its length
_RIDGE = 1e-12  # keeps the equations of issues that are exact substitutes solvable


@inline_part
def _rise(count: int, work: CoalitionWork) -> float:
    """Return the rise of the log product per unit of a step along `work.drift`; 0 where it is only rounding."""
    rise, size = 0.0, 0.0
    for m in range(count):
        term = work.power[m] * work.drift[m] / work.surplus[m]
        rise += term
        size += abs(term)
    return rise if rise > _FLAT * size else 0.0


@inline_part
def _search_line(limit: float, count: int, work: CoalitionWork) -> float:
    """Find where in (0, limit] the log product is greatest along `work.drift`, along which it rises at first.

    The root of 1/G - 1/L with G what the gainers' logs rise by and L what the losers' fall by: each of the two is a
    straight line for one gainer and one loser and nearly so for more, so Newton's iteration ends in a few steps; kept
    between bounds, and short of where a surplus ends.
    """
    step, below, above, moving, steps_left = 0.0, 0.0, limit, True, _STEPS
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
    while moving and steps_left > 0:
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
        steps_left -= 1
    return step


@inline_part
def _move_issue(k: int, sign: float, count: int, work: CoalitionWork, x: Floats) -> None:
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
        moving = _rise(count, work) > 0.0
        if moving:
            end = edges[k, j + 1] if sign > 0.0 else edges[k, j]
            limit = abs(end - x[k])
            step = _search_line(limit, count, work)
            for m in range(count):
                work.surplus[m] += step * work.drift[m]
            moving = step >= limit
            x[k] = end if moving else x[k] + sign * step
            j += 1 if sign > 0.0 else -1
            moving = moving and 0 <= j < pieces


@inline_part
def _sweep(count: int, issues: int, work: CoalitionWork, x: Floats) -> float:
    """Set each issue in turn to its best given the others; returns the largest move."""
    largest = 0.0
    for k in range(issues):
        before = x[k]
        _move_issue(k, 1.0, count, work, x)
        if x[k] == before:
            _move_issue(k, -1.0, count, work, x)
        largest = max(largest, abs(x[k] - before))
    return largest


@inline_part
def _list_free_issues(issues: int, work: CoalitionWork, x: Floats) -> int:
    """List the issues that stand inside a piece (`names`: issue, `flipped`: piece row); returns how many."""
    free, stride = 0, work.slopes.shape[1]
    for k in range(issues):
        for j in range(work.pieces[k]):
            if work.edges[k, j] + SAME < x[k] < work.edges[k, j + 1] - SAME:
                work.names[free], work.flipped[free] = k, k * stride + j
                free += 1
    return free


@inline_part
def _solve_newton(free: int, count: int, work: CoalitionWork) -> None:
    """Compute Newton's direction for the free issues together, into `lengths`: (-H + a trace of ridge)·h = gradient."""
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
        reciprocal = 1.0 / a[f, f]
        for e in range(f + 1, free):
            factor = a[e, f] * reciprocal
            for g in range(f, free + 1):
                a[e, g] -= factor * a[f, g]
    for f in range(free - 1, -1, -1):
        total = a[f, free]
        for g in range(f + 1, free):
            total -= a[f, g] * work.lengths[g]
        work.lengths[f] = total / a[f, f]


@inline_part
def _move_jointly(count: int, issues: int, work: CoalitionWork, x: Floats) -> None:
    """Move the issues inside their pieces jointly: sweeps alone are slow where two issues are near substitutes."""
    free = _list_free_issues(issues, work, x)
    if free > 1:
        _solve_newton(free, count, work)
        stride, limit, first = work.slopes.shape[1], np.inf, -1
        for m in range(count):
            work.drift[m] = 0.0
        for f in range(free):
            k, row, h = work.names[f], work.flipped[f], work.lengths[f]
            end = work.edges[k, row - k * stride + (1 if h > 0.0 else 0)]
            length = (end - x[k]) / h if h != 0.0 else np.inf
            first = f if length < limit else first
            limit = min(limit, length)
            for m in range(count):
                work.drift[m] += h * work.slopes[row, m]
        if first >= 0 and _rise(count, work) > 0.0:
            step = _search_line(limit, count, work)
            for m in range(count):
                work.surplus[m] += step * work.drift[m]
            for f in range(free):
                x[work.names[f]] += step * work.lengths[f]
            if step >= limit:
                k, row = work.names[first], work.flipped[first]
                x[k] = work.edges[k, row - k * stride + (1 if work.lengths[first] > 0.0 else 0)]


@inline_part
def ascend(count: int, issues: int, work: CoalitionWork, x: Floats) -> None:
    """Move a point to the greatest log product.

    Parameters
    ----------
    count, issues : int
        Number of members and of issues.
    work : CoalitionWork
        Pieces of the basket, and in `surplus` the members' surpluses at the point, all above 0.
    x : (n,) float
        The point, on entry and on return.
    """
    sweeps_left = _SWEEPS
    while sweeps_left > 0:
        sweeps_left -= 1
        if _sweep(count, issues, work, x) <= _SMALLEST_MOVE:
            sweeps_left = 0
        else:
            _move_jointly(count, issues, work, x)
