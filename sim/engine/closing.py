"""Phase 9: what a round concludes, and how a run is reported."""

from __future__ import annotations

from sim.compiled import EPS, rule
from sim.draws import uniform
from sim.engine.bargaining import position_gap
from sim.engine.meeting import binding, received
from sim.engine.state import B, N, P, S, State
from sim.engine.table import attending_strength, floor_of, utility_of
from sim.layout import MEDIATOR, PI, RATIFIER, Streams, Structure, Theta, W
from sim.rules import agenda, convening, outcome, ratification, readiness, salience
from sim.rules.coalition import max_min_many, nash_many
from sim.rules.frontier import max_min_two, nash_two


@rule
def conclude(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, b: int) -> None:
    """A tentative settlement of one basket: approved at home and standing, or back on the table."""
    day = st.s[S.DAY]
    if st.basket[B.FIRST_DAY, b] != st.basket[B.FIRST_DAY, b]:
        st.basket[B.FIRST_DAY, b] = day
    if x.ratified[b] != 0:
        for n in range(x.ratifiers):
            if x.ratifier_basket[n, b] != 0 and not approved(x, th, st, keys, fate, step, n, b):
                return
    st.settled[b], st.open[b], st.fallen[b] = 1, 0, outcome.STANDING
    st.basket[B.SETTLED_DAY, b] = day
    st.basket[B.LEVERAGE_AT, b] = st.s[S.LEVERAGE]
    st.basket[B.BALANCE_AT, b] = st.s[S.BALANCE]
    st.n[N.SETTLED_MASK] |= 1 << b
    for o in range(x.obligations):
        if x.obligation_basket[o] == b:
            st.pending[o], st.share[o] = 1, 0.0
            st.due[o] = day + th.due[0, o]


@rule
def approved(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, n: int, b: int) -> bool:
    """Whether a ratifier approves; if not, the text fails or comes back amended and the others harden."""
    p = x.ratifier_party[n]
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    worth = ratification.ratifier_utility(
        st.package[lo:hi],
        th.party_issue[PI.DEMAND, p, lo:hi],
        st.reservation[p, lo:hi],
        th.party_issue[PI.SALIENCE, p, lo:hi],
        th.ratifier[RATIFIER.REACH, n],
    )
    chance = ratification.ratification_chance(worth, th.ratifier[RATIFIER.STATUS_QUO, n], th.world[W.RATIFY_WIDTH])
    if uniform(keys.ratify[n, b], fate, step, 0) < chance:
        return True
    if uniform(keys.amend[b], fate, step, 0) < th.world[W.AMENDMENT]:
        st.fallen[b] = outcome.AMENDED
        st.n[N.AMENDMENTS] += 1
        st.n[N.AMENDED_MASK] |= 1 << b
        for q in range(x.parties):
            if q != p and x.stake[q, b] != 0:
                st.party[P.HARDENING, q] += th.world[W.AMENDMENT_HARDENING]
    else:
        st.fallen[b] = outcome.REFUSED
        st.n[N.REFUSALS] += 1
    return False


@rule
def code_round(x: Structure, th: Theta, st: State, keys: Streams, fate: int, step: int, tentative: bool, papers: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    best, all_settled = -1, True
    for b in range(x.baskets):
        if st.n[N.SETTLED_MASK] & (1 << b):
            best = max(best, x.basket_code[b])
        if st.settled[b] == 0:
            all_settled = False
    tabled = st.n[N.TEXTS] > 0 or papers > 0 or tentative
    least = 1.0
    for p in range(x.parties):
        if x.seat[p] != 0:
            least = min(least, st.party[P.READINESS, p])
    odds = convening.procedural_odds(
        th.world[W.PROCEDURAL_BASE],
        th.world[W.PROCEDURAL_READINESS],
        least,
        th.world[W.PROCEDURAL_FACILITATION],
        attending_strength(x, th, st, MEDIATOR.FACILITATION, st.n[N.VENUE]),
    )
    procedural = uniform(keys.procedural[0], fate, step, 0) < convening.chance(odds)
    code = outcome.round_code(best, all_settled, tabled, procedural)
    if code >= outcome.TABLED:
        st.n[N.TABLED_EVER] = 1
    if code >= outcome.PROCEDURAL:
        st.n[N.PROCEDURAL_EVER] = 1
    st.n[N.PEAK] = max(st.n[N.PEAK], code)
    st.s[S.PROGRESS] = readiness.progressed(st.s[S.PROGRESS], code, th.world[W.PROGRESS_MEMORY])
    st.s[S.GAP] = position_gap(x, th, st)
    return code


@rule
def papers_received(x: Structure, st: State) -> int:
    """How many documents have been handed over so far."""
    count = 0
    for n in range(x.document_day.size):
        if received(x, st, n):
            count += 1
    return count


@rule
def final_outcome(x: Structure, st: State) -> int:
    """The highest code standing at the end: of settlements that stand, else of what rounds left behind."""
    best, all_settled = -1, True
    for b in range(x.baskets):
        if st.settled[b] != 0:
            best = max(best, x.basket_code[b])
        else:
            all_settled = False
    if st.n[N.HELD] == 0:
        return outcome.POSTPONED
    return outcome.round_code(best, all_settled, st.n[N.TABLED_EVER] != 0, st.n[N.PROCEDURAL_EVER] != 0)


@rule
def surplus(x: Structure, th: Theta, st: State, b: int) -> float:
    """`max_x min_i (U_i - floors_i)` of a basket under red lines, with values not clipped below."""
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    members = 0
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            st.members[members] = p
            members += 1
    d, w = th.party_issue[PI.DEMAND], th.party_issue[PI.SALIENCE]
    if members == 2:
        p, q = st.members[0], st.members[1]
        return max_min_two(
            d[p, lo:hi],
            st.reservation[p, lo:hi],
            w[p, lo:hi],
            st.floors[p],
            x.red[p, lo:hi],
            d[q, lo:hi],
            st.reservation[q, lo:hi],
            w[q, lo:hi],
            st.floors[q],
            x.red[q, lo:hi],
            st.frontier,
            st.order,
            st.x[lo:hi],
        )
    return max_min_many(
        d[:, lo:hi],
        st.reservation[:, lo:hi],
        w[:, lo:hi],
        st.floors,
        x.red[:, lo:hi],
        x.stake[:, b],
        st.coalition,
        st.x[lo:hi],
    )


@rule
def has_zone(x: Structure, th: Theta, st: State, b: int) -> bool:
    """Whether a package exists that gives every party at least its floor."""
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            st.floors[p] = floor_of(x, th, st, p, b)
    return surplus(x, th, st, b) >= -EPS


@rule
def pareto_distance(x: Structure, th: Theta, st: State, b: int) -> float:
    """How much utility all parties could still gain alike over the settled package: 0 on the Pareto frontier."""
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            st.floors[p] = utility_of(x, th, st, p, b, st.package)
    return max(surplus(x, th, st, b), 0.0)


@rule
def waiting(x: Structure, th: Theta, st: State) -> None:
    """Which basket waits for which: unmet preconditions that bind, as a matrix in `edges`."""
    st.edges[:] = 0
    for n in range(x.precondition.shape[0]):
        kind, target = x.precondition[n, 2], x.precondition[n, 3]
        if kind <= 1 and binding(x, th, st, n):
            st.edges[x.precondition[n, 1], target] = 1


@rule
def blocked(x: Structure, th: Theta, st: State, b: int, zone: bool) -> int:
    """Why a basket is not settled at the end; 0 where a settlement stands."""
    if st.settled[b] != 0:
        return 0
    deadlock = agenda.in_circle(b, st.edges, st.reached)
    return outcome.blocking_reason(
        st.n[N.HELD], st.fallen[b], st.agenda[b], deadlock, zone, st.n[N.ABEYANCE] != 0
    )


@rule
def party_utility(x: Structure, th: Theta, st: State, p: int) -> float:
    """A party's utility at the end over all issues, open baskets counting 0."""
    got, weight = 0.0, 0.0
    for b in range(x.baskets):
        if x.stake[p, b] != 0:
            share = salience.total(th.party_issue[PI.SALIENCE, p, x.first_issue[b] : x.first_issue[b + 1]])
            weight += share
            if st.settled[b] != 0:
                got += share * utility_of(x, th, st, p, b, st.package)
    return got / weight if weight > 0.0 else 0.0




@rule
def nash_distance(x: Structure, th: Theta, st: State, b: int) -> float:
    """`1 - product of gains / largest product of gains` of the settled package, gains over the floors; 0 at the Nash point.

    1 where nothing gives all a gain, or where the package leaves someone without one.
    """
    lo, hi = x.first_issue[b], x.first_issue[b + 1]
    members = 0
    for p in range(x.parties):
        if x.stake[p, b] != 0:
            st.floors[p] = floor_of(x, th, st, p, b)
            st.weights[p] = 1.0
            st.members[members] = p
            members += 1
    d, w = th.party_issue[PI.DEMAND], th.party_issue[PI.SALIENCE]
    if members == 2:
        p, q = st.members[0], st.members[1]
        found = nash_two(
            d[p, lo:hi],
            st.reservation[p, lo:hi],
            w[p, lo:hi],
            st.floors[p],
            x.red[p, lo:hi],
            1.0,
            d[q, lo:hi],
            st.reservation[q, lo:hi],
            w[q, lo:hi],
            st.floors[q],
            x.red[q, lo:hi],
            1.0,
            st.frontier,
            st.order,
            st.x[lo:hi],
        )
    else:
        found = nash_many(
            d[:, lo:hi],
            st.reservation[:, lo:hi],
            w[:, lo:hi],
            st.floors,
            x.red[:, lo:hi],
            st.weights,
            x.stake[:, b],
            st.coalition,
            st.x[lo:hi],
        )
    best, got = 1.0, 1.0
    for k in range(members):
        p = st.members[k]
        best *= max(utility_of(x, th, st, p, b, st.x) - st.floors[p], 0.0)
        got *= max(utility_of(x, th, st, p, b, st.package) - st.floors[p], 0.0)
    return outcome.shortfall(got, best) if found else 1.0
