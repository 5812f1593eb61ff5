"""What a party puts on the table: how a wanted mean concession is spread over the issues of a basket.

A concession c on an issue moves the offer from the demand (0) to the reservation point (1) and, where pain allows,
beyond. Issues the others are believed to care for more than oneself are conceded first (logrolling: Froman & Cohen
1970, "Compromise and logroll"; Raiffa 1982, ch. 11).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.core.jit import EPS, melted, rule
from sim.solvers.inline import part

LARGEST_RATIO = 1e6
"""Bound on believed over own salience, so that an issue of no salience of one's own is given first, not divided by 0.
"""


@part
def _waterline(
    need: float, w: NDArray[np.float64], q: NDArray[np.float64], cap: NDArray[np.float64], gifts: bool
) -> tuple[float, float]:
    """The level s at which Σ w·min(cap, s·q) = need, and what the filled issues hold; s = inf if the caps bind.

    Each pass solves for s as if no further cap would bind. The level only rises and a full issue stays full, so the
    passes end, at the exact level, when a pass fills no further issue. With `gifts`, the issues of q = 0 at weight 1.
    """
    s, held, full, filling = 0.0, 0.0, -1, True
    while filling:
        held, flow, count = 0.0, 0.0, 0
        for k in range(w.shape[0]):
            rate = (1.0 if q[k] <= 0.0 else 0.0) if gifts else q[k]
            if rate > 0.0 and s * rate >= cap[k]:
                held += w[k] * cap[k]
                count += 1
            else:
                flow += w[k] * rate
        filling = flow > 0.0 and count != full
        full = count
        if flow <= 0.0:
            s = np.inf
        elif filling:
            # Rounding may not lower the level, or an issue just full would reopen for ever.
            s = max(s, (need - held) / flow)
    return s, held


@melted
def water_fill(
    target: float,
    w: NDArray[np.float64],
    q: NDArray[np.float64],
    cap: NDArray[np.float64],
    out: NDArray[np.float64],
) -> float:
    """Concessions c_k = min(cap_k, s·q_k) of weighted mean `target`, exactly; returns the mean attained.

    Salience w, priority q ≥ 0, caps ≥ 0 and `out`, which receives c: all (n,). Where the caps on all issues of q > 0
    bind, the rest is given evenly on those of q = 0 (the limit of vanishing priority); where all caps bind, c = cap. A
    target ≤ 0, or no salience at all, gives zeros. An issue of salience 0 costs nothing: it follows the same rule.
    """
    n = w.shape[0]
    weight = 0.0
    for k in range(n):
        weight += w[k]
    need = max(target * weight, 0.0)
    s, held = _waterline(need, w, q, cap, False) if need > 0.0 else (0.0, 0.0)
    rest = 0.0
    if s == np.inf and need - held > EPS * weight:
        rest, _ = _waterline(need - held, w, q, cap, True)
    mean = 0.0
    for k in range(n):
        if q[k] > 0.0:
            out[k] = cap[k] if s * q[k] >= cap[k] else s * q[k]
        else:
            out[k] = cap[k] if rest >= cap[k] else rest
        mean += w[k] * out[k]
    return mean / weight if weight > 0.0 else 0.0


@melted
def priorities(
    own_w: NDArray[np.float64], believed_w: NDArray[np.float64], logroll: float, out: NDArray[np.float64]
) -> None:
    """Priority of each issue for conceding: (the others' mean believed salience / own)^logroll, arrays (n,).

    logroll 0 spreads evenly (all 1). The ratio is bounded by `LARGEST_RATIO`; an issue nobody cares for has ratio 0.
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
def nearest_demands(
    d: NDArray[np.float64],
    r: NDArray[np.float64],
    other_demands: NDArray[np.float64],
    active: NDArray[np.int64],
    me: int,
    out: NDArray[np.float64],
) -> None:
    """How far on the scale the nearest demand of another lies in the direction of conceding; infinite if none does.

    d, r, out are (n,), of r only the side counts; `other_demands` is (P, n), of which row `me` and rows with
    active[p] = 0 (no stake) are left out.
    """
    for k in range(d.shape[0]):
        out[k] = np.inf
        for p in range(other_demands.shape[0]):
            if p == me or active[p] == 0:
                continue
            apart = other_demands[p, k] - d[k] if r[k] > d[k] else d[k] - other_demands[p, k]
            if apart > EPS and apart < out[k]:
                out[k] = apart


@melted
def caps(
    d: NDArray[np.float64],
    r: NDArray[np.float64],
    nearest: NDArray[np.float64],
    red: NDArray[np.int64],
    pain: float,
    out: NDArray[np.float64],
) -> None:
    """Largest concession on each issue: 1 on a red line, 1 + pain off it, never past the nearest demand on the way.

    d, r, nearest (from `nearest_demands`), red, out are (n,). Where nobody's demand lies in the direction of conceding
    the cap is 0: moving there serves nobody.
    """
    for k in range(d.shape[0]):
        limit = 1.0 if red[k] != 0 else 1.0 + pain
        way = nearest[k] / abs(r[k] - d[k])
        out[k] = 0.0 if nearest[k] == np.inf else (way if way < limit else limit)


@melted
def offer_points(
    d: NDArray[np.float64], r: NDArray[np.float64], c: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """The offer on the scale, x = d + (r - d)·c, clipped to [0, 1]; all arrays (n,)."""
    for k in range(d.shape[0]):
        x = d[k] + (r[k] - d[k]) * c[k]
        out[k] = 0.0 if x < 0.0 else (1.0 if x > 1.0 else x)
