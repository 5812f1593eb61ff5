"""Small questions that several phases ask of the state: strengths of mediators, floors, utilities."""

from __future__ import annotations

from sim.compiled import inlined, rule
from sim.engine.fields import P, S
from sim.engine.memory import Memory, sizes, strip, view
from sim.layout import DYAD, MEDIATOR, PI, Floats
from sim.rules import commitment
from sim.rules.value import utility


@inlined
def strength_of(mem: Memory, field: int, m: int) -> float:
    """One strength of a mediator; leverage and guarantee work through its manipulation."""
    mediator = view.th_mediator(mem)
    strength = mediator[field, m]
    if field == MEDIATOR.LEVERAGE or field == MEDIATOR.GUARANTEE:
        return strength * mediator[MEDIATOR.MANIPULATION, m]
    return strength


@rule
def present_strength(mem: Memory, field: int) -> float:
    """The largest strength among mediators that have not left, whether or not they sit in this round."""
    x = sizes(mem)
    present = view.present(mem)
    best = 0.0
    for m in range(x.mediators):
        if present[m] != 0:
            best = max(best, strength_of(mem, field, m))
    return best


@inlined
def attending(mem: Memory, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    present = view.present(mem)
    attends = view.attends(mem)
    venue_host = view.venue_host(mem)
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
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return utility(
        package,
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
    )


@inlined
def lowest_of(mem: Memory, p: int, b: int) -> float:
    """`F_min` of a party on a basket."""
    party = view.party(mem)
    red_share = view.red_share(mem)
    return commitment.least_floor(party[P.PAIN, p], red_share[p, b])


@inlined
def floor_of(mem: Memory, p: int, b: int) -> float:
    """The floor of a party on a basket: the least chance of compliance among the others obligated by it counts."""
    x = sizes(mem)
    obligated = view.obligated(mem)
    trusts = view.trust(mem)
    dyad = view.th_dyad(mem)
    exposure = view.th_exposure(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    guarantee = s[S.GUARANTEE]
    chance = 1.0
    for q in range(x.parties):
        if q != p and obligated[b, q] != 0:
            chance = min(chance, commitment.compliance_chance(trusts[p, q], guarantee, dyad[DYAD.AUTHORITY, p, q]))
    return commitment.floor(chance, exposure[0, p, b], party[P.PAIN, p], lowest_of(mem, p, b))
