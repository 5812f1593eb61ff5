"""Offers: how a mean concession is spread over the issues of a basket.

A concession c on an issue moves the offer from the demand (0) to the reservation value (1) and, where pain allows,
beyond. Issues that the others are believed to care for more than the party does are conceded first (logrolling: Froman
& Cohen 1970, "Compromise and logroll"; Raiffa 1982, ch. 11).
"""

from __future__ import annotations

import math

import numpy as np

from sim.core.jit import EPS, inline_part, inline_rule, rule
from sim.core.layout import Floats, Ints

LARGEST_RATIO = 1e6
"""Bound on believed over own salience: an issue of no own salience is conceded first, without a division by 0."""


@inline_part
def _fill_level(need: float, w: Floats, q: Floats, cap: Floats, without_priority: bool) -> tuple[float, float]:
    """Find the level s at which Σ w·min(cap, s·q) = need, and the sum over full issues; s = inf if the caps bind.

    Each pass solves for s as if no further cap would bind. The level only rises and a full issue stays full, so the
    passes end, at the exact level, when a pass fills no further issue. `without_priority` fills the issues of q = 0,
    each at a rate of 1.
    """
    s, full_sum, full, filling = 0.0, 0.0, -1, True
    while filling:
        full_sum, flow, count = 0.0, 0.0, 0
        for k in range(w.shape[0]):
            rate = (1.0 if q[k] <= 0.0 else 0.0) if without_priority else q[k]
            if rate > 0.0 and s * rate >= cap[k]:
                full_sum += w[k] * cap[k]
                count += 1
            else:
                flow += w[k] * rate
        filling = flow > 0.0 and count != full
        full = count
        if flow <= 0.0:
            s = np.inf
        elif filling:
            # Rounding may not lower the level, or an issue just full would reopen for ever.
            s = max(s, (need - full_sum) / flow)
    return s, full_sum


@inline_rule
def water_fill(target: float, w: Floats, q: Floats, cap: Floats, out: Floats) -> float:
    """Spread a mean concession over issues: `c_k = min(cap_k, s·q_k)` of weighted mean `target`, exactly.

    Where the caps on all issues of q > 0 bind, the rest is conceded evenly on those of q = 0 (the limit of vanishing
    priority); where all caps bind, c = cap. A target ≤ 0, or no salience at all, gives zeros. An issue of salience 0
    costs nothing and follows the same rule.

    Parameters
    ----------
    target : float
        Salience-weighted mean concession to reach.
    w, q, cap : (n,) float
        Saliences, priorities and caps of the issues, all at least 0.
    out : (n,) float
        Receives the concessions.

    Returns
    -------
    float
        The mean concession that was reached.
    """
    n = w.shape[0]
    if n == 1 and q[0] == 1.0 and w[0] > 0.0:  # what the passes below come to, for the usual basket of one issue
        out[0] = min(max(target * w[0], 0.0) / w[0], cap[0])
        return w[0] * out[0] / w[0]
    weight = 0.0
    for k in range(n):
        weight += w[k]
    need = max(target * weight, 0.0)
    s, full_sum = _fill_level(need, w, q, cap, False) if need > 0.0 else (0.0, 0.0)
    rest = 0.0
    if s == np.inf and need - full_sum > EPS * weight:
        rest, _ = _fill_level(need - full_sum, w, q, cap, True)
    mean = 0.0
    for k in range(n):
        if q[k] > 0.0:
            out[k] = cap[k] if s * q[k] >= cap[k] else s * q[k]
        else:
            out[k] = cap[k] if rest >= cap[k] else rest
        mean += w[k] * out[k]
    return mean / weight if weight > 0.0 else 0.0


@inline_rule
def compute_priorities(own_w: Floats, believed_w: Floats, logroll: float, out: Floats) -> None:
    """Compute the priority of each issue for conceding: `(the others' mean believed salience / own)^logroll`.

    The ratio is bounded by `LARGEST_RATIO`; an issue nobody cares for has ratio 0.

    Parameters
    ----------
    own_w, believed_w : (n,) float
        The party's own salience shares, and the others' mean shares as it believes them.
    logroll : float
        Strength of logrolling, at least 0; 0 spreads evenly (all 1).
    out : (n,) float
        Receives the priorities.

    References
    ----------
    Froman & Cohen 1970, "Compromise and logroll: Comparing the efficiency of two bargaining processes", Behavioral
    Science 15.
    """
    for k in range(own_w.shape[0]):
        if logroll == 0.0:
            out[k] = 1.0
            continue
        ratio = 0.0
        if believed_w[k] > 0.0:
            bounded = own_w[k] * LARGEST_RATIO > believed_w[k]
            ratio = believed_w[k] / own_w[k] if bounded else LARGEST_RATIO
        out[k] = 1.0 if ratio == 1.0 else math.pow(ratio, logroll)  # 1 wherever a basket has one issue


@rule
def compute_nearest_demands(d: Floats, r: Floats, demands: Floats, active: Ints, me: int, out: Floats) -> None:
    """Compute the distance to the nearest demand of another party in the direction of conceding.

    Parameters
    ----------
    d, r : (n,) float
        The party's demands and reservation values in [0, 1]; of r only the side counts.
    demands : (P, n) float
        Demands of all parties.
    active : (P,) int
        1 for parties with a stake in the basket, else 0.
    me : int
        Index of the party itself.
    out : (n,) float
        Receives the distances on the issues' scale; infinite where no demand lies in that direction.
    """
    for k in range(d.shape[0]):
        out[k] = np.inf
        for p in range(demands.shape[0]):
            if p == me or active[p] == 0:
                continue
            distance = demands[p, k] - d[k] if r[k] > d[k] else d[k] - demands[p, k]
            if distance > EPS and distance < out[k]:
                out[k] = distance


@inline_rule
def compute_caps(d: Floats, r: Floats, nearest: Floats, red: Ints, pain: float, out: Floats) -> None:
    """Compute the largest concession on each issue: 1 on a red line, 1 + pain off it, never past the nearest demand.

    Where nobody's demand lies in the direction of conceding the cap is 0: moving there serves nobody.

    Parameters
    ----------
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    nearest : (n,) float
        Distances to the nearest demand, from `compute_nearest_demands`.
    red : (n,) int
        1 on red-line issues, else 0.
    pain : float
        Pain of the stalemate, at least 0, in utility.
    out : (n,) float
        Receives the caps, at least 0.
    """
    for k in range(d.shape[0]):
        limit = 1.0 if red[k] != 0 else 1.0 + pain
        way = nearest[k] / abs(r[k] - d[k])
        out[k] = 0.0 if nearest[k] == np.inf else (way if way < limit else limit)


@inline_rule
def compute_points(d: Floats, r: Floats, c: Floats, out: Floats) -> None:
    """Compute the points of an offer on the issues' scale: `x = d + (r - d)·c`, clipped to [0, 1].

    Parameters
    ----------
    d, r : (n,) float
        The party's demands and reservation values, in [0, 1].
    c : (n,) float
        Concessions, at least 0.
    out : (n,) float
        Receives the points.
    """
    for k in range(d.shape[0]):
        x = d[k] + (r[k] - d[k]) * c[k]
        out[k] = 0.0 if x < 0.0 else (1.0 if x > 1.0 else x)
