"""The venue of a planned round."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule
from sim.core.layout import Floats, Ints


class VenueRule(Choice):
    """How the venue of a planned round is chosen."""

    FIXED = 0
    ROTATING = 1
    MOST_ACCEPTABLE = 2


@dispatches(VenueRule)
@rule
def choose_venue(kind: int, order: Ints, turn: int, least: Floats) -> int:
    """Choose the venue of a planned round.

    Parameters
    ----------
    kind : int
        A member of `VenueRule`.
    order : (n,) int
        Venues that may be used, in order.
    turn : int
        Number of rounds planned so far.
    least : (V,) float
        By venue the least acceptability to a party with a seat, in [0, 1].

    Returns
    -------
    int
        The first venue, the one whose turn it is, or the one with the highest least acceptability.

    Raises
    ------
    ValueError
        If the rule is unknown.
    """
    if kind == VenueRule.FIXED:
        return order[0]
    if kind == VenueRule.ROTATING:
        return order[turn % order.size]
    if kind == VenueRule.MOST_ACCEPTABLE:
        best = order[0]
        for v in order:
            if least[v] > least[best]:
                best = v
        return best
    raise ValueError("unknown venue rule")
