"""Two parties, one basket: the Pareto frontier, and the Nash and the egalitarian solution on it.

Utilities are salience-weighted means of min(1, (x - r)/(d - r)), without a lower clip, hence concave. On each issue all
efficient points lie between the two demands. There a party's value falls linearly from 1 at its own demand if its
reservation point lies on the other's side of it, and is 1 throughout if not: there is no kink inside. The frontier is
then a concave chain of straight pieces, the issues in order of (loss to the first party)/(gain to the second): the
cheapest concessions come first (Raiffa 1982, ch. 11; the greedy solution of a continuous knapsack). Issues at equal
rates move together, so the result does not depend on the order of the issues.
"""

from __future__ import annotations

import numpy as np

from sim.core.jit import EPS, inline_part, inline_rule, rule
from sim.core.layout import Floats, Ints

# Rows of the scratch array `work`, one column an issue. A place is a share of the way from the first party's
# demand (0) to the second's (1). Losses and gains are in utility per unit of place.
_LOW, _HIGH, _LOSS, _GAIN, _PLACE = range(5)
WORK_ROWS = 5


@inline_part
def _slope(way: float, d: float, r: float) -> float:
    """Return the loss of a party's value over the whole way from its demand d to the other's, d + way; at least 0."""
    loss = way / (r - d)
    return loss if loss > 0.0 else 0.0


@inline_part
def _find_range(k: int, a: float, b: float, red1: bool, red2: bool, work: Floats) -> bool:
    """Find the places on issue k that no red line forbids; false if there are none.

    The first party's value at place t is 1 - a·t, the second's 1 - b·(1 - t).
    """
    high = 1.0 / a if red1 and a > 1.0 else 1.0
    low = 1.0 - 1.0 / b if red2 and b > 1.0 else 0.0
    fits = low <= high
    if not fits and 1.0 - b * (1.0 - high) >= -EPS:
        low = high
        fits = True
    work[_LOW, k], work[_HIGH, k] = low, high
    return fits


@inline_rule
def order_frontier(
    d1: Floats,
    r1: Floats,
    w1: Floats,
    d2: Floats,
    r2: Floats,
    w2: Floats,
    red1: Ints,
    red2: Ints,
    work: Floats,
    order: Ints,
) -> tuple[int, float, float]:
    """Order the issues along the frontier from the first party's best end.

    Issues that cost one party nothing are settled at the other's demand, those that cost neither midway.

    Parameters
    ----------
    d1, r1, w1, d2, r2, w2, red1, red2, work, order
        As for `max_min_two`; `work` and `order` receive the frontier.

    Returns
    -------
    tuple of int and two floats
        Number of issues that trade utility (-1: red lines clash), and both utilities at that end.
    """
    total1, total2 = 0.0, 0.0
    for k in range(d1.shape[0]):
        total1 += w1[k]
        total2 += w2[k]
    scale1 = 1.0 / total1 if total1 > 0.0 else 0.0
    scale2 = 1.0 / total2 if total2 > 0.0 else 0.0
    u1, u2, count, fits = total1 * scale1, total2 * scale2, 0, True
    for k in range(d1.shape[0]):
        way = d2[k] - d1[k]
        a, b = _slope(way, d1[k], r1[k]), _slope(-way, d2[k], r2[k])
        fits = _find_range(k, a, b, red1[k] != 0, red2[k] != 0, work) and fits
        loss, gain = a * w1[k] * scale1, b * w2[k] * scale2
        work[_LOSS, k], work[_GAIN, k] = loss, gain
        place = work[_LOW, k]
        if loss <= 0.0:
            place = work[_HIGH, k] if gain > 0.0 else 0.5 * (work[_LOW, k] + work[_HIGH, k])
        elif gain > 0.0:
            at = count
            while at > 0 and loss * work[_GAIN, order[at - 1]] < work[_LOSS, order[at - 1]] * gain:
                order[at] = order[at - 1]
                at -= 1
            order[at] = k
            count += 1
        work[_PLACE, k] = place
        u1 -= loss * place
        u2 -= gain * (1.0 - place)
    return (count if fits else -1), u1, u2


@inline_part
def _find_piece(at: int, count: int, work: Floats, order: Ints) -> tuple[int, float, float]:
    """Find the next straight piece of the frontier: where in `order` it ends, and its loss and gain as a whole."""
    first = order[at]
    loss0, gain0 = work[_LOSS, first], work[_GAIN, first]
    loss, gain, end = 0.0, 0.0, at
    same = True
    while same:
        k = order[end]
        loss += work[_LOSS, k] * (work[_HIGH, k] - work[_LOW, k])
        gain += work[_GAIN, k] * (work[_HIGH, k] - work[_LOW, k])
        end += 1
        same = end < count
        if same:
            after = order[end]
            same = work[_LOSS, after] * gain0 <= loss0 * work[_GAIN, after] * (1.0 + EPS)
    return end, loss, gain


@inline_part
def _move(at: int, end: int, share: float, work: Floats, order: Ints) -> None:
    """Move the issues of a piece by a share of its length."""
    for m in range(at, end):
        k = order[m]
        work[_PLACE, k] = work[_LOW, k] + share * (work[_HIGH, k] - work[_LOW, k])


@inline_part
def _write(d1: Floats, d2: Floats, work: Floats, out: Floats) -> None:
    """Write places as points of the scale."""
    for k in range(d1.shape[0]):
        t = work[_PLACE, k]
        out[k] = d1[k] + t * (d2[k] - d1[k]) if t < 1.0 else d2[k]


@inline_rule
def walk_frontier(count: int, s1: float, s2: float, work: Floats, order: Ints) -> float:
    """Walk along a frontier from the first party's best end until both have the same surplus, or to the other end.

    Parameters
    ----------
    count : int
        Number of issues that trade utility, from `order_frontier`.
    s1, s2 : float
        Both parties' utility less floor at the first party's best end.
    work, order
        The frontier; places in it are moved.

    Returns
    -------
    float
        The greatest least surplus; -inf where red lines clash.
    """
    at = 0
    while at < count and s1 > s2:
        end, loss, gain = _find_piece(at, count, work, order)
        share = min((s1 - s2) / (loss + gain), 1.0) if loss + gain > 0.0 else 1.0
        _move(at, end, share, work, order)
        s1 -= share * loss
        s2 += share * gain
        at = end
    return min(s1, s2) if count >= 0 else -np.inf


@rule
def nash_two(
    d1: Floats,
    r1: Floats,
    w1: Floats,
    floor1: float,
    red1: Ints,
    power1: float,
    d2: Floats,
    r2: Floats,
    w2: Floats,
    floor2: float,
    red2: Ints,
    power2: float,
    work: Floats,
    order: Ints,
    out: Floats,
) -> bool:
    """Find the package that maximises `(U1 - F1)^power1 · (U2 - F2)^power2`, exactly; no red line is crossed.

    Parameters
    ----------
    d1, r1, w1, red1 : (n,) float, float, float, int
        The first party's demands and reservation values in [0, 1], saliences (at least 0), and 1 on red-line issues.
    floor1 : float
        Its floor, in utility.
    power1 : float
        Its weight in the product, above 0.
    d2, r2, w2, red2, floor2, power2 : as for the first party
        The second party.
    work : (WORK_ROWS, n) float
        Work space.
    order : (n,) int
        Work space.
    out : (n,) float
        Receives the package.

    Returns
    -------
    bool
        False where red lines clash or no package leaves both at or above their floors (to EPS); `out` is then no
        solution.

    References
    ----------
    Nash 1950, "The Bargaining Problem", Econometrica 18.
    Kalai 1977, "Nonsymmetric Nash Solutions and Replications of 2-Person Bargaining", International Journal of Game
    Theory 6 (on weights).
    """
    count, u1, u2 = order_frontier(d1, r1, w1, d2, r2, w2, red1, red2, work, order)
    s1, s2 = u1 - floor1, u2 - floor2
    at, walking = 0, True
    while walking and at < count:
        end, loss, gain = _find_piece(at, count, work, order)
        share = 1.0
        if loss > 0.0 and gain > 0.0:
            share = (power2 * gain * s1 - power1 * loss * s2) / (loss * gain * (power1 + power2))
        walking = share >= 1.0
        share = 1.0 if walking else max(share, 0.0)
        _move(at, end, share, work, order)
        s1 -= share * loss
        s2 += share * gain
        at = end
    _write(d1, d2, work, out)
    return count >= 0 and s1 >= -EPS and s2 >= -EPS


@rule
def max_min_two(
    d1: Floats,
    r1: Floats,
    w1: Floats,
    floor1: float,
    red1: Ints,
    d2: Floats,
    r2: Floats,
    w2: Floats,
    floor2: float,
    red2: Ints,
    work: Floats,
    order: Ints,
    out: Floats,
) -> float:
    """Find the package that maximises `min(U1 - F1, U2 - F2)`; no red line is crossed.

    At or above 0 there is a zone of agreement. The package is the egalitarian one where both surpluses can be equal.

    Parameters
    ----------
    d1, r1, w1, red1 : (n,) float, float, float, int
        The first party's demands and reservation values in [0, 1], saliences (at least 0), and 1 on red-line issues.
    floor1 : float
        Its floor, in utility.
    d2, r2, w2, red2, floor2 : as for the first party
        The second party.
    work : (WORK_ROWS, n) float
        Work space.
    order : (n,) int
        Work space.
    out : (n,) float
        Receives the package.

    Returns
    -------
    float
        The maximum, in utility; -inf where red lines clash on an issue, and `out` is then no solution.
    """
    count, u1, u2 = order_frontier(d1, r1, w1, d2, r2, w2, red1, red2, work, order)
    least = walk_frontier(count, u1 - floor1, u2 - floor2, work, order)
    _write(d1, d2, work, out)
    return least
