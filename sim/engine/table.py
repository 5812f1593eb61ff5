"""Small questions that several phases ask of the state: strengths of mediators, floors, utilities."""

from __future__ import annotations

from sim.compiled import rule
from sim.engine.state import P, State
from sim.layout import DYAD, MEDIATOR, PI, Floats, Structure, Theta
from sim.rules import aspiration, commitment
from sim.rules.value import utility


@rule
def strength_of(th: Theta, field: int, m: int) -> float:
    """One strength of a mediator; leverage and guarantee work through its manipulation."""
    strength = th.mediator[field, m]
    if field == MEDIATOR.LEVERAGE or field == MEDIATOR.GUARANTEE:
        return strength * th.mediator[MEDIATOR.MANIPULATION, m]
    return strength


@rule
def present_strength(x: Structure, th: Theta, st: State, field: int) -> float:
    """The largest strength among mediators that have not left, whether or not they sit in this round."""
    best = 0.0
    for m in range(x.mediators):
        if st.present[m] != 0:
            best = max(best, strength_of(th, field, m))
    return best


@rule
def attending(x: Structure, st: State, m: int, venue: int) -> bool:
    """Whether a mediator sits in a round at this venue: always, or where it hosts."""
    return st.present[m] != 0 and (x.attends[m] != 0 or x.venue_host[venue] == m)


@rule
def attending_strength(x: Structure, th: Theta, st: State, field: int, venue: int) -> float:
    """The largest strength among mediators that sit in a round at this venue."""
    best = 0.0
    for m in range(x.mediators):
        if attending(x, st, m, venue):
            best = max(best, strength_of(th, field, m))
    return best


@rule
def utility_of(x: Structure, th: Theta, st: State, p: int, b: int, package: Floats) -> float:
    """Utility of a package (I,) on one basket to one party."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    return utility(
        package[lo:hi],
        th.party_issue[PI.DEMAND, p, lo:hi],
        st.reservation[p, lo:hi],
        th.party_issue[PI.SALIENCE, p, lo:hi],
    )


@rule
def lowest_of(x: Structure, th: Theta, st: State, p: int, b: int) -> float:
    """`F_min` of a party on a basket."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    red = aspiration.red_line_share(th.party_issue[PI.SALIENCE, p, lo:hi], x.red[p, lo:hi])
    return commitment.least_floor(st.party[P.PAIN, p], red)


@rule
def floor_of(x: Structure, th: Theta, st: State, p: int, b: int) -> float:
    """The floor of a party on a basket: the least chance of compliance among the others obligated by it counts."""
    guarantee = present_strength(x, th, st, MEDIATOR.GUARANTEE)
    chance = 1.0
    for q in range(x.parties):
        if q != p and x.obligated[b, q] != 0:
            chance = min(
                chance, commitment.compliance_chance(st.trust[p, q], guarantee, th.dyad[DYAD.AUTHORITY, p, q])
            )
    return commitment.floor(chance, th.exposure[0, p, b], st.party[P.PAIN, p], lowest_of(x, th, st, p, b))
