"""Best packages of a basket for those with a stake in it, two parties or more: one call whatever their number."""

from __future__ import annotations

from sim.compiled.memory.buffer import Memory, sizes, strip, view
from sim.compiled.memory.function_table import table_entry
from sim.core.jit import inline_part, rule
from sim.core.layout import PI
from sim.solvers.multi_party import CoalitionWork, max_min_many, nash_many
from sim.solvers.two_party import max_min_two, nash_two, order_frontier


@rule
def list_members(mem: Memory, b: int) -> int:
    """List in `members` who negotiates a basket; returns how many."""
    x = sizes(mem)
    member = view.member(mem)
    members = view.members(mem)
    size = 0
    for p in range(x.parties):
        if member[p, b] != 0:
            members[size] = p
            size += 1
    return size


@rule
def list_coalition(mem: Memory, b: int) -> int:
    """List in `members` whose consent a package of a basket has to find; returns how many."""
    x = sizes(mem)
    coalition = view.coalition(mem)
    members = view.members(mem)
    size = 0
    for p in range(x.parties):
        if coalition[p, b] != 0:
            members[size] = p
            size += 1
    return size


@table_entry
def nash_package(mem: Memory, b: int) -> bool:
    """The maximiser of the product of gains over `floor`, powers in `weight`, on the reservation points in `estimates`.

    Written into `text`; false where nothing gives every member its floor.
    """
    if list_coalition(mem, b) > 2:
        return nash_of_many(mem, b)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    members = view.members(mem)
    floors, weights = view.floor(mem), view.weight(mem)
    p, q = members[0], members[1]
    return nash_two(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.estimates(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        floors[p],
        strip.red(mem, (p,), lo, hi),
        weights[p],
        strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
        strip.estimates(mem, (q,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
        floors[q],
        strip.red(mem, (q,), lo, hi),
        weights[q],
        view.frontier_work(mem),
        view.frontier_order(mem),
        strip.text(mem, (), lo, hi),
    )


@table_entry
def nash_of_many(mem: Memory, b: int) -> bool:
    """`nash_package` for three members and more."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    stakes = view.th_party_issue(mem)
    points = view.estimates(mem)
    red = view.red(mem)
    coalition = view.coalition(mem)
    return nash_many(
        stakes[PI.DEMAND, :, lo:hi],
        points[:, lo:hi],
        stakes[PI.SALIENCE, :, lo:hi],
        view.floor(mem),
        red[:, lo:hi],
        view.weight(mem),
        coalition[:, b],
        coalition_work(mem),
        strip.text(mem, (), lo, hi),
    )


@table_entry
def greatest_surplus(mem: Memory, b: int) -> float:
    """`max_x min_i (U_i - floor_i)` of a basket under red lines, with values not clipped below."""
    if list_coalition(mem, b) > 2:
        return surplus_of_many(mem, b)
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    members = view.members(mem)
    floors = view.floor(mem)
    p, q = members[0], members[1]
    return max_min_two(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        floors[p],
        strip.red(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
        strip.reservation(mem, (q,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
        floors[q],
        strip.red(mem, (q,), lo, hi),
        view.frontier_work(mem),
        view.frontier_order(mem),
        strip.text(mem, (), lo, hi),
    )


@inline_part
def order_frontier_of(mem: Memory, b: int, p: int, q: int) -> tuple[int, float, float]:
    """Order the frontier of two members of a basket: how many issues trade utility, and utilities at the best end."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    return order_frontier(
        strip.th_party_issue(mem, (PI.DEMAND, p), lo, hi),
        strip.reservation(mem, (p,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, p), lo, hi),
        strip.th_party_issue(mem, (PI.DEMAND, q), lo, hi),
        strip.reservation(mem, (q,), lo, hi),
        strip.th_party_issue(mem, (PI.SALIENCE, q), lo, hi),
        strip.red(mem, (p,), lo, hi),
        strip.red(mem, (q,), lo, hi),
        view.frontier_work(mem),
        view.frontier_order(mem),
    )


@table_entry
def surplus_of_many(mem: Memory, b: int) -> float:
    """`greatest_surplus` for three members and more."""
    first_issue = view.first_issue(mem)
    lo, hi = first_issue[b], first_issue[b + 1]
    stakes = view.th_party_issue(mem)
    points = view.reservation(mem)
    red = view.red(mem)
    coalition = view.coalition(mem)
    return max_min_many(
        stakes[PI.DEMAND, :, lo:hi],
        points[:, lo:hi],
        stakes[PI.SALIENCE, :, lo:hi],
        view.floor(mem),
        red[:, lo:hi],
        coalition[:, b],
        coalition_work(mem),
        strip.text(mem, (), lo, hi),
    )


@inline_part
def coalition_work(mem: Memory) -> CoalitionWork:
    """The scratch of the solvers for many."""
    return CoalitionWork(
        view.coalition_members(mem),
        view.coalition_pieces(mem),
        view.coalition_edges(mem),
        view.coalition_slopes(mem),
        view.coalition_surplus(mem),
        view.coalition_power(mem),
        view.coalition_drift(mem),
        view.coalition_normal(mem),
        view.coalition_tableau(mem),
        view.coalition_width(mem),
        view.coalition_names(mem),
        view.coalition_flipped(mem),
        view.coalition_lengths(mem),
    )
