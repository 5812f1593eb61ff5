"""Pairwise contests: who throws how much behind which of two positions, and what follows for all positions at once."""

from __future__ import annotations

import numpy as np

from sim.analysis.actors import Actors
from sim.core.errors import ParleyError
from sim.core.layout import Floats

PROPORTIONAL, BINARY, CUBIC = "proportional", "binary", "cubic"
_MOST = 100_000


def victory(group: Actors, first: float, second: float, rule: str = PROPORTIONAL) -> float:
    """Chance that position `first` beats `second`: the votes for it over all votes cast.

    An actor's vote is its capability times salience times the gain in utility, utilities being linear in distance
    (Scholz, Calbert & Smith 2011, complementary form: P(first) + P(second) = 1). One half where nobody cares.
    `rule`: how gains become votes (KTAB): `proportional`, `binary` (the sign alone), `cubic`.
    """
    if rule not in (PROPORTIONAL, BINARY, CUBIC):
        raise ParleyError(f"no voting rule `{rule}`; known: {PROPORTIONAL}, {BINARY}, {CUBIC}")
    gain = np.abs(group.position - second) - np.abs(group.position - first)
    scale = group.width if group.width > 0.0 else 1.0
    gain = gain / scale
    gain = {PROPORTIONAL: gain, BINARY: np.sign(gain), CUBIC: gain * gain * gain}[rule]
    vote = group.weight * gain
    behind, against = float(vote[vote > 0].sum()), float(-vote[vote < 0].sum())
    return behind / (behind + against) if behind + against > 0.0 else 0.5


def contests(group: Actors, options: Floats, rule: str = PROPORTIONAL) -> Floats:
    """P[i, j] (m, m): chance that option i beats option j; one half on the diagonal."""
    beats = np.full((options.size, options.size), 0.5)
    for i in range(options.size):
        for j in range(options.size):
            if i != j:
                beats[i, j] = victory(group, float(options[i]), float(options[j]), rule)
    return beats


def condorcet(group: Actors, rule: str = PROPORTIONAL) -> float:
    """The position held by some actor that no other beats (chance at least one half); the least beaten at a circle."""
    options = np.unique(group.position)
    worst = contests(group, options, rule).min(axis=1)
    return float(options[int(np.argmax(worst))])


def conditional_pce(beats: Floats) -> Floats:
    """KTAB's probabilistic Condorcet election, one step: P(i) ∝ Π_j P(i beats j), given that some option beats all.

    `beats` (m, m) with beats[i, j] + beats[j, i] = 1 (Wise, Lester & Efird 2015, KTAB's default for the spatial model).
    """
    with np.errstate(divide="ignore"):
        log = np.log(beats).sum(axis=1)
    if not np.isfinite(log).any():
        raise ParleyError("every option is beaten for certain by some other: none can win in one step")
    share = np.exp(log - log[np.isfinite(log)].max())
    result: Floats = share / share.sum()
    return result


def markov_pce(beats: Floats) -> Floats:
    """KTAB's other form: the limit of P(i) ← Σ_j P(i beats j)·(P(i) + P(j))/m, from equal shares.

    A challenger j is drawn evenly, i is in office with P(i); whoever wins holds office. To 1e-12, where KTAB stops at
    1e-6. Raises ParleyError if it does not settle.
    """
    m = beats.shape[0]
    share = np.full(m, 1.0 / m)
    for _ in range(_MOST):
        after = (beats * (share[:, None] + share[None, :])).sum(axis=1) / m
        if float(np.abs(after - share).max()) < 1e-12:
            settled: Floats = after / after.sum()
            return settled
        share = after
    raise ParleyError("the contests do not settle on a distribution")


def probabilistic_condorcet(group: Actors, rule: str = PROPORTIONAL, markov: bool = False) -> dict[float, float]:
    """Chance of each position held, by position: one step of KTAB's spatial model before anybody moves."""
    options = np.unique(group.position)
    beats = contests(group, options, rule)
    chance = markov_pce(beats) if markov else conditional_pce(beats)
    return dict(zip(options.tolist(), chance.tolist(), strict=True))
