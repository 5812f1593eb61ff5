"""Urgency of a basket: time pressure that is a matter's own, as of the exchange of prisoners."""

from __future__ import annotations

from sim.core.jit import rule


@rule
def urgent_concession(concession: float, k0: float, beta: float, day: float, since: float, days: float) -> float:
    """Concession on a basket, its urgency counted: `max(C, k0 + (1 - k0) min((t - since)⁺/D, 1)^(1/β))`.

    Parameters
    ----------
    concession : float
        `C`, the party's concession for the round, in [0, 1].
    k0, beta : float
        The party's first concession and the shape of its clock.
    day, since : float
        The present day, and the day since which the matter has been open (before the start: negative).
    days : float
        `D`, days after which the matter is fully urgent; 0 where it has no urgency of its own.

    Returns
    -------
    float
        The larger of both concessions.

    References
    ----------
    Time pressure and concessions: Carnevale & Lawler 1986; that it is a matter's own is this model's assumption.
    """
    if days <= 0.0:
        return concession
    elapsed = min(max(day - since, 0.0) / days, 1.0)
    share = elapsed ** (1.0 / beta) if elapsed < 1.0 else 1.0  # as the power would be
    return max(concession, k0 + (1.0 - k0) * share)
