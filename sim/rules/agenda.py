"""Which baskets may be opened: preconditions and their sequencing."""

from __future__ import annotations

from sim.core.choices import Choice
from sim.core.jit import EPS, rule
from sim.core.layout import Ints


class Condition(Choice):
    """What a precondition or a condition for meeting requires."""

    SETTLED = 0
    DELIVERED = 1
    DOCUMENT = 2
    LEVER_ON = 3
    LEVER_OFF = 4


class Bars(Choice):
    """What a missing mandate, a low level or a precondition bars: settling a basket, or discussing it at all."""

    SETTLEMENT = 0
    DISCUSSION = 1


@rule
def is_precondition_binding(sequencing_settled: bool, value: float) -> bool:
    """Whether a precondition that does not hold keeps a party from opening a basket.

    It binds while its sequencing issue is open, or when that issue was settled the party's way (value of at least one
    half). Settled the other way, the party has waived it. Without a sequencing issue it always binds.

    Parameters
    ----------
    sequencing_settled : bool
        Whether the sequencing issue is settled.
    value : float
        Value to the party of the settled point of that issue, in [-2, 1].
    """
    return not sequencing_settled or value >= 0.5 - EPS


@rule
def is_in_cycle(start: int, edges: Ints, reached: Ints) -> bool:
    """Whether a basket lies on a cycle of baskets that wait for each other: a sequencing deadlock.

    Parameters
    ----------
    start : int
        Index of the basket.
    edges : (B, B) int
        1 where the basket of the row waits for that of the column.
    reached : (B,) int
        Work space.
    """
    size = reached.size
    for b in range(size):
        reached[b] = edges[start, b]
    for _ in range(size):
        for a in range(size):
            if reached[a]:
                for b in range(size):
                    if edges[a, b]:
                        reached[b] = 1
    return reached[start] != 0
