"""Votes between positions: pairwise contests weighted by power, and elections among all positions.

References
----------
Scholz, J. B., Calbert, G. J., & Smith, G. A. (2011). Unravelling Bueno De Mesquita's group decision model. Journal of
Theoretical Politics 23, 510-531.
Wise, B. P., Lester, L., & Efird, B. (2015). An Introduction to the KAPSARC Toolkit for Behavioral Analysis (KTAB) using
One-Dimensional Spatial Models. KAPSARC.
"""

from __future__ import annotations

import numpy as np

from sim.analysis.actors import Actors
from sim.core.errors import ParleyError
from sim.core.layout import Floats

PROPORTIONAL, BINARY, CUBIC = "proportional", "binary", "cubic"
_MOST = 100_000


def win_probability(group: Actors, first: float, second: float, rule: str = PROPORTIONAL) -> float:
    """Compute the chance that one position beats another: the votes for it over all votes.

    An actor's vote is its capability times its salience times its gain in utility, which is linear in distance (Scholz,
    Calbert & Smith 2011, complementary form: the two chances sum to 1).

    Parameters
    ----------
    group : Actors
        The actors.
    first, second : float
        Positions.
    rule : {"proportional", "binary", "cubic"}
        How gains become votes (KTAB); `binary` counts their sign alone.

    Returns
    -------
    float
        Chance of `first`; one half where nobody has a preference.

    Raises
    ------
    ParleyError
        No rule has this name.
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


def compute_contests(group: Actors, options: Floats, rule: str = PROPORTIONAL) -> Floats:
    """Compute the chance P[i, j] (m, m) that option i beats option j (m,); one half on the diagonal."""
    beats = np.full((options.size, options.size), 0.5)
    for i in range(options.size):
        for j in range(options.size):
            if i != j:
                beats[i, j] = win_probability(group, float(options[i]), float(options[j]), rule)
    return beats


def find_condorcet_position(group: Actors, rule: str = PROPORTIONAL) -> float:
    """Find the position of an actor that no other position beats; in a cycle, the one beaten least."""
    options = np.unique(group.position)
    worst = compute_contests(group, options, rule).min(axis=1)
    return float(options[int(np.argmax(worst))])


def conditional_pce(beats: Floats) -> Floats:
    """Compute KTAB's probabilistic Condorcet election in one step: P(i) ∝ Π_j P(i beats j).

    Parameters
    ----------
    beats : ndarray of float, shape (m, m)
        Chance that option i beats option j, with beats[i, j] + beats[j, i] = 1.

    Returns
    -------
    ndarray of float, shape (m,)
        Chance of each option, conditional on one that beats all others.

    Raises
    ------
    ParleyError
        Every option is certain to lose to some other.

    References
    ----------
    Wise, Lester & Efird (2015): the default of the spatial model.
    """
    with np.errstate(divide="ignore"):
        log = np.log(beats).sum(axis=1)
    if not np.isfinite(log).any():
        raise ParleyError("every option is beaten for certain by some other: none can win in one step")
    share = np.exp(log - log[np.isfinite(log)].max())
    result: Floats = share / share.sum()
    return result


def markov_pce(beats: Floats) -> Floats:
    """Compute KTAB's election as a Markov chain: the limit of P(i) ← Σ_j P(i beats j)·(P(i) + P(j))/m.

    Option i is in office with chance P(i), a challenger j is drawn evenly, and the winner holds office. The limit is
    taken from equal shares to 1e-12; KTAB stops at 1e-6.

    Parameters
    ----------
    beats : ndarray of float, shape (m, m)
        Chance that option i beats option j, with beats[i, j] + beats[j, i] = 1.

    Returns
    -------
    ndarray of float, shape (m,)
        Chance of each option.

    Raises
    ------
    ParleyError
        The iteration does not converge.
    """
    m = beats.shape[0]
    share = np.full(m, 1.0 / m)
    for _ in range(_MOST):
        after = (beats * (share[:, None] + share[None, :])).sum(axis=1) / m
        if float(np.abs(after - share).max()) < 1e-12:
            limit: Floats = after / after.sum()
            return limit
        share = after
    raise ParleyError("the contests do not settle on a distribution")


def probabilistic_condorcet(group: Actors, rule: str = PROPORTIONAL, markov: bool = False) -> dict[float, float]:
    """Compute the chance of each actor's position in KTAB's spatial model, before anybody moves."""
    options = np.unique(group.position)
    beats = compute_contests(group, options, rule)
    chance = markov_pce(beats) if markov else conditional_pce(beats)
    return dict(zip(options.tolist(), chance.tolist(), strict=True))
