"""What an incident does to those it offends and to trust, and how that fades."""

from __future__ import annotations

import math

from sim.core.jit import rule


@rule
def trust_after(trust: float, effect: float, attribution: float, severity: float) -> float:
    """Trust in a party after an incident blamed on it in part: it falls by effect · attribution · severity · trust.

    All arguments and the result in [0, 1] (never below 0, whatever the effect).
    """
    return max(trust - effect * attribution * severity * trust, 0.0)


@rule
def share_left(days: float, memory: float) -> float:
    """The share of an amount that is left after some days: e^(-days/memory), memory > 0 in days."""
    return math.exp(-days / memory)
