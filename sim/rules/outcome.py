"""Outcome codes of rounds and runs, and what blocked a basket that stayed open."""

from __future__ import annotations

from sim.core.jit import rule

POSTPONED, NONE, PROCEDURAL, TABLED, HUMANITARIAN, CEASEFIRE, PARTIAL, COMPREHENSIVE = range(8)
CODES = ("postponed", "none", "procedural", "tabled", "humanitarian", "ceasefire", "partial", "comprehensive")

# Why a basket is not open at a round.
OPEN, NO_MANDATE, PRECONDITION = 0, 1, 2

# How a basket last fell back to open.
STANDING, REFUSED, AMENDED, COLLAPSED = 0, 1, 2, 3

REASONS = (
    "",
    "never convened",
    "collapsed",
    "amended",
    "not ratified",
    "no mandate",
    "sequencing deadlock",
    "precondition",
    "no zone of agreement",
    "abeyance",
    "zone but not reached in time",
)


@rule
def round_code(best_settled: int, all_settled: bool, tabled: bool, procedural: bool) -> int:
    """Code of a held round: the highest code among baskets settled in it (or -1), else text, procedure, or none.

    A basket of code `procedural` (how to go on) ranks below a text on the table.
    """
    if all_settled and best_settled >= 0:
        return COMPREHENSIVE
    if best_settled >= HUMANITARIAN:
        return best_settled
    if tabled:
        return TABLED
    return PROCEDURAL if procedural or best_settled == PROCEDURAL else NONE


@rule
def is_text_exchanged(texts: int, papers: int, unratified: bool) -> bool:
    """Whether a round leaves a text behind.

    Parameters
    ----------
    texts : int
        Texts of mediators in the round.
    papers : int
        Documents that the parties handed over in the round.
    unratified : bool
        Whether a text all parties accepted failed at home.
    """
    return texts > 0 or papers > 0 or unratified


@rule
def final_code(
    rounds_held: int, best_settled: int, all_settled: bool, text_exchanged: bool, procedural: bool
) -> int:
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
        Whether some round reached at least the code `tabled`, or `procedural`.

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
    """Index into `REASONS` for a basket that is not settled at the end, the most fundamental reason first.

    `fallen` is how it last fell back to open, `agenda` its status at the last round that was held.
    """
    if rounds_held == 0:
        return 1
    if fallen == COLLAPSED:
        return 2
    if fallen == AMENDED:
        return 3
    if fallen == REFUSED:
        return 4
    if agenda == NO_MANDATE:
        return 5
    if deadlock:
        return 6
    if agenda == PRECONDITION:
        return 7
    if not zone:
        return 8
    return 9 if abeyance else 10


@rule
def gain_over_floor(utility: float, floor: float) -> float:
    """Return what a package gives a party beyond its floor, at least 0: a factor of the Nash product."""
    return max(utility - floor, 0.0)


@rule
def shortfall(got: float, best: float) -> float:
    """`1 - got/best`, between 0 and 1; 1 where the best is nothing."""
    if best <= 0.0:
        return 1.0
    return min(max(1.0 - got / best, 0.0), 1.0)
