"""Whether a party takes what is on the table."""

from __future__ import annotations

from sim.compiled import EPS, melted
from sim.draws import logistic


@melted
def accepts(utility: float, threshold: float, width: float, u: float) -> bool:
    """`utility ≥ threshold`, softened by logistic noise of scale `width` from the uniform `u` (0 is sharp)."""
    if width <= 0.0:
        return utility >= threshold - EPS
    return utility + width * logistic(u) >= threshold - EPS
