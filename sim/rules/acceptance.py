"""Whether a party takes what is on the table."""

from __future__ import annotations

from sim.core.draws import logistic
from sim.core.jit import EPS, melted

LARGEST_NOISE = 37.0
"""No logistic noise is larger: the uniforms end at 1 - 2^-53, where it is 36.74."""


@melted
def certain(utility: float, threshold: float, width: float) -> int:
    """The answer that no noise can change: 1 to accept, -1 to refuse, 0 where it hangs on the noise."""
    if utility - width * LARGEST_NOISE >= threshold:
        return 1
    return -1 if utility + width * LARGEST_NOISE < threshold - EPS else 0


@melted
def accepts(utility: float, threshold: float, width: float, u: float) -> bool:
    """`utility ≥ threshold`, softened by logistic noise of scale `width` from the uniform `u` (0 is sharp)."""
    enough = utility >= threshold - EPS
    # Noise of a u above one half only adds, below it only takes away: where that decides, no logarithm is needed.
    if width <= 0.0 or enough == (u >= 0.5):
        return enough
    return utility + width * logistic(u) >= threshold - EPS
