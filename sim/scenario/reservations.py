"""Checks of reservation values: each lies on the conceding side of its demand, far enough from it."""

from __future__ import annotations

from sim.rules.assumption import LEAST_DISTANCE
from sim.scenario.conditions import Faults, raise_faults
from sim.scenario.merge import Origins, Path
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario, Stake

_SLACK = 1e-9


def check_reservations(scenario: Scenario, origins: Origins) -> None:
    """Check that every reservation value lies on the conceding side of the demand, at least LEAST_DISTANCE from it.

    Parameters
    ----------
    scenario : Scenario
        A scenario with the demand of every stake, and its reservation value or the concession it is derived from.
    origins : Origins
        File and line of every key.

    Raises
    ------
    ScenarioError
        Names the first stake whose ranges come too near, overlap, or lie the wrong way round; the others are notes.
    """
    faults = []
    for p, party in scenario.parties.items():
        for i, stake in party.issues.items():
            demands = {n: q.issues[i].demand for n, q in scenario.parties.items() if n != p and i in q.issues}
            others: dict[Path, Number] = {("parties", n, "issues", i, "demand"): d for n, d in demands.items() if d}
            faults += list(_check_reservation(origins, ("parties", p, "issues", i), stake, others))
    raise_faults(faults)


def _check_reservation(origins: Origins, at: Path, stake: Stake, others: dict[Path, Number]) -> Faults:
    """Check one stake against the others' demands by path: it has one fault at most."""
    demand = stake.demand
    assert demand is not None
    if stake.conceded is not None:
        end = 1.0 if stake.conceded.mode > demand.mode else 0.0
        if abs(end - demand.mode) < LEAST_DISTANCE - _SLACK:
            problem = (
                f"the demand {_quote(demand)} lies nearer than {LEAST_DISTANCE} to the end of the scale toward which "
            )
            problem += "the party would concede: no room is left for a reservation value"
            yield origins.error((*at, "demand"), problem)
        return
    reservation = stake.reservation
    assert reservation is not None
    if reservation.low <= demand.high + _SLACK and reservation.high >= demand.low - _SLACK:
        problem = f"{reservation.format_range()} overlaps the demand {_quote(demand)}"
        problem += "; it must lie on the conceding side of it"
        yield origins.error((*at, "reservation"), problem, (*at, "demand"))
        return
    distance = max(reservation.low - demand.high, demand.low - reservation.high)
    if distance < LEAST_DISTANCE - _SLACK:
        problem = f"{reservation.format_range()} comes nearer than {LEAST_DISTANCE} to the demand {_quote(demand)}"
        yield origins.error((*at, "reservation"), problem, (*at, "demand"))
        return
    upward = reservation.low > demand.high
    demands = others.values()
    toward = any(d.high < demand.low - _SLACK if upward else d.low > demand.high + _SLACK for d in demands)
    away = any(d.low > demand.high + _SLACK if upward else d.high < demand.low - _SLACK for d in demands)
    if toward and not away:
        problem = f"{reservation.format_range()} lies on the wrong side of the demand {_quote(demand)}"
        problem += ": conceding means moving toward the others' demands"
        yield origins.error((*at, "reservation"), problem, (*at, "demand"), *others)


def _quote(number: Number) -> str:
    documented = number.provenance in ("documented", "derived")
    return number.format_range() + (f" [{number.source}, {number.locator}]" if documented else "")
