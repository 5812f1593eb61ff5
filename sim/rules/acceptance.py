"""Whether a party accepts an offer."""

from __future__ import annotations

from sim.core.distributions import logistic
from sim.core.jit import EPS, inline_rule

LARGEST_NOISE = 37.0
"""No logistic noise is larger: the uniforms end at 1 - 2^-53, where it is 36.74."""


@inline_rule
def answer_without_noise(utility: float, threshold: float, width: float) -> int:
    """Return the answer to an offer that no noise can change.

    Parameters
    ----------
    utility : float
        Utility of the offer to the party that answers, at most 1; -inf where it crosses a red line.
    threshold : float
        Utility that the party asks for.
    width : float
        Scale of the logistic noise, at least 0, in units of utility.

    Returns
    -------
    int
        1 to accept, -1 to refuse, 0 where the answer depends on the noise.
    """
    if utility - width * LARGEST_NOISE >= threshold:
        return 1
    return -1 if utility + width * LARGEST_NOISE < threshold - EPS else 0


@inline_rule
def is_acceptable(utility: float, threshold: float, width: float, u: float) -> bool:
    """Whether a party accepts: `utility + width · noise ≥ threshold`, the noise standard logistic.

    Parameters
    ----------
    utility : float
        Utility of the offer to the party that answers, at most 1; -inf where it crosses a red line.
    threshold : float
        Utility that the party asks for.
    width : float
        Scale of the noise, at least 0, in units of utility; 0 is a sharp threshold.
    u : float
        Uniform in (0, 1) that the noise is made of.
    """
    enough = utility >= threshold - EPS
    # Noise of a u above one half only adds, below it only takes away: where that decides, no logarithm is needed.
    if width <= 0.0 or enough == (u >= 0.5):
        return enough
    return utility + width * logistic(u) >= threshold - EPS
