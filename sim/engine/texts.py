"""Phase 8: mediators' texts."""

from __future__ import annotations

from sim.compiled import rule
from sim.draws import uniform
from sim.engine.bargaining import agrees
from sim.engine.state import N, PB, S, State
from sim.engine.table import attending, attending_strength
from sim.layout import COMPROMISE, MEDIATOR, PI, Streams, Structure, Theta, W
from sim.rules import mediation, trust
from sim.rules.coalition import compromise, nash_many
from sim.rules.frontier import nash_two


@rule
def facilitate(x: Structure, th: Theta, st: State) -> None:
    """What facilitation brings to a round that is held: information, and a little trust."""
    strength = attending_strength(x, th, st, MEDIATOR.FACILITATION, st.n[N.VENUE])
    gain = th.world[W.INFORMATION_GAIN]
    st.s[S.INFORMATION] = trust.gained(st.s[S.INFORMATION], gain, strength)
    for p in range(x.parties):
        for q in range(x.parties):
            if q != p:
                st.trust[p, q] = trust.gained(st.trust[p, q], th.world[W.MEDIATION_TRUST], strength)


@rule
def mediate(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, b: int) -> bool:
    """Phase 8 on one basket: mediators at the table may put a single text; true when all accept it."""
    for m in range(x.mediators):
        if not attending(x, st, m, st.n[N.VENUE]):
            continue
        if uniform(keys.formulate[m, b], fate, step, 0) >= th.mediator[MEDIATOR.FORMULATION, m]:
            continue
        if not draft(x, th, st, keys, fate, step, m, b):
            continue
        st.n[N.TEXTS] += 1
        if answered(x, th, st, keys, fate, step, m, b):
            return True
    return False


@rule
def draft(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, m: int, b: int) -> bool:
    """A mediator's text on a basket, written into `x`: false where it sees nothing all could accept."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    members = 0
    for p in range(x.parties):
        if x.stake[p, b] == 0:
            continue
        st.members[members] = p
        members += 1
        st.floors[p] = st.party_basket[PB.FLOOR, p, b]
        st.weights[p] = mediation.weight(th.leaning[0, m, p])
        for i in range(lo, hi):
            st.estimate[p, i] = mediation.estimate(
                th.party_issue[PI.DEMAND, p, i],
                st.reservation[p, i],
                th.mediator[MEDIATOR.INSIGHT, m],
                th.world[W.ESTIMATE_ERROR],
                uniform(keys.estimate[m, p, i], fate, step, 0),
            )
    d, w = th.party_issue[PI.DEMAND], th.party_issue[PI.SALIENCE]
    if x.text_rule[m] == COMPROMISE:
        compromise(d[:, lo:hi], w[:, lo:hi], x.stake[:, b], st.x[lo:hi])
        return True
    if members == 2:
        p, q = st.members[0], st.members[1]
        return nash_two(
            d[p, lo:hi],
            st.estimate[p, lo:hi],
            w[p, lo:hi],
            st.floors[p],
            x.red[p, lo:hi],
            st.weights[p],
            d[q, lo:hi],
            st.estimate[q, lo:hi],
            w[q, lo:hi],
            st.floors[q],
            x.red[q, lo:hi],
            st.weights[q],
            st.frontier,
            st.order,
            st.x[lo:hi],
        )
    return nash_many(
        d[:, lo:hi],
        st.estimate[:, lo:hi],
        w[:, lo:hi],
        st.floors,
        x.red[:, lo:hi],
        st.weights,
        x.stake[:, b],
        st.coalition,
        st.x[lo:hi],
    )


@rule
def answered(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, m: int, b: int) -> bool:
    """The parties' answers to a mediator's text; when all accept, it becomes the package."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    for p in range(x.parties):
        if x.stake[p, b] == 0:
            continue
        persuaded = mediation.persuasion(
            th.world[W.PERSUASION], th.world[W.LEANING_PERSUASION], th.leaning[0, m, p]
        )
        threshold = mediation.text_threshold(
            st.party_basket[PB.ASPIRATION, p, b], st.party_basket[PB.FLOOR, p, b], persuaded
        )
        u = uniform(keys.text[m, p, b], fate, step, 0)
        if not agrees(x, th, st, p, b, st.x[lo:hi], threshold, u):
            return False
    for i in range(lo, hi):
        st.package[i] = st.x[i]
        for p in range(x.parties):
            if x.stake[p, b] != 0:
                st.offer[p, i] = st.x[i]
    return True
