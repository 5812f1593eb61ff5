"""Trust of one party in another, in [0, 1]: gains, drift to its baseline. Losses are in `incidents`."""

from __future__ import annotations

from sim.core.jit import rule


@rule
def gained(trust: float, gain: float, share: float) -> float:
    """Trust after a delivery or a reciprocated concession of `share` (0 to 1): `+ g (1 - trust) share`."""
    return trust + gain * (1.0 - trust) * min(max(share, 0.0), 1.0)


@rule
def drifted(trust: float, baseline: float, kept: float) -> float:
    """Trust after a drift to its baseline; a share `kept` (`incidents.decay_factor`) of the distance is left."""
    return baseline + (trust - baseline) * kept
