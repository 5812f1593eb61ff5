"""Whose consent settles a basket, and the coalition that texts and measures look for."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.core.jit import rule
from sim.core.layout import PI
from sim.rules import decision, distance


@rule
def is_decided(mem: Memory, b: int) -> bool:
    """Whether the consents to the package of a basket settle it."""
    return decision.is_decided(
        view.decision(mem)[b],
        view.consents(mem)[:, b],
        view.member(mem)[:, b],
        view.veto(mem)[:, b],
        view.vote_side(mem)[:, b],
        view.vote_weight(mem)[:, b],
        view.decision_share(mem)[b],
    )


@rule
def form_coalition(mem: Memory, b: int) -> None:
    """Choose the coalition of a basket among its present members."""
    x = sizes(mem)
    distances = view.weight(mem)
    for p in range(x.parties):
        distances[p] = distance_from_others(mem, p, b)
    decision.choose_coalition(
        view.decision(mem)[b],
        view.member(mem)[:, b],
        view.veto(mem)[:, b],
        view.vote_side(mem)[:, b],
        view.vote_weight(mem)[:, b],
        view.decision_share(mem)[b],
        distances,
        view.coalition(mem)[:, b],
    )


@rule
def distance_from_others(mem: Memory, p: int, b: int) -> float:
    """Distance of a party's demands from those of the veto holders of a basket; of all other members without any."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    member = view.member(mem)
    veto = view.veto(mem)
    totals = view.salience_total(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    any_veto = False
    for q in range(x.parties):
        if member[q, b] != 0 and veto[q, b] != 0:
            any_veto = True
    part, weight = 0.0, 0.0
    for q in range(x.parties):
        if q != p and member[q, b] != 0 and (veto[q, b] != 0 or not any_veto):
            part += distance.pair_distance(
                strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
                strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
                strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
                strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
            )
            weight += distance.pair_weight(totals[p, b], totals[q, b])
    return distance.ratio(part, weight)
