"""Which baskets may be opened: preconditions and their sequencing."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
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


class Deadlock(Choice):
    """What becomes of baskets that bar only each other: they wait, or they are concluded together as a package."""

    STANDS = 0
    PACKAGE = 1


@dispatches(Deadlock)
@rule
def find_package(kind: int, ready: Ints, waits: Ints, package: Ints) -> None:
    """Find the baskets that are concluded together: those in principle that bar only each other.

    The largest set of baskets, each ready, each waiting for baskets of the set only.

    Parameters
    ----------
    kind : int
        A member of `Deadlock`.
    ready : (B,) int
        1 for baskets that are agreed on in principle and that nothing but the settlement of other baskets bars.
    waits : (B, B) int
        1 where the basket of the row waits for the settlement of that of the column.
    package : (B,) int
        Written: 1 for the baskets of the package.
    """
    if kind == Deadlock.STANDS:
        for b in range(ready.size):
            package[b] = 0
        return
    if kind == Deadlock.PACKAGE:
        for b in range(ready.size):
            package[b] = ready[b]
        for _ in range(ready.size):
            for b in range(ready.size):
                for a in range(ready.size):
                    if waits[b, a] != 0 and package[a] == 0:
                        package[b] = 0
        return
    raise ValueError("unknown rule of deadlocks")


@rule
def is_received(since: float, day: float, at_round: int, held: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held.

    Parameters
    ----------
    since, day : float
        The document's date and the present day; infinite for a document without a date.
    at_round, held : int
        The round at which it is handed over, 0 for none, and the number of rounds held.
    """
    return since <= day or 0 < at_round <= held


@rule
def waits_for_basket(kind: int) -> bool:
    """Whether a condition, a member of `Condition`, is met by another basket, so that baskets can wait in a circle."""
    return kind in (Condition.SETTLED, Condition.DELIVERED)


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
