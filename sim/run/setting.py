"""What a run starts with besides its agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.basket import Basket, Obligation

if TYPE_CHECKING:
    from sim.model import NegotiationModel


def make_baskets(model: NegotiationModel) -> list[Basket]:
    """All baskets, open, with their members and obligations."""
    x, th = model.structure, model.theta
    baskets = []
    for b, name in enumerate(model.names.baskets):
        obligations = [
            Obligation(o, int(x.obligation_doer[o]), float(th.due[0, o]), th.blame[0, o].tolist())
            for o in range(x.obligations)
            if x.obligation_basket[o] == b
        ]
        members = [party for party in model.parties if x.stake[party.index, b]]
        obligated = [p for p in range(x.parties) if x.obligated[b, p]]
        lo, hi = int(x.first_issue[b]), int(x.first_issue[b + 1])
        baskets.append(Basket(b, name, lo, hi, members, obligated, obligations))
    return baskets
