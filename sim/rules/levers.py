"""Sponsors' levers: pulled by date, at random, or in response to talks that move or stall."""

from __future__ import annotations

from sim.core.choices import Choice, dispatches
from sim.core.jit import rule
from sim.rules import convening


class LeverKind(Choice):
    """What decides whether a lever is pulled."""

    DATED = 0
    RANDOM = 1
    RESPONSIVE = 2


class LeverTrigger(Choice):
    """What a responsive lever responds to."""

    MOVING = 0
    STALLED = 1


@rule
def is_random(kind: int) -> bool:
    """Whether a lever, of a member of `LeverKind`, is pulled by chance."""
    return kind == LeverKind.RANDOM


@dispatches(LeverKind)
@rule
def is_pulled(
    kind: int,
    on: bool,
    day: float,
    start: float,
    end: float,
    rate_on: float,
    rate_off: float,
    days: float,
    u: float,
    planned_rounds: int,
    progress: float,
    threshold: float,
    trigger: int,
) -> bool:
    """Whether a lever is pulled at the end of a gap.

    Parameters
    ----------
    kind : int
        A member of `LeverKind`.
    on : bool
        Whether the lever was pulled before.
    day, start, end : float
        The present day, and the days from and until which a dated lever is pulled.
    rate_on, rate_off, days, u : float
        Rates a day at which a random lever is pulled and released, the length of the gap, and the uniform of the draw.
    planned_rounds : int
        Rounds held or postponed so far; before the first one no responsive lever is pulled.
    progress, threshold : float
        Progress of the last rounds, and the progress from which talks count as moving, in [0, 1].
    trigger : int
        A member of `LeverTrigger`.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    if kind == LeverKind.DATED:
        return start <= day < end
    if kind == LeverKind.RANDOM:
        return on != convening.has_occurred(rate_off if on else rate_on, days, u)
    if kind == LeverKind.RESPONSIVE:
        return planned_rounds > 0 and is_triggered(trigger, progress >= threshold)
    raise ValueError("unknown kind of lever")


@dispatches(LeverTrigger)
@rule
def is_triggered(trigger: int, moving: bool) -> bool:
    """Whether a responsive lever is pulled.

    Parameters
    ----------
    trigger : int
        A member of `LeverTrigger`.
    moving : bool
        Whether the talks are moving.

    Raises
    ------
    ValueError
        If the trigger is unknown.
    """
    if trigger == LeverTrigger.MOVING:
        return moving
    if trigger == LeverTrigger.STALLED:
        return not moving
    raise ValueError("unknown trigger of a lever")
