"""Readiness = motivation × optimism (Pruitt 2007), and the progress of the last rounds."""

from __future__ import annotations

from sim.core.jit import rule


@rule
def readiness(
    pain: float, trust: float, progress: float, m0: float, m1: float, o0: float, o1: float, o2: float
) -> float:
    """Return a party's readiness: motivation times optimism.

    Motivation is `clip(m0 + m1 · pain, 0, 1)`, optimism `clip(o0 + o1 · trust + o2 · progress, 0, 1)`.

    Parameters
    ----------
    pain : float
        Pain of the stalemate, at least 0, in utility.
    trust : float
        Mean trust in the other parties at the table, in [0, 1].
    progress : float
        Progress of the last rounds, in [0, 1].
    m0, m1, o0, o1, o2 : float
        Coefficients.

    Returns
    -------
    float
        Readiness in [0, 1].

    References
    ----------
    Pruitt 2007, "Readiness Theory and the Northern Ireland Conflict", American Behavioral Scientist 50.
    """
    motivation = min(max(m0 + m1 * pain, 0.0), 1.0)
    optimism = min(max(o0 + o1 * trust + o2 * progress, 0.0), 1.0)
    return motivation * optimism


@rule
def update_progress(progress: float, code: int, memory: float) -> float:
    """Update progress after a round: an exponentially weighted mean of outcome codes on [0, 1].

    Parameters
    ----------
    progress : float
        Progress before the round, in [0, 1].
    code : int
        Outcome code of the round, 0 to 7.
    memory : float
        Weight of the earlier progress, in [0, 1].

    Returns
    -------
    float
        Progress in [0, 1].
    """
    return memory * progress + (1.0 - memory) * code / 7.0


@rule
def agreement_chance(gap: float, least_readiness: float) -> float:
    """Return the perceived chance of agreement that spoilers react to: `(1 - gap)⁺ · least readiness`.

    Parameters
    ----------
    gap : float
        Mean distance between latest offers, at least 0, on the issues' scale.
    least_readiness : float
        Least readiness among the parties that must come, in [0, 1].

    Returns
    -------
    float
        Chance in [0, 1].
    """
    return max(1.0 - gap, 0.0) * least_readiness
