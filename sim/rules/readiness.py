"""Readiness = motivation × optimism (Pruitt 2007), and what talks have lately brought."""

from __future__ import annotations

from sim.core.jit import rule


@rule
def readiness(
    pain: float, trust: float, progress: float, m0: float, m1: float, o0: float, o1: float, o2: float
) -> float:
    """In [0, 1], from pain, mean trust in the others and progress of the last rounds."""
    motivation = min(max(m0 + m1 * pain, 0.0), 1.0)
    optimism = min(max(o0 + o1 * trust + o2 * progress, 0.0), 1.0)
    return motivation * optimism


@rule
def progressed(progress: float, code: int, memory: float) -> float:
    """Progress after a round with outcome `code` (0 to 7): an exponentially weighted mean of codes on [0, 1]."""
    return memory * progress + (1.0 - memory) * code / 7.0


@rule
def agreement_chance(gap: float, least_readiness: float) -> float:
    """Perceived chance of agreement that spoilers react to: closeness of positions times the least readiness."""
    return max(1.0 - gap, 0.0) * least_readiness
