"""Time-based tactics in alternating offers on a domain (Faratin, Sierra & Jennings 1998; NegMAS's form of them).

A side's aspiration falls as `1 - t^x` from its best outcome to its reserved value (or its worst outcome, if that is
better), t = (step + 1)/(steps + 1). It offers the outcome worth least inside the band above its aspiration less the
tolerance, and accepts whatever lies inside. Of several outcomes worth the same to it (to 1e-9) it offers the one listed
last, the last issue moving fastest. In a step every side has its turn: it answers the offer on the table and, unless it
accepts, makes its own; an offer all others accept is the agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Floats
from sim.interop.domain import Domain

EXPONENTS = {"boulware": 4.0, "linear": 1.0, "conceder": 0.25}
TOLERANCE = 1e-4
"""How far below its aspiration a side still accepts, in utility: what NegMAS calls `eps`."""


_DECIMALS = 9


@dataclass(frozen=True)
class Ending:
    """The agreement (None without one), the steps taken, the last one included, and who offered it.

    `number` is the agreement's place in the order of `Domain.list_outcomes`.
    """

    agreement: tuple[str, ...] | None
    step: int
    proposer: int | None
    offers: tuple[tuple[int, int, tuple[str, ...]], ...]
    """Every offer as (step, side, outcome)."""
    number: int | None = None


class Tactic:
    """One side's tactic on its utilities (outcomes,)."""

    def __init__(self, worth: Floats, reserved: float, exponent: float, tolerance: float = TOLERANCE):
        # Sums of the same parts in another order differ in the last bits: without rounding those would break ties.
        self.worth, self.exponent, self.tolerance = np.round(worth, _DECIMALS), exponent, tolerance
        self.top = float(self.worth.max())
        self.bottom = min(max(float(self.worth.min()), reserved), self.top)
        # Ascending worth; among equals the one listed last comes first, as NegMAS's exact inverter has it.
        self.order = np.lexsort([-np.arange(worth.size), self.worth])
        self.sorted = self.worth[self.order]

    def compute_aspiration(self, time: float) -> float:
        """Compute the lower edge of the band at a relative time in (0, 1]."""
        level = (self.top - self.bottom) * (1.0 - time**self.exponent) + self.bottom
        return max(self.bottom, min(self.top, level - self.tolerance))

    def choose_offer(self, time: float) -> int:
        """Choose the outcome worth least inside the band; returns its index."""
        return int(self.order[int(np.searchsorted(self.sorted, self.compute_aspiration(time), side="left"))])

    def accepts(self, outcome: int, time: float) -> bool:
        """Whether an outcome lies inside the band."""
        return bool(self.worth[outcome] >= self.compute_aspiration(time))


def find_exponent(tactic: str | float) -> float:
    """Find the exponent x of a named tactic, or read a number above 0. Raises ParleyError."""
    if isinstance(tactic, str) and tactic in EXPONENTS:
        return EXPONENTS[tactic]
    try:
        number = float(tactic)
    except ValueError:
        number = 0.0
    if not 1e-3 <= number <= 1e3:
        raise ParleyError(f"tactic `{tactic}`: known are {', '.join(EXPONENTS)}, or an exponent from 0.001 to 1000")
    return number


def play(domain: Domain, tactics: Sequence[str | float], steps: int, tolerance: float = TOLERANCE) -> Ending:
    """Play alternating offers with one tactic a side. Raises ParleyError."""
    if len(tactics) != len(domain.profiles) or len(tactics) < 2:
        raise ParleyError(f"{len(tactics)} tactics for {len(domain.profiles)} sides; at least two, one each")
    if not 1 <= steps <= 1_000_000:
        raise ParleyError(f"{steps} steps; allowed: 1 to 1000000")
    if not 0.0 <= tolerance <= 1.0:
        raise ParleyError(f"a tolerance of {tolerance:g}; allowed: 0 to 1")
    worth = domain.compute_worth()
    reserved, powers = domain.list_reserved_values().tolist(), [find_exponent(tactic) for tactic in tactics]
    sides = [Tactic(worth[:, k], reserved[k], power, tolerance) for k, power in enumerate(powers)]
    table, proposer, agreed = -1, -1, 0
    offers: list[tuple[int, int, tuple[str, ...]]] = []
    for step in range(steps):
        time = (step + 1) / (steps + 1)
        for k, side in enumerate(sides):
            if table >= 0 and side.accepts(table, time):
                agreed += 1
                if agreed == len(sides) - 1:
                    return Ending(domain.find_outcome(table), step + 1, proposer, tuple(offers), table)
                continue
            table, proposer, agreed = side.choose_offer(time), k, 0
            offers.append((step, k, domain.find_outcome(table)))
    return Ending(None, steps, None, tuple(offers))
