"""Best packages of a basket for those with a stake in it, two parties or more: one call whatever their number."""

from __future__ import annotations

from sim.compiled import inlined, rule
from sim.engine.apart import apart
from sim.engine.fields import AT
from sim.engine.memory import Memory, floats1, floats2, floats3, floats_strip, ints1, ints2, ints_strip, sizes
from sim.layout import PI
from sim.rules.coalition import CoalitionWork, max_min_many, nash_many
from sim.rules.frontier import max_min_two, nash_two


@rule
def seat_members(mem: Memory, b: int) -> int:
    """List in `members` who has a stake in a basket; returns how many."""
    x = sizes(mem)
    stake = ints2(mem, AT.stake)
    members = ints1(mem, AT.members)
    size = 0
    for p in range(x.parties):
        if stake[p, b] != 0:
            members[size] = p
            size += 1
    return size


@apart
def nash_package(mem: Memory, b: int) -> bool:
    """The maximiser of the product of gains over `floor`, powers in `weight`, on the reservation points in `estimates`.

    Written into `tabled`; false where nothing gives every member its floor.
    """
    if seat_members(mem, b) > 2:
        return nash_of_many(mem, b)
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    members = ints1(mem, AT.members)
    floors, weights = floats1(mem, AT.floor), floats1(mem, AT.weight)
    p, q = members[0], members[1]
    return nash_two(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.estimates, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
        floors[p],
        ints_strip(mem, AT.red, (p,), lo, hi),
        weights[p],
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, q), lo, hi),
        floats_strip(mem, AT.estimates, (q,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, q), lo, hi),
        floors[q],
        ints_strip(mem, AT.red, (q,), lo, hi),
        weights[q],
        floats2(mem, AT.frontier_work),
        ints1(mem, AT.frontier_order),
        floats_strip(mem, AT.tabled, (), lo, hi),
    )


@apart
def nash_of_many(mem: Memory, b: int) -> bool:
    """`nash_package` for three members and more."""
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    stakes = floats3(mem, AT.th_party_issue)
    points = floats2(mem, AT.estimates)
    red = ints2(mem, AT.red)
    stake = ints2(mem, AT.stake)
    return nash_many(
        stakes[PI.DEMAND, :, lo:hi],
        points[:, lo:hi],
        stakes[PI.SALIENCE, :, lo:hi],
        floats1(mem, AT.floor),
        red[:, lo:hi],
        floats1(mem, AT.weight),
        stake[:, b],
        coalition_work(mem),
        floats_strip(mem, AT.tabled, (), lo, hi),
    )


@apart
def greatest_surplus(mem: Memory, b: int) -> float:
    """`max_x min_i (U_i - floor_i)` of a basket under red lines, with values not clipped below."""
    if seat_members(mem, b) > 2:
        return surplus_of_many(mem, b)
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    members = ints1(mem, AT.members)
    floors = floats1(mem, AT.floor)
    p, q = members[0], members[1]
    return max_min_two(
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, p), lo, hi),
        floats_strip(mem, AT.reservation, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, p), lo, hi),
        floors[p],
        ints_strip(mem, AT.red, (p,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.DEMAND, q), lo, hi),
        floats_strip(mem, AT.reservation, (q,), lo, hi),
        floats_strip(mem, AT.th_party_issue, (PI.SALIENCE, q), lo, hi),
        floors[q],
        ints_strip(mem, AT.red, (q,), lo, hi),
        floats2(mem, AT.frontier_work),
        ints1(mem, AT.frontier_order),
        floats_strip(mem, AT.tabled, (), lo, hi),
    )


@apart
def surplus_of_many(mem: Memory, b: int) -> float:
    """`greatest_surplus` for three members and more."""
    first_issue = ints1(mem, AT.first_issue)
    lo, hi = first_issue[b], first_issue[b + 1]
    stakes = floats3(mem, AT.th_party_issue)
    points = floats2(mem, AT.reservation)
    red = ints2(mem, AT.red)
    stake = ints2(mem, AT.stake)
    return max_min_many(
        stakes[PI.DEMAND, :, lo:hi],
        points[:, lo:hi],
        stakes[PI.SALIENCE, :, lo:hi],
        floats1(mem, AT.floor),
        red[:, lo:hi],
        stake[:, b],
        coalition_work(mem),
        floats_strip(mem, AT.tabled, (), lo, hi),
    )


@inlined
def coalition_work(mem: Memory) -> CoalitionWork:
    """The scratch of the solvers for many."""
    return CoalitionWork(
        ints1(mem, AT.coalition_members),
        ints1(mem, AT.coalition_pieces),
        floats2(mem, AT.coalition_edges),
        floats2(mem, AT.coalition_slopes),
        floats1(mem, AT.coalition_surplus),
        floats1(mem, AT.coalition_power),
        floats1(mem, AT.coalition_drift),
        floats2(mem, AT.coalition_normal),
        floats2(mem, AT.coalition_tableau),
        floats1(mem, AT.coalition_width),
        ints1(mem, AT.coalition_names),
        ints1(mem, AT.coalition_flipped),
        floats1(mem, AT.coalition_drawn),
    )
