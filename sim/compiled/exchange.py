"""Phase 7: concessions, the exchange of offers basket by basket, and what the parties learn from it."""

from __future__ import annotations

import math

from sim.compiled.coalition import is_decided
from sim.compiled.measures import in_principle
from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.fields import PB, B, N, P
from sim.compiled.memory.function_table import table_entry
from sim.compiled.offers import (
    accept,
    acceptable_worth,
    level_at,
    make_offer,
    next_utility,
    prepare,
    rank_issues,
)
from sim.compiled.packages import list_members
from sim.compiled.party import aspire, concede, utility_of
from sim.core.jit import inline_part, rule
from sim.core.layout import W
from sim.rules import distance, trust
from sim.rules.acceptance import answer_without_noise
from sim.rules.agenda import Deadlock
from sim.rules.aspiration import concedes
from sim.rules.commitment import is_reachable
from sim.rules.concession import compares_risk, offer_gain
from sim.rules.decision import DecisionRule
from sim.rules.outcome import OPEN

ROUNDING = 1e-9
"""More than what rounding can do to utilities along the turns of a round."""


@table_entry
def exchange(mem: Memory, fate: int, step: int) -> None:
    """Let every party concede, then exchange offers on every basket on the agenda."""
    x = sizes(mem)
    agreed = view.agreed(mem)
    discussed = view.discussed(mem)
    concede(mem)
    view.count(mem)[N.CHANGED] = 1
    for b in range(x.baskets):
        agreed[b] = 0
        if on_agenda(mem, b) and exchange_offers(mem, fate, step, b):
            agreed[b] = 1
        if discussed[b] != 0:
            discuss(mem, b)


@inline_part
def discuss(mem: Memory, b: int) -> None:
    """Discuss a barred basket: every member puts its offer; no turn is played and nobody is asked."""
    x = sizes(mem)
    member = view.member(mem)
    pb = view.party_basket(mem)
    basket = view.basket(mem)
    judged = x.detail != 0 or x.deadlock != Deadlock.STANDS  # whether it counts who would take the offers
    for p in range(x.parties):
        if member[p, b] != 0:
            aspire(mem, p, b)
            level = pb[PB.ASPIRATION, p, b]
            pb[PB.LAST, p, b] = level
            if judged or concedes(level):
                rank_issues(mem, p, b)
            make_offer(mem, p, b, level)
    view.latent(mem)[b] = 0
    if judged:
        basket[B.IN_PRINCIPLE, b] = 1.0 if in_principle(mem, b) else 0.0


@inline_part
def on_agenda(mem: Memory, b: int) -> bool:
    """Whether a basket is negotiated in this round."""
    is_open = view.open(mem)
    status = view.status(mem)
    return is_open[b] != 0 and status[b] == OPEN


@inline_part
def exchange_offers(mem: Memory, fate: int, step: int, b: int) -> bool:
    """Exchange offers on one basket, turn by turn; true when enough accept, the package then in `package`."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    members = view.members(mem)
    n = view.count(mem)
    pb = view.party_basket(mem)
    key_accept = view.key_accept(mem)
    consents = view.consents(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    view.latent(mem)[b] = 0
    view.basket(mem)[B.IN_PRINCIPLE, b] = 0.0
    prepare(mem, b)
    size = list_members(mem, b)
    settled, turns, last_words = False, 0, False
    if size == 2 and view.decision(mem)[b] == DecisionRule.UNANIMITY:
        turns, last_words = first_open_turn(mem, b)
    for turn in range(turns, x.exchanges):
        first = n[N.HELD] + turn
        p = members[first % size]
        if not is_reachable(pb[PB.FLOOR, p, b]):
            continue
        make_offer(mem, p, b, level_at(mem, p, b, turn))
        offered = strip.offers(mem, (p,), lo, hi)
        consents[:, b] = 0
        consents[p, b] = 1
        for k in range(1, size):
            q = members[(first + k) % size]
            if accept(mem, q, b, offered, next_utility(mem, q, b, turn), key_accept[q, b], fate, step, turn):
                consents[q, b] = 1
            elif view.decision(mem)[b] == DecisionRule.UNANIMITY:
                break
        settled = is_decided(mem, b)
        if settled:
            package = strip.package(mem, (), lo, hi)
            for i in range(hi - lo):
                package[i] = offered[i]
            break
    end_exchange(mem, b, settled, last_words)
    return settled


@inline_part
def first_open_turn(mem: Memory, b: int) -> tuple[int, bool]:
    """A turn of two parties before which no offer can be accepted, whatever is drawn; the number of turns if none can.

    Also returns whether both parties have put their last offer of the round by then; it then stands in `offers`.

    A party walks straight from its last aspiration to this round's, its floor kept, and what it concedes grows on every
    issue as its aspiration falls, towards the other's demand and never past it. So where both come down, no offer is
    worse for who answers than the one before, and halving comes near the first that is not refused for certain. With a
    third party at the table an offer may lead away from someone's demand, and the turns are gone through.
    """
    x = sizes(mem)
    members = view.members(mem)
    n = view.count(mem)
    pb = view.party_basket(mem)
    hope, last_words = x.exchanges, 0
    for k in range(2):
        p, q = members[k], members[1 - k]
        first = (k + n[N.HELD]) % 2
        own = (hope - first + 1) // 2  # its turns before the other's hope: first, first + 2, … end
        end = first + 2 * (own - 1)
        if own < 1 or not (is_reachable(pb[PB.FLOOR, p, b]) and is_reachable(pb[PB.FLOOR, q, b])):
            continue
        if pb[PB.ASPIRATION, p, b] > pb[PB.LAST, p, b] or pb[PB.ASPIRATION, q, b] > pb[PB.LAST, q, b]:
            lower = min(level_at(mem, p, b, first), level_at(mem, p, b, x.exchanges))
            if not is_hopeless(mem, p, q, b, lower, first, end):
                hope = first
        elif is_hopeless(mem, p, q, b, pb[PB.ASPIRATION, p, b], end, end):
            last_words += 1
        else:
            low, high = 0, own - 1
            while low < high:
                middle = (low + high) // 2
                turn = first + 2 * middle
                if is_hopeless(mem, p, q, b, level_at(mem, p, b, turn), turn, turn):
                    low = middle + 1
                else:
                    high = middle
            hope = first + 2 * low
    return hope, last_words == 2


@rule
def is_hopeless(mem: Memory, p: int, q: int, b: int, level: float, first: int, last: int) -> bool:
    """Whether no noise lets `q` take what `p` offers at that level, by the lesser of what `q` asks in two turns."""
    first_issue = view.first_issue(mem)
    w = view.th_world(mem)
    make_offer(mem, p, b, level)
    worth = acceptable_worth(mem, q, b, strip.offers(mem, (p,), first_issue[b], first_issue[b + 1]))
    aspiration = min(next_utility(mem, q, b, first), next_utility(mem, q, b, last))
    return answer_without_noise(worth + 2.0 * ROUNDING, aspiration, w[W.BARGAINING_WIDTH]) < 0


@inline_part
def end_exchange(mem: Memory, b: int, settled: bool, last_words: bool) -> None:
    """The offers that stand when the exchange is over: the package, or every party's last word if not there already."""
    x = sizes(mem)
    member = view.member(mem)
    pb = view.party_basket(mem)
    first_issue = view.first_issue(mem)
    offers = view.offers(mem)
    package = view.package(mem)
    consents = view.consents(mem)
    for p in range(x.parties):
        if member[p, b] == 0:
            continue
        pb[PB.LAST, p, b] = pb[PB.ASPIRATION, p, b]
        if settled and consents[p, b] != 0:
            for i in range(first_issue[b], first_issue[b + 1]):
                offers[p, i] = package[i]
        elif not last_words:
            make_offer(mem, p, b, pb[PB.ASPIRATION, p, b])


@table_entry
def listen(mem: Memory) -> None:
    """After the exchange: what each party received from each other in its own utility; Zeuthen's three utilities."""
    x = sizes(mem)
    gains = view.gains(mem)
    party = view.party(mem)
    member = view.member(mem)
    discussed = view.discussed(mem)
    trusts = view.trust(mem)
    w = view.th_world(mem)
    gains[:] = 0.0
    compared = False  # whether any party's concession depends on risk limits
    for p in range(x.parties):
        compared = compared or compares_risk(view.concession_rule(mem)[p])
        for field in (P.RECEIVED, P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.WEIGHT):
            party[field, p] = 0.0
    for b in range(x.baskets):
        if on_agenda(mem, b) or discussed[b] != 0:
            for p in range(x.parties):
                if member[p, b] != 0:
                    evaluate_offers(mem, p, b, compared)
    for p in range(x.parties):
        weight = party[P.WEIGHT, p]
        for field in (P.OWN_VALUE, P.OFFERED_VALUE, P.FLOOR_VALUE, P.RECEIVED):
            party[field, p] = distance.ratio(party[field, p], weight)
        own, before = party[P.CONCESSION, p], party[P.CONCESSION_BEFORE, p]
        for q in range(x.parties):
            share = distance.ratio(gains[p, q], weight)
            trusts[p, q] = trust.reciprocate(trusts[p, q], w[W.TRUST_RECIPROCITY_GAIN], share, own, before)


@inline_part
def evaluate_offers(mem: Memory, p: int, b: int, compared: bool) -> None:
    """Evaluate the other parties' latest offers on a basket, and where `compared` what risk limits are made of."""
    x = sizes(mem)
    first_issue = view.first_issue(mem)
    salience_total = view.salience_total(mem)
    member = view.member(mem)
    last_worth = view.last_worth(mem)
    gains = view.gains(mem)
    party = view.party(mem)
    pb = view.party_basket(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    weight = salience_total[p, b]
    worst, total, others = math.inf, 0.0, 0
    for q in range(x.parties):
        if q != p and member[q, b] != 0:
            worth = utility_of(mem, p, b, strip.offers(mem, (q,), lo, hi))
            gain = offer_gain(worth, last_worth[p, q, b])
            last_worth[p, q, b] = worth
            gains[p, q] += weight * gain
            worst = min(worst, worth)
            total += gain
            others += 1
    party[P.WEIGHT, p] += weight
    party[P.RECEIVED, p] += weight * distance.ratio(total, float(others))
    if compared:
        party[P.OWN_VALUE, p] += weight * utility_of(mem, p, b, strip.offers(mem, (p,), lo, hi))
        party[P.OFFERED_VALUE, p] += weight * worst
        party[P.FLOOR_VALUE, p] += weight * pb[PB.FLOOR, p, b]
