"""Three or more parties, one basket: the Nash solution, the egalitarian value and the salience-weighted compromise.

Utilities are salience-weighted means of min(1, (x - r)/(d - r)), without a lower clip. `piecewise` divides the issues,
`simplex` solves the linear programme, `nash_ascent` maximises the log product. Right for two parties too, where
`two_party` is shorter.
"""

from __future__ import annotations

import numpy as np

from sim.core.jit import EPS, inline_part, rule
from sim.core.layout import Floats, Ints
from sim.solvers.nash_ascent import ascend
from sim.solvers.piecewise import CoalitionWork as CoalitionWork
from sim.solvers.piecewise import coalition_work as coalition_work
from sim.solvers.piecewise import divide_basket, move_to
from sim.solvers.simplex import maximise

_NEAR = 1e-3  # a surplus below which the ascent had better start elsewhere


@inline_part
def _build_programme(count: int, issues: int, work: CoalitionWork) -> tuple[int, int]:
    """Build the dictionary of: maximise t, surplus of every member ≥ t, with a length of every piece; rows and columns.

    The utilities being concave, pieces filled out of order only understate them. At the start no length is used, t is
    the least surplus, and that member's row, from which t never leaves, serves as the objective.
    """
    least, columns, stride = 0, 0, work.slopes.shape[1]
    for m in range(count):
        least = m if work.surplus[m] < work.surplus[least] else least
    rows = count - 1
    for k in range(issues):
        for j in range(work.pieces[k]):
            objective = work.slopes[k * stride + j, least]
            for m in range(count):
                if m != least:
                    row = m if m < least else m - 1
                    work.tableau[row, columns] = work.slopes[k * stride + j, m] - objective
            work.tableau[rows, columns] = objective
            work.width[columns] = work.edges[k, j + 1] - work.edges[k, j]
            work.names[rows + columns] = columns
            columns += 1
    for m in range(count):
        row = m if m < least else m - 1
        if m != least:
            work.tableau[row, columns] = 1.0
            work.tableau[row, columns + 1] = work.surplus[m] - work.surplus[least]
            work.names[row] = columns + 1 + row
        work.width[columns + m] = np.inf
    work.names[rows + columns] = columns
    work.tableau[rows, columns] = -1.0
    work.tableau[rows, columns + 1] = work.surplus[least]
    for v in range(columns + count):
        work.flipped[v] = 0
    return rows, columns + 1


@inline_part
def _solve_egalitarian(count: int, issues: int, work: CoalitionWork, out: Floats) -> float:
    """Solve the programme: the greatest least surplus, and a package that attains it."""
    rows, columns = _build_programme(count, issues, work)
    t = maximise(rows, columns, work.tableau, work.width, work.names, work.flipped)
    for v in range(columns - 1):
        work.lengths[v] = work.width[v] if work.flipped[v] != 0 else 0.0
    for i in range(rows):
        v = work.names[i]
        if v < columns - 1:
            used = work.tableau[i, columns]
            work.lengths[v] = work.width[v] - used if work.flipped[v] != 0 else used
    v = 0
    for k in range(issues):
        x = work.edges[k, 0]
        for _ in range(work.pieces[k]):
            x += work.lengths[v]
            v += 1
        out[k] = min(max(x, work.edges[k, 0]), work.edges[k, work.pieces[k]])
    return t


@rule
def max_min_many(
    d: Floats,
    r: Floats,
    w: Floats,
    floors: Floats,
    red: Ints,
    member: Ints,
    work: CoalitionWork,
    out: Floats,
) -> float:
    """Find the package that maximises the least `U_i - F_i` among the members, exactly, by a linear programme.

    No red line is crossed. At or above 0 there is a zone of agreement.

    Parameters
    ----------
    d, r, w, red : (P, n) float, float, float, int
        Demands and reservation values in [0, 1], saliences (at least 0), and 1 on red-line issues, of all parties.
    floors : (P,) float
        Their floors, in utility.
    member : (P,) int
        1 for parties that take part; at least one does.
    work : CoalitionWork
        Work space.
    out : (n,) float
        Receives the package.

    Returns
    -------
    float
        The maximum, in utility; -inf where red lines clash on an issue, and `out` is then no solution.
    """
    count, fits = divide_basket(d, r, w, floors, red, member, work)
    t = _solve_egalitarian(count, d.shape[1], work, out)
    return t if fits else -np.inf


@rule
def compromise(d: Floats, w: Floats, member: Ints, out: Floats) -> None:
    """Compute the salience-weighted mean demand of the members on each issue; the plain mean where no member cares.

    Parameters
    ----------
    d, w : (P, n) float
        Demands in [0, 1] and saliences (at least 0) of all parties.
    member : (P,) int
        1 for parties that take part; at least one does.
    out : (n,) float
        Receives the package.

    References
    ----------
    Van den Bos 1991, Dutch EC Policy Making (the compromise model).
    """
    for k in range(d.shape[1]):
        total, weight, plain, count = 0.0, 0.0, 0.0, 0.0
        for i in range(d.shape[0]):
            if member[i] != 0:
                total += w[i, k] * d[i, k]
                weight += w[i, k]
                plain += d[i, k]
                count += 1.0
        out[k] = total / weight if weight > 0.0 else plain / count


@inline_part
def _is_beyond_reach(count: int, issues: int, work: CoalitionWork) -> bool:
    """Whether a sum shows that no package gives all members their floors; where it does not, there may be none either.

    The surpluses of those who fall short at the point in hand add up to most where every piece that raises the sum is
    used in full. If that is below 0, one of them falls short at every package, and no programme need be solved.
    `work.drift` holds the surpluses at the lower ends of the issues.
    """
    most, short = 0.0, 0
    for m in range(count):
        if work.surplus[m] < _NEAR:
            most += work.drift[m]
            short += 1
    stride = work.slopes.shape[1]
    for k in range(issues):
        for j in range(work.pieces[k]):
            rise = 0.0
            for m in range(count):
                if work.surplus[m] < _NEAR:
                    rise += work.slopes[k * stride + j, m]
            if rise > 0.0:
                most += rise * (work.edges[k, j + 1] - work.edges[k, j])
    return most < -2.0 * EPS * short


@rule
def nash_many(
    d: Floats,
    r: Floats,
    w: Floats,
    floors: Floats,
    red: Ints,
    power: Floats,
    member: Ints,
    work: CoalitionWork,
    out: Floats,
) -> bool:
    """Find the package that maximises `Π (U_i - F_i)^power_i` over the members, to 1e-9; no red line is crossed.

    Coordinate ascent from the salience-weighted compromise or, where that leaves a member near or below its floor, from
    the egalitarian package. Where several packages give the same utilities, earlier issues move first.

    Parameters
    ----------
    d, r, w, red : (P, n) float, float, float, int
        Demands and reservation values in [0, 1], saliences (at least 0), and 1 on red-line issues, of all parties.
    floors : (P,) float
        Their floors, in utility.
    power : (P,) float
        Weights in the product, above 0.
    member : (P,) int
        1 for parties that take part; at least one does.
    work : CoalitionWork
        Work space.
    out : (n,) float
        Receives the package.

    Returns
    -------
    bool
        False where red lines clash or no package leaves all at or above their floors (to EPS); `out` is then no
        solution.

    References
    ----------
    Nash 1950, "The Bargaining Problem", Econometrica 18.
    Kalai 1977, "Nonsymmetric Nash Solutions and Replications of 2-Person Bargaining", International Journal of Game
    Theory 6 (on weights).
    """
    issues = d.shape[1]
    count, fits = divide_basket(d, r, w, floors, red, member, work)
    compromise(d, w, member, out)
    for m in range(count):
        work.power[m] = power[work.members[m]]
        work.drift[m] = work.surplus[m]
    for k in range(issues):
        out[k] = min(max(out[k], work.edges[k, 0]), work.edges[k, work.pieces[k]])
    least = move_to(count, issues, work, out)
    if least < _NEAR:
        if _is_beyond_reach(count, issues, work):
            return False
        for m in range(count):
            work.surplus[m] = work.drift[m]
        least = _solve_egalitarian(count, issues, work, out)
        move_to(count, issues, work, out)
    if fits and least > EPS:
        ascend(count, issues, work, out)
    return fits and least >= -EPS
