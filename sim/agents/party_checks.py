"""Checks of what methods of a party class of the user's return."""

from __future__ import annotations

from numbers import Real

from sim.agents.protocols import Party
from sim.core.errors import ParleyError
from sim.core.jit import EPS


def check_share(party: Party, method: str, value: float) -> float:
    """Return what a method of a party gave, if it is a number from 0 to 1.

    Parameters
    ----------
    party : Party
        The party.
    method : str
        Name of the method, for the message.
    value : float
        What it returned.

    Raises
    ------
    ParleyError
        It is not such a number.
    """
    if isinstance(value, Real) and 0.0 <= value <= 1.0 + EPS:
        return float(value)
    raise ParleyError(f"{type(party).__name__}.{method} returned {value!r}; it has to return a number from 0 to 1")
