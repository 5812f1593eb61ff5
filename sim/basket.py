"""A basket while a run unfolds: who has a stake in it, whether it is open, what was settled and what is owed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.rules.outcome import STANDING

if TYPE_CHECKING:
    from sim.agents import Party


@dataclass
class Obligation:
    """What a party must do after a settlement. `due` in days from the start; `share` met once it fell due."""

    index: int
    doer: int
    term: float
    blame: list[float]
    due: float = math.inf
    share: float = 0.0
    pending: bool = False
    done: bool = False


@dataclass
class Basket:
    """Issues settled together. `lo:hi` are its issues; `agenda` its status at the last round held."""

    index: int
    name: str
    lo: int
    hi: int
    members: list[Party]
    obligated: list[int]
    obligations: list[Obligation] = field(default_factory=list)
    settled: bool = False
    open: bool = True
    agenda: int = 0
    agreed: bool = False
    fallen: int = STANDING
    settled_day: float = math.nan
    first_day: float = math.nan
    leverage_at: float = 0.0
    balance_at: float = 0.0

    @property
    def slice(self) -> slice:
        """Its issues in arrays over issues."""
        return slice(self.lo, self.hi)

    @property
    def size(self) -> int:
        """Number of its issues."""
        return self.hi - self.lo

    def executed(self) -> bool:
        """Whether every obligation fell due."""
        return all(o.done for o in self.obligations)

    def delivered(self, enough: float) -> bool:
        """Whether every obligation was met at least in the share that counts; false without any."""
        return bool(self.obligations) and all(o.done and o.share >= enough for o in self.obligations)
