"""Trust of one party in another, in [0, 1]: gains, drift to its baseline. Losses are in `incidents`."""

from __future__ import annotations

import math

from sim.compiled import rule


@rule
def gained(trust: float, gain: float, share: float) -> float:
    """Trust after a delivery or a reciprocated concession of `share` (0 to 1): `+ g (1 - trust) share`."""
    return trust + gain * (1.0 - trust) * min(max(share, 0.0), 1.0)


@rule
def drifted(trust: float, baseline: float, days: float, memory: float) -> float:
    """Trust after `days` of exponential drift to its baseline with time constant `memory` (days)."""
    return baseline + (trust - baseline) * math.exp(-days / memory)
