"""Room between what a party wants and what it would just accept: checked once both are known for every stake."""

from __future__ import annotations

from sim.core.errors import ScenarioError
from sim.rules.assumption import MIN_ROOM
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario, Stake

_SLACK = 1e-9


def check_room(scenario: Scenario, origins: Origins) -> None:
    """Raise ScenarioError where a reservation point can come nearer to the demand than 0.05, or lies behind it.

    Wants a scenario with demands and reservation points derived. Source: specification, section 2.
    """
    for p, party in scenario.parties.items():
        for i, stake in party.issues.items():
            others = [q.issues[i].demand for n, q in scenario.parties.items() if n != p and i in q.issues]
            _check(origins, ("parties", p, "issues", i), stake, [d for d in others if d is not None])


def _check(origins: Origins, at: tuple[str, ...], stake: Stake, others: list[Number]) -> None:
    demand = stake.demand
    assert demand is not None
    if stake.conceded is not None:
        end = 1.0 if stake.conceded.mode > demand.mode else 0.0
        if abs(end - demand.mode) < MIN_ROOM - _SLACK:
            raise _no_room(origins, at, demand)
        return
    reservation = stake.reservation
    assert reservation is not None
    if reservation.low <= demand.high + _SLACK and reservation.high >= demand.low - _SLACK:
        problem = f"{_range(reservation)} overlaps the demand {_quoted(demand)}"
        raise origins.error((*at, "reservation"), problem + "; it must lie on the conceding side of it")
    apart = max(reservation.low - demand.high, demand.low - reservation.high)
    if apart < MIN_ROOM - _SLACK:
        problem = f"{_range(reservation)} comes nearer than {MIN_ROOM} to the demand {_quoted(demand)}"
        raise origins.error((*at, "reservation"), problem)
    upward = reservation.low > demand.high
    toward = any(d.high < demand.low - _SLACK if upward else d.low > demand.high + _SLACK for d in others)
    away = any(d.low > demand.high + _SLACK if upward else d.high < demand.low - _SLACK for d in others)
    if toward and not away:
        problem = f"{_range(reservation)} lies on the wrong side of the demand {_quoted(demand)}"
        raise origins.error((*at, "reservation"), problem + ": conceding means moving toward the others' demands")


def _no_room(origins: Origins, at: tuple[str, ...], demand: Number) -> ScenarioError:
    problem = f"the demand {_quoted(demand)} lies nearer than {MIN_ROOM} to the end of the scale toward which "
    return origins.error((*at, "demand"), problem + "the party would concede: no room is left for a reservation point")


def _range(number: Number) -> str:
    return number.quoted().split("  [")[0]


def _quoted(number: Number) -> str:
    documented = number.provenance in ("documented", "derived")
    return f"{_range(number)} [{number.source}, {number.locator}]" if documented else _range(number)
