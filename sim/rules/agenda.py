"""Which baskets may be opened: mandates, preconditions, sequencing."""

from __future__ import annotations

from sim.core.choices import Choice
from sim.core.jit import EPS, rule
from sim.core.layout import Ints


class Condition(Choice):
    """What a precondition or a condition for meeting asks for."""

    SETTLED = 0
    DELIVERED = 1
    DOCUMENT = 2
    LEVER_ON = 3
    LEVER_OFF = 4


@rule
def precondition_binds(sequencing_settled: bool, value: float) -> bool:
    """Whether a precondition still holds for a party, given the sequencing issue.

    It binds while that issue is open or was settled the party's way (value of the settled point at least one half);
    settled the other way, the party has waived it. Without a sequencing issue it always binds.
    """
    return not sequencing_settled or value >= 0.5 - EPS


@rule
def in_cycle(start: int, edges: Ints, reached: Ints) -> bool:
    """Whether basket `start` lies on a cycle of `edges` (B, B), 1 where row waits for column: a sequencing deadlock.

    `reached` (B,) is work space.
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
