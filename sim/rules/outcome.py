"""Outcome codes of rounds and runs, and why a basket stayed open."""

from __future__ import annotations

from sim.core.choices import Choice
from sim.core.jit import EPS, rule

POSTPONED, NONE, PROCEDURAL, TEXTS, HUMANITARIAN, CEASEFIRE, PARTIAL, COMPREHENSIVE = range(8)
CODES = ("postponed", "none", "procedural", "texts", "humanitarian", "ceasefire", "partial", "comprehensive")

# Why a basket is not open at a round.
OPEN, NO_MANDATE, PRECONDITION = 0, 1, 2

# How a basket last fell back to open.
STANDING, REFUSED, AMENDED, COLLAPSED = 0, 1, 2, 3


class BlockingReason(Choice):
    """Why a basket is not settled at the end of a run, the most fundamental reason first."""

    NOTHING = 0
    NEVER_CONVENED = 1
    COLLAPSED = 2
    AMENDED = 3
    NOT_RATIFIED = 4
    NO_MANDATE = 5
    SEQUENCING_DEADLOCK = 6
    PRECONDITION = 7
    NO_ZONE_OF_AGREEMENT = 8
    ABEYANCE = 9
    ZONE_BUT_NOT_REACHED_IN_TIME = 10

    @property
    def label(self) -> str:
        """The reason as tables write it; empty where a settlement stands."""
        return self.name.lower().replace("_", " ") if self else ""


REASONS = BlockingReason.labels()


@rule
def round_code(best_settled: int, all_settled: bool, text_exchanged: bool, procedural: bool) -> int:
    """Return the outcome code of a held round: settlements first, then a text, then procedure.

    A basket of code `procedural` (how to go on) ranks below a text.

    Parameters
    ----------
    best_settled : int
        Highest code among the baskets settled in the round, or -1.
    all_settled : bool
        Whether all baskets are settled.
    text_exchanged : bool
        Whether the round leaves a text, from `is_text_exchanged`.
    procedural : bool
        Whether the parties agreed at least on how to go on.

    Returns
    -------
    int
        Index into `CODES`, at least that of `none`.
    """
    if all_settled and best_settled >= 0:
        return COMPREHENSIVE
    if best_settled >= HUMANITARIAN:
        return best_settled
    if text_exchanged:
        return TEXTS
    return PROCEDURAL if procedural or best_settled == PROCEDURAL else NONE


@rule
def is_text_exchanged(texts: int, papers: int, unratified: bool) -> bool:
    """Whether a round leaves a text.

    Parameters
    ----------
    texts : int
        Texts that mediators drafted in the round.
    papers : int
        Documents that the parties handed over since the last round held.
    unratified : bool
        Whether a text that all parties accepted failed at home.
    """
    return texts > 0 or papers > 0 or unratified


@rule
def final_code(rounds_held: int, best_settled: int, all_settled: bool, text_exchanged: bool, procedural: bool) -> int:
    """Return the outcome code that stands at the end of a run.

    Parameters
    ----------
    rounds_held : int
        Rounds held in the run; without any the code is `postponed`.
    best_settled : int
        Highest code among baskets whose settlement stands, or -1.
    all_settled : bool
        Whether the settlements of all baskets stand.
    text_exchanged, procedural : bool
        Whether some round reached at least the code `texts`, or `procedural`.

    Returns
    -------
    int
        Index into `CODES`.
    """
    if rounds_held == 0:
        return POSTPONED
    return round_code(best_settled, all_settled, text_exchanged, procedural)


@rule
def blocking_reason(rounds_held: int, fallen: int, agenda: int, deadlock: bool, zone: bool, abeyance: bool) -> int:
    """Return why a basket is not settled at the end of a run, the most fundamental reason first.

    Parameters
    ----------
    rounds_held : int
        Rounds held in the run.
    fallen : int
        How the basket last fell back to open: `STANDING` (it did not), `REFUSED`, `AMENDED` or `COLLAPSED`.
    agenda : int
        Its status at the last round held: `OPEN`, `NO_MANDATE` or `PRECONDITION`.
    deadlock : bool
        Whether it lies on a cycle of baskets that wait for each other.
    zone : bool
        Whether a zone of agreement exists at the end.
    abeyance : bool
        Whether the talks are in abeyance at the end.

    Returns
    -------
    int
        A member of `BlockingReason`, as a number.
    """
    if rounds_held == 0:
        return BlockingReason.NEVER_CONVENED.value
    if fallen == COLLAPSED:
        return BlockingReason.COLLAPSED.value
    if fallen == AMENDED:
        return BlockingReason.AMENDED.value
    if fallen == REFUSED:
        return BlockingReason.NOT_RATIFIED.value
    if agenda == NO_MANDATE:
        return BlockingReason.NO_MANDATE.value
    if deadlock:
        return BlockingReason.SEQUENCING_DEADLOCK.value
    if agenda == PRECONDITION:
        return BlockingReason.PRECONDITION.value
    if not zone:
        return BlockingReason.NO_ZONE_OF_AGREEMENT.value
    return BlockingReason.ABEYANCE.value if abeyance else BlockingReason.ZONE_BUT_NOT_REACHED_IN_TIME.value


@rule
def has_zone(surplus: float) -> bool:
    """Whether a zone of agreement exists: some package gives every party its floor.

    Parameters
    ----------
    surplus : float
        `max_x min_i (U_i(x) - F_i)` under red lines, in utility; -inf where red lines clash.
    """
    return surplus >= -EPS


@rule
def gain_over_floor(utility: float, floor: float) -> float:
    """Return what a package gives a party beyond its floor, at least 0: a factor of the Nash product.

    Parameters
    ----------
    utility, floor : float
        The party's utility of the package, and its floor.

    Returns
    -------
    float
        Gain in utility, at least 0.
    """
    return max(utility - floor, 0.0)


@rule
def relative_loss(value: float, best: float) -> float:
    """Return by which share something falls short of the best: `1 - value/best`, clipped to [0, 1].

    Parameters
    ----------
    value, best : float
        What was attained, and the best attainable.

    Returns
    -------
    float
        Share in [0, 1]; 1 where the best is not above 0.
    """
    if best <= 0.0:
        return 1.0
    return min(max(1.0 - value / best, 0.0), 1.0)
