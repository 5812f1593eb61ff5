"""A basket while a run unfolds: its members, whether it is open, what was settled and what is owed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.agents.protocols import Party, Talks
from sim.rules.outcome import STANDING


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
    """Issues settled together. `lo:hi` are its issues; `agenda` its status at the last round held.

    `stakeholders` are the parties with a stake in it, its `members` those of them that take part by now,
    its `coalition` those of these whose consent texts and measures look for, its `signatories` those who signed.
    """

    index: int
    name: str
    lo: int
    hi: int
    stakeholders: Sequence[Party]
    obligated: list[int]
    obligations: list[Obligation] = field(default_factory=list)
    members: Sequence[Party] = ()
    coalition: Sequence[Party] = ()
    signatories: Sequence[Party] = ()
    settled: bool = False
    open: bool = True
    agenda: int = 0
    agreed: bool = False
    fallen: int = STANDING
    settled_day: float = math.nan
    first_day: float = math.nan
    leverage_at: float = 0.0
    balance_at: float = 0.0
    since: float = 0.0
    discussed: bool = False
    latent: bool = False
    gap: float = 0.0
    gap_start: float = 0.0
    closed: float = math.nan
    surplus: float = 0.0
    near: float = 0.0
    in_principle: bool = False
    proposer: int = -1

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
        """Whether every obligation was met at least in the share `enough`; false without any obligation."""
        return bool(self.obligations) and all(o.done and o.share >= enough for o in self.obligations)


def create_baskets(model: Talks) -> list[Basket]:
    """Create all baskets of a run, open, with the parties that have a stake in them and their obligations."""
    x, th = model.structure, model.theta
    baskets = []
    for b, name in enumerate(model.names.baskets):
        obligations = [
            Obligation(o, int(x.obligation_doer[o]), float(th.due[0, o]), th.blame[0, o].tolist())
            for o in range(x.obligations)
            if x.obligation_basket[o] == b
        ]
        stakeholders = [party for party in model.parties if x.stake[party.index, b]]
        obligated = [p for p in range(x.parties) if x.obligated[b, p]]
        lo, hi = int(x.first_issue[b]), int(x.first_issue[b + 1])
        baskets.append(Basket(b, name, lo, hi, stakeholders, obligated, obligations, since=float(x.urgent_since[b])))
    return baskets
