"""Small questions that several phases ask of the state: strengths of mediators, floors, utilities."""

from __future__ import annotations

from sim.compiled import inlined, rule
from sim.engine.fields import AT, P, S
from sim.engine.memory import Memory, floats1, floats2, floats3, floats_strip, ints1, ints2, sizes
from sim.layout import DYAD, MEDIATOR, PI, Floats
from sim.rules import commitment
from sim.rules.value import utility


@inlined
def strength_of(mem: Memory, field: int, m: int) -> float:
    """One strength of a mediator; leverage and guarantee work through its manipulation."""
    mediator = floats2(mem, AT.th_mediator)
    strength = mediator[field, m]
    if field == MEDIATOR.LEVERAGE or field == MEDIATOR.GUARANTEE:
        return strength * mediator[MEDIATOR.MANIPULATION, m]
    return strength


@rule
def present_strength(mem: Memory, field: int) -> float:
    """The largest strength among mediators that have not left, whether or not they sit in this round."""
    x = sizes(mem)
    present = ints1(mem, AT.present)
    best = 0.0
    for m in range(x.mediators):
        if present[m] != 0:
            best = max(best, strength_of(mem, field, m))
    return best


@inlined
def attending(mem: Memory, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    present = ints1(mem, AT.present)
    attends = ints1(mem, AT.attends)
    venue_host = ints1(mem, AT.venue_host)
    return present[m] != 0 and (attends[m] != 0 or venue_host[venue] == m)


@rule
def attending_strength(mem: Memory, field: int, venue: int) -> float:
    """The largest strength among mediators that sit in a round at this venue."""
    x = sizes(mem)
    best = 0.0
    for m in range(x.mediators):
        if attending(mem, m, venue):
            best = max(best, strength_of(mem, field, m))
    return best


@inlined
def utility_of(mem: Memory, p: int, b: int, package: Floats) -> float:
    """Utility to one party of a package of the basket's issues."""
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    return utility(
        package,
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
    )


@inlined
def lowest_of(mem: Memory, p: int, b: int) -> float:
    """`F_min` of a party on a basket."""
    party = floats2(mem, AT.party)
    red_share = floats2(mem, AT.red_share)
    return commitment.least_floor(party[P.PAIN, p], red_share[p, b])


@inlined
def floor_of(mem: Memory, p: int, b: int) -> float:
    """The floor of a party on a basket: the least chance of compliance among the others obligated by it counts."""
    x = sizes(mem)
    obligated = ints2(mem, AT.obligated)
    trusts = floats2(mem, AT.trust)
    dyad = floats3(mem, AT.th_dyad)
    exposure = floats3(mem, AT.th_exposure)
    party = floats2(mem, AT.party)
    s = floats1(mem, AT.scalar)
    guarantee = s[S.GUARANTEE]
    chance = 1.0
    for q in range(x.parties):
        if q != p and obligated[b, q] != 0:
            chance = min(chance, commitment.compliance_chance(trusts[p, q], guarantee, dyad[DYAD.AUTHORITY, p, q]))
    return commitment.floor(chance, exposure[0, p, b], party[P.PAIN, p], lowest_of(mem, p, b))
