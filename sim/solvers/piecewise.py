"""A basket of several parties, every issue divided into pieces on which all utilities are straight lines.

Utilities are salience-weighted means of min(1, (x - r)/(d - r)), without a lower clip, hence concave. On each issue
every efficient point lies between the outermost demands of the members; the kinks are the demands between.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.jit import EPS, inline_part
from sim.core.layout import Floats, Ints

SAME = 1e-12
"""Demands this close are one kink, and a point this close to a kink stands on it."""

_TOUCH = 0.05 * EPS  # overlap of red lines: 0.05 being the least |d - r|, to EPS in value


class CoalitionWork(NamedTuple):
    """Work space for P parties and n issues; nothing in it outlives a call. Piece j of issue k has the row k·P + j."""

    members: Ints  # (P,) the members' rows
    pieces: Ints  # (n,) number of pieces of an issue
    edges: Floats  # (n, P + 1) where they begin and end, ascending
    slopes: Floats  # (n·P, P) members' utility per unit of the scale, along a piece
    surplus: Floats  # (P,) members' utility less floor, at the point in hand
    power: Floats  # (P,) members' exponents
    drift: Floats  # (P,) members' utility per unit of a step
    normal: Floats  # (n, n + 1) equations of a Newton step
    tableau: Floats  # (P + 1, n·P + 2) of the linear programme
    width: Floats  # (n·P + P,) lengths of its variables
    names: Ints  # (n·P + P + 2,) its variables by row and column
    flipped: Ints  # (n·P + P,) 1 where one is counted from its upper end
    lengths: Floats  # (n·P,) lengths used of the pieces


def coalition_work(parties: int, issues: int) -> CoalitionWork:
    """Create work space for baskets of up to that many parties and issues; not a rule, for rules make no arrays."""
    cells = issues * parties
    return CoalitionWork(
        np.zeros(parties, np.int64),
        np.zeros(issues, np.int64),
        np.zeros((issues, parties + 1)),
        np.zeros((cells, parties)),
        np.zeros(parties),
        np.zeros(parties),
        np.zeros(parties),
        np.zeros((issues, issues + 1)),
        np.zeros((parties + 1, cells + 2)),
        np.zeros(cells + parties),
        np.zeros(cells + parties + 2, np.int64),
        np.zeros(cells + parties, np.int64),
        np.zeros(cells),
    )


@inline_part
def _divide_issue(
    k: int,
    count: int,
    d: Floats,
    r: Floats,
    red: Ints,
    work: CoalitionWork,
) -> bool:
    """Divide what red lines leave of issue k at the members' demands; False where they leave nothing."""
    low, high, least, most = np.inf, -np.inf, -np.inf, np.inf
    for m in range(count):
        i = work.members[m]
        low, high = min(low, d[i, k]), max(high, d[i, k])
        if red[i, k] != 0 and d[i, k] > r[i, k]:
            least = max(least, r[i, k])
        elif red[i, k] != 0:
            most = min(most, r[i, k])
    low, high = max(low, least), min(high, most)
    fits = low - high <= _TOUCH
    high = max(low, high)
    edges, inner = work.edges, 0
    edges[k, 0] = low
    for m in range(count):
        demand = d[work.members[m], k]
        at = inner
        while at > 0 and edges[k, at] > demand:
            at -= 1
        new = demand > edges[k, at] + SAME and demand < high - SAME
        if new and (at == inner or demand < edges[k, at + 1] - SAME):
            for b in range(inner, at, -1):
                edges[k, b + 1] = edges[k, b]
            edges[k, at + 1] = demand
            inner += 1
    edges[k, inner + 1] = high
    work.pieces[k] = inner + 1 if high > low + SAME else 0
    return fits


@inline_part
def divide_basket(
    d: Floats,
    r: Floats,
    w: Floats,
    floors: Floats,
    red: Ints,
    member: Ints,
    work: CoalitionWork,
) -> tuple[int, bool]:
    """Divide a basket into pieces; `work.surplus` is then that at the lower end of every issue.

    Parameters
    ----------
    d, r, w, red : (P, n) float, float, float, int
        Demands and reservation values in [0, 1], saliences (at least 0), and 1 on red-line issues, of all parties.
    floors : (P,) float
        Their floors, in utility.
    member : (P,) int
        1 for parties that take part.
    work : CoalitionWork
        Work space; receives the pieces.

    Returns
    -------
    tuple of int and bool
        Number of members, and whether red lines leave a package.
    """
    count, fits = 0, True
    for i in range(d.shape[0]):
        if member[i] != 0:
            work.members[count] = i
            count += 1
    for k in range(d.shape[1]):
        fits = _divide_issue(k, count, d, r, red, work) and fits
    stride = work.slopes.shape[1]
    for m in range(count):
        i = work.members[m]
        total = 0.0
        for k in range(d.shape[1]):
            total += w[i, k]
        scale = 1.0 / total if total > 0.0 else 0.0
        s = -floors[i]
        for k in range(d.shape[1]):
            share, rise = w[i, k] * scale, 1.0 / (d[i, k] - r[i, k])
            s += share * min(1.0, (work.edges[k, 0] - r[i, k]) * rise)
            for j in range(work.pieces[k]):
                middle = 0.5 * (work.edges[k, j] + work.edges[k, j + 1])
                work.slopes[k * stride + j, m] = share * rise if (d[i, k] - middle) * rise > 0.0 else 0.0
        work.surplus[m] = s
    return count, fits


@inline_part
def move_to(count: int, issues: int, work: CoalitionWork, x: Floats) -> float:
    """Move `work.surplus` from the lower ends of the issues to point x (n,); returns the least surplus."""
    stride = work.slopes.shape[1]
    for k in range(issues):
        for j in range(work.pieces[k]):
            used = min(x[k], work.edges[k, j + 1]) - work.edges[k, j]
            if used > 0.0:
                for m in range(count):
                    work.surplus[m] += used * work.slopes[k * stride + j, m]
    least = np.inf
    for m in range(count):
        least = min(least, work.surplus[m])
    return least
