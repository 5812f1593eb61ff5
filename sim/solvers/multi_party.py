"""Three or more parties, one basket: the Nash solution, the egalitarian value and the salience-weighted compromise.

Utilities are salience-weighted means of min(1, (x - r)/(d - r)), without a lower clip. The basket is laid out in
`pieces`, the linear programme is solved in `simplex`, the log product climbed in `ascent`. Right for two parties too,
where `frontier` is shorter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.jit import EPS, rule
from sim.solvers.inline import part
from sim.solvers.nash_ascent import ascend
from sim.solvers.piecewise import CoalitionWork as CoalitionWork
from sim.solvers.piecewise import coalition_work as coalition_work
from sim.solvers.piecewise import lay_out, settle
from sim.solvers.simplex import maximise

_NEAR = 1e-3  # a surplus below which the ascent had better start elsewhere


@part
def _programme(count: int, issues: int, work: CoalitionWork) -> tuple[int, int]:
    """The dictionary of: maximise t, surplus of every member ≥ t, a length of every piece used; its rows and columns.

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


@part
def _egalitarian(count: int, issues: int, work: CoalitionWork, out: NDArray[np.float64]) -> float:
    """Solve the programme: the greatest least surplus, and a package that attains it."""
    rows, columns = _programme(count, issues, work)
    t = maximise(rows, columns, work.tableau, work.width, work.names, work.flipped)
    for v in range(columns - 1):
        work.drawn[v] = work.width[v] if work.flipped[v] != 0 else 0.0
    for i in range(rows):
        v = work.names[i]
        if v < columns - 1:
            used = work.tableau[i, columns]
            work.drawn[v] = work.width[v] - used if work.flipped[v] != 0 else used
    v = 0
    for k in range(issues):
        x = work.edges[k, 0]
        for _ in range(work.pieces[k]):
            x += work.drawn[v]
            v += 1
        out[k] = min(max(x, work.edges[k, 0]), work.edges[k, work.pieces[k]])
    return t


@rule
def max_min_many(
    d: NDArray[np.float64],
    r: NDArray[np.float64],
    w: NDArray[np.float64],
    floors: NDArray[np.float64],
    red: NDArray[np.int64],
    member: NDArray[np.int64],
    work: CoalitionWork,
    out: NDArray[np.float64],
) -> float:
    """max over packages of the least U_i - F_i among the members, no red line crossed: exact, a linear programme.

    d, r, w, red are (P, n), floors and member (P,); member[i] = 1 takes part (at least one does). `out` (n,) receives a
    package that attains it. -inf where red lines clash on an issue: then `out` is no solution.
    """
    count, fits = lay_out(d, r, w, floors, red, member, work)
    t = _egalitarian(count, d.shape[1], work, out)
    return t if fits else -np.inf


@rule
def compromise(
    d: NDArray[np.float64], w: NDArray[np.float64], member: NDArray[np.int64], out: NDArray[np.float64]
) -> None:
    """Salience-weighted mean demand of the members on each issue (Van den Bos 1991's compromise model) into `out` (n,).

    d, w are (P, n), member (P,). Where no member cares, the plain mean.
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


@rule
def nash_many(
    d: NDArray[np.float64],
    r: NDArray[np.float64],
    w: NDArray[np.float64],
    floors: NDArray[np.float64],
    red: NDArray[np.int64],
    power: NDArray[np.float64],
    member: NDArray[np.int64],
    work: CoalitionWork,
    out: NDArray[np.float64],
) -> bool:
    """The package that maximises Π (U_i - F_i)^power_i over the members (Nash 1950; weighted: Kalai 1977), to 1e-9.

    Subject to no red line crossed. d, r, w, red are (P, n), floors, power > 0 and member (P,); `out` (n,) receives the
    package. Coordinate ascent from the salience-weighted compromise or, where that leaves a member near or below its
    floor, from the egalitarian package. False where red lines clash or no package leaves all at or above their floors
    (to EPS): then `out` is no solution. Where several packages give the same utilities, earlier issues move first.
    """
    issues = d.shape[1]
    count, fits = lay_out(d, r, w, floors, red, member, work)
    compromise(d, w, member, out)
    for m in range(count):
        work.power[m] = power[work.members[m]]
        work.drift[m] = work.surplus[m]
    for k in range(issues):
        out[k] = min(max(out[k], work.edges[k, 0]), work.edges[k, work.pieces[k]])
    least = settle(count, issues, work, out)
    if least < _NEAR:
        for m in range(count):
            work.surplus[m] = work.drift[m]
        least = _egalitarian(count, issues, work, out)
        settle(count, issues, work, out)
    if fits and least > EPS:
        ascend(count, issues, work, out)
    return fits and least >= -EPS
