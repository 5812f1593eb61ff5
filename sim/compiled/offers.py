"""Offers of a party, and its answers to those of others."""

from __future__ import annotations

import numpy as np

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, P, S
from sim.compiled.party import aspire, floor_of, present_aspiration
from sim.core.draws import uniform
from sim.core.jit import inline_part, rule
from sim.core.layout import PI, Floats, W
from sim.rules import aspiration, commitment, offer, salience
from sim.rules.acceptance import answer_without_noise, is_acceptable
from sim.rules.value import acceptable_utility, weighted_mean


@inline_part
def prepare(mem: Memory, b: int) -> None:
    """Floors, aspirations, priorities and caps of every member of a basket."""
    x = sizes(mem)
    member = view.member(mem)
    for p in range(x.parties):
        if member[p, b] != 0:
            aspire(mem, p, b)
            rank_issues(mem, p, b)


@inline_part
def rank_issues(mem: Memory, p: int, b: int) -> None:
    """Set priorities and caps of a party for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    caps = strip.cap(mem, (p,), lo, hi)
    if aspiration.concedes(min(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b])):
        prioritise(mem, p, b, strip.priority(mem, (p,), lo, hi))
    cap_concessions(mem, p, b, caps)
    pb[PB.CAP_MEAN, p, b] = weighted_mean(caps, strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi))


@inline_part
def prioritise(mem: Memory, p: int, b: int, priority: Floats) -> None:
    """Write priorities of a party for conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    s = view.scalar(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    others, own_share = strip.believed(mem, (), lo, hi), strip.own_share(mem, (p,), lo, hi)
    salience.estimate_shares(strip.others_share(mem, (p,), lo, hi), s[S.INFORMATION], others)
    offer.compute_priorities(own_share, others, w[W.BARGAINING_LOGROLL], priority)


@inline_part
def cap_concessions(mem: Memory, p: int, b: int, caps: Floats) -> None:
    """Write caps of a party on conceding on the issues of a basket."""
    first_issue = view.first_issue(mem)
    party = view.party(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    offer.compute_caps(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.nearest(mem, (p,), lo, hi),
        strip.red(mem, (p,), lo, hi),
        party[P.PAIN, p],
        caps,
    )


@rule
def offer_now(mem: Memory, p: int, b: int) -> None:
    """Write the offer a party would make now on a basket into `offers_now`; nothing else of it is kept."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    level = present_aspiration(mem, p, b, floor_of(mem, p, b))
    priority, caps = strip.priority_now(mem, (), lo, hi), strip.cap_now(mem, (), lo, hi)
    if aspiration.concedes(level):
        prioritise(mem, p, b, priority)
    cap_concessions(mem, p, b, caps)
    write_offer(mem, p, b, level, priority, caps, strip.offers_now(mem, (p,), lo, hi))


@inline_part
def write_offer(mem: Memory, p: int, b: int, level: float, priority: Floats, caps: Floats, package: Floats) -> None:
    """Write a party's offer on a basket at an aspiration level into `package`."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    conceding = strip.conceded(mem, (), lo, hi)
    weights = strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi)
    demand = strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi)
    offer.water_fill(1.0 - level, weights, priority, caps, conceding)
    offer.compute_points(demand, strip.reservation(mem, (p,), lo, hi), conceding, package)


@inline_part
def would_accept(mem: Memory, p: int, b: int, package: Floats) -> bool:
    """Whether a party would take a package of the basket at this round's aspiration, answering sharply."""
    pb = view.party_basket(mem)
    if not commitment.is_reachable(pb[PB.FLOOR, p, b]):
        return False
    threshold = aspiration.next_utility(pb[PB.ASPIRATION, p, b], pb[PB.CAP_MEAN, p, b])
    return is_acceptable(acceptable_worth(mem, p, b, package), threshold, 0.0, 0.5)


@inline_part
def demand_again(mem: Memory, p: int, b: int) -> None:
    """A party's offer on a basket that concedes nothing."""
    first_issue = view.first_issue(mem)
    offers, stakes = view.offers(mem), view.th_party_issue(mem)
    for i in range(first_issue[b], first_issue[b + 1]):
        offers[p, i] = stakes[PI.DEMAND, p, i]


@rule
def make_offer(mem: Memory, p: int, b: int, level: float) -> None:
    """A party's offer on a basket at an aspiration level, written into its row of `offers`."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    if not aspiration.concedes(level):
        demand_again(mem, p, b)
        return
    priority, caps = strip.priority(mem, (p,), lo, hi), strip.cap(mem, (p,), lo, hi)
    write_offer(mem, p, b, level, priority, caps, strip.offers(mem, (p,), lo, hi))


@inline_part
def acceptable_worth(mem: Memory, p: int, b: int, package: Floats) -> float:
    """What a package of the basket's issues is worth to a party that answers; -inf where it crosses a red line."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return acceptable_utility(
        package,
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.red(mem, (p,), lo, hi),
    )


@inline_part
def accept(
    mem: Memory, p: int, b: int, package: Floats, threshold: float, key: np.uint64, fate: int, step: int, sub: int
) -> bool:
    """Whether a party takes a package (of the basket's issues): floor in reach, no red line crossed, worth enough.

    The noise is drawn, at its address, only where the answer depends on it.
    """
    pb = view.party_basket(mem)
    w = view.th_world(mem)
    if not commitment.is_reachable(pb[PB.FLOOR, p, b]):
        return False
    worth = acceptable_worth(mem, p, b, package)
    answer = answer_without_noise(worth, threshold, w[W.BARGAINING_WIDTH])
    if answer != 0:
        return answer > 0
    return is_acceptable(worth, threshold, w[W.BARGAINING_WIDTH], uniform(key, fate, step, sub))


@inline_part
def next_utility(mem: Memory, p: int, b: int, turn: int) -> float:
    """Utility of a party's own next offer, the measure of what it is offered now."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    last, target, floor = pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b]
    level = aspiration.aspiration_at(last, target, floor, turn + 1, x.exchanges)
    return aspiration.next_utility(level, pb[PB.CAP_MEAN, p, b])


@inline_part
def level_at(mem: Memory, p: int, b: int, turn: int) -> float:
    """What a party holds out for in a turn."""
    x = sizes(mem)
    pb = view.party_basket(mem)
    return aspiration.aspiration_at(pb[PB.LAST, p, b], pb[PB.ASPIRATION, p, b], pb[PB.FLOOR, p, b], turn, x.exchanges)
