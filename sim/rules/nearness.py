"""How near the parties are to a settlement: the surplus over the zone, nearness, expected progress, a deal in sight."""

from __future__ import annotations

from sim.core.jit import EPS, rule

NO_ZONE = -9.0
"""Surplus where somebody's floor is out of reach of any package."""

AGREED = 1.0
"""Nearness where one package suits everybody, the largest there is."""

SURE_PROGRESS = 0.9
"""Largest nearness that counts as expected progress: an agreement in sight can still be missed."""


@rule
def nearness(surplus: float, at_aspirations: float, at_demands: float) -> float:
    """Nearness of a settlement on a basket: 0 while all ask for everything, 1 when one package suits everybody.

    It is `clip(1 - D/D0, 0, 1)`, 0 without a zone of agreement and 1 where even all demands fit together.

    Parameters
    ----------
    surplus : float
        `max_x min_i (U_i - F_i)` over the floors, in utility.
    at_aspirations : float
        `D`, the same over the aspirations held now.
    at_demands : float
        `D0`, the same over full demands (aspiration 1).

    Returns
    -------
    float
        Nearness in [0, 1].
    """
    if surplus < -EPS:
        return 0.0
    if at_demands >= -EPS:
        return AGREED
    return min(max(1.0 - at_aspirations / at_demands, 0.0), AGREED)


@rule
def expect_progress(best: float, near: float) -> float:
    """Expected progress of the next meeting, one more basket counted: the largest nearness, at most `SURE_PROGRESS`."""
    return max(best, min(near, SURE_PROGRESS))
