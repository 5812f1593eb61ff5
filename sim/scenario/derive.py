"""Derive demands, reservation values and saliences from documented positions, and other parts from documented acts.

Only what was disclosed by the scenario's `as_of` date counts, so that a memorandum handed over in a round cannot
explain that round. Only values that the scenario leaves open are derived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.evidence.acts import Act
from sim.evidence.positions import Position
from sim.evidence.record import load_record
from sim.rules.assumption import LEAST_DISTANCE
from sim.scenario.acts import apply_readings, read_acts
from sim.scenario.admission import select_entries
from sim.scenario.citations import check_citations
from sim.scenario.merge import Origins
from sim.scenario.merge import Path as Route
from sim.scenario.numbers import Number, make_convention
from sim.scenario.papers import read_papers
from sim.scenario.readings import Reading
from sim.scenario.schema import Party, Scenario, Stake

Derivations = dict[tuple[str, str], "Basis"]


@dataclass(frozen=True)
class Basis:
    """The ids of the positions that one party's numbers on one issue rest on, and of those passed over."""

    demand: str | None = None
    conceded: str | None = None
    withdrawn_by: str | None = None
    salience: str | None = None
    passed_over: tuple[str, ...] = ()


def derive(scenario: Scenario, origins: Origins, folder: Path) -> tuple[Scenario, Derivations, dict[Route, Reading]]:
    """Derive what stakes leave open from positions, and what other parts leave open from acts.

    Parameters
    ----------
    scenario : Scenario
        A scenario whose parts fit together.
    origins : Origins
        File and line of every key.
    folder : Path
        The folder of the documents, read where the scenario has `evidence`.

    Returns
    -------
    scenario : Scenario
        A copy in which every stake has a demand, a salience, and a reservation value or its inputs.
    derivations : dict
        The basis of each stake, by party and issue.
    readings : dict
        What acts say of the parts of the scenario, by path.

    Raises
    ------
    ScenarioError
        Neither the scenario nor the admitted documents have a party's demand, or a citation is wrong.
    """
    record = load_record(folder) if scenario.evidence else None
    check_citations(scenario, record, origins)
    admitted, acts = select_entries(scenario, record, origins) if record else ([], [])
    demands = {
        (p, i): _derive_demand(scenario, p, i, stake, admitted, origins)
        for p, party in scenario.parties.items()
        for i, stake in party.issues.items()
    }
    parties: dict[str, Party] = {}
    notes: Derivations = {}
    for p, party in scenario.parties.items():
        stakes = {}
        for i, stake in party.issues.items():
            number, chosen = demands[p, i]
            others = [demands[q, i][0] for q in scenario.parties if q != p and (q, i) in demands]
            stakes[i], notes[p, i] = _derive_stake(scenario, p, i, stake, number, chosen, others, admitted)
            stressed = _stress(scenario, p, i, stake, stakes[i], acts)
            if stressed is not stakes[i]:  # the salience rests on the stress, not on the position
                stakes[i], notes[p, i] = stressed, replace(notes[p, i], salience=None)
        parties[p] = party.model_copy(update={"issues": stakes})
    readings = read_acts(scenario, acts, admitted, origins)
    readings |= {reading.path: reading for reading in read_papers(scenario, record.proposals)} if record else {}
    return apply_readings(scenario.model_copy(update={"parties": parties}), readings), notes, readings


def _select_own(scenario: Scenario, party: str, issue: str, admitted: list[Position]) -> list[Position]:
    """Select a party's positions on an issue: its own statements, or those attributed to it where it made none."""
    actor = scenario.parties[party].actor or party
    positions = [position for position in admitted if position.actor == actor and position.issue == issue]
    own = [position for position in positions if position.kind == "own"]
    return own or positions


def _select_standing(positions: list[Position]) -> list[Position]:
    """Select the positions that a party holds: demands, offers and refusals."""
    return [position for position in positions if position.stance in ("demand", "offer", "refusal")]


def _derive_demand(
    scenario: Scenario, party: str, issue: str, stake: Stake, admitted: list[Position], origins: Origins
) -> tuple[Number, Position | None]:
    """Return the demand and its position: the latest demand or offer, a refusal where there is neither."""
    if stake.demand is not None:
        return stake.demand, None
    standing = _select_standing(_select_own(scenario, party, issue, admitted))
    candidates = [position for position in standing if position.stance != "refusal"] or standing
    if candidates:
        latest = candidates[-1]
        return _make_derived(latest.value, latest), latest
    if stake.end is None:
        problem = "no demand is given and the admitted documents hold none by "
        problem += f"{scenario.as_of}; give `demand`, or `end: low` or `end: high` for a wide assumed range"
        raise origins.error(("parties", party, "issues", issue), problem)
    ends = [0.0, 0.3] if stake.end == "low" else [0.7, 1.0]
    return _make_assumed(ends, "admitted documents are silent: wide range on the party's side of the scale"), None


def _make_derived(value: float, position: Position) -> Number:
    first = position.sources[0]
    raw = {"value": value, "source": first.id, "locator": first.locator, "why": position.id}
    return Number.model_validate(raw).model_copy(update={"provenance": "derived"})


def _make_assumed(ends: list[float], why: str) -> Number:
    return Number.model_validate({"assumed": ends, "why": why})


def _derive_stake(
    scenario: Scenario,
    party: str,
    issue: str,
    stake: Stake,
    demand: Number,
    chosen: Position | None,
    others: list[Number],
    admitted: list[Position],
) -> tuple[Stake, Basis]:
    update: dict[str, Any] = {"demand": demand}
    own = _select_own(scenario, party, issue, admitted)
    basis = Basis(demand=chosen.id if chosen else None)
    if stake.salience is None:
        update["salience"], position = _derive_salience(scenario, own)
        basis = replace(basis, salience=position)
    silent = chosen is None and stake.demand is None  # then the demand lies at the party's own end by assumption
    own_end = {"low": 1, "high": -1}[stake.end] if silent and stake.end else None
    direction = own_end or _find_direction(demand, others, stake.end)
    if stake.reservation is None:
        conceding = _find_concession(own, demand, direction) if chosen else None
        if conceding is None:
            update["reservation"] = _assume_range(demand, direction)
        else:
            withdrawals = (p for p in own if p.stance == "withdrawn")
            withdrawal = next((p for p in withdrawals if p.note.startswith(f"Withdraws {conceding.id}.")), None)
            update |= _derive_inputs(scenario, conceding, withdrawal)
            rest = tuple(p.id for p in _select_standing(own) if p not in (chosen, conceding))
            withdrawn_by = withdrawal.id if withdrawal else None
            basis = replace(basis, conceded=conceding.id, withdrawn_by=withdrawn_by, passed_over=rest)
            return stake.model_copy(update=update), basis
    rest = tuple(p.id for p in _select_standing(own) if p is not chosen)
    return stake.model_copy(update=update), replace(basis, passed_over=rest)


def _find_direction(demand: Number, others: list[Number], end: str | None) -> int:
    """Return the direction of concessions: toward the mean of the others' demands; where they agree, to the far end.

    In the middle of the scale the far end is the one away from the party's own.
    """
    mean = sum(number.mode for number in others) / len(others) if others else demand.mode
    if abs(mean - demand.mode) > 1e-9:
        return 1 if mean > demand.mode else -1
    if demand.mode == 0.5 and end is not None:
        return 1 if end == "low" else -1
    return 1 if demand.mode < 0.5 else -1


def _find_concession(own: list[Position], demand: Number, direction: int) -> Position | None:
    """Find the own position farthest in the conceding direction whose condition can be met inside the package.

    Of several with the same value the latest counts: the age of a concession is the time since it was last repeated.
    """
    candidates = [p for p in _select_standing(own) if "external" not in p.condition_met_by]
    best = max(candidates, key=lambda p: (direction * p.value, p.event, p.id), default=None)
    if best is None or direction * (best.value - demand.mode) < 1e-9:
        return None
    return best


def _derive_inputs(scenario: Scenario, conceding: Position, withdrawal: Position | None) -> dict[str, Any]:
    """Return the inputs of the derived reservation value."""
    age = max((scenario.start - conceding.event).days, 0)
    convention = make_convention(0.0, "not documented as withdrawn")
    return {
        "conceded": _make_derived(conceding.value, conceding),
        "age": _make_derived(float(age), conceding),
        "withdrawn": _make_derived(1.0, withdrawal) if withdrawal else convention,
    }


def _assume_range(demand: Number, direction: int) -> Number:
    """Return the range without a documented concession: from just past the demand to the far end of the scale."""
    why = "no earlier concession is documented: the whole range is assumed"
    near, far = (demand.high + LEAST_DISTANCE, 1.0) if direction > 0 else (demand.low - LEAST_DISTANCE, 0.0)
    if direction * (far - near) <= 0.0:
        near = far - direction * 1e-6  # nothing is left of the scale: `check_reservations` will refuse it
    return _make_assumed(sorted([near, far]), why)


def _derive_salience(scenario: Scenario, own: list[Position]) -> tuple[Number, str | None]:
    """Return the salience of the strongest documented insistence on the scenario's scale, and its position's id."""
    order = ("key_requirement", "basic_provision", "listed", "mentioned")
    for insistence in order:
        latest = next((p for p in reversed(own) if p.insistence == insistence), None)
        if latest is not None and insistence in scenario.salience_scale:
            why = f"coded from `{insistence}` in {latest.id} [{latest.sources[0]}]"
            return scenario.salience_scale[insistence].model_copy(update={"why": why}), latest.id
    if "silent" in scenario.salience_scale:
        return scenario.salience_scale["silent"].model_copy(update={"why": "no insistence is documented"}), None
    return _make_assumed([0.2, 1.0], "no insistence is documented and the scenario gives no salience scale"), None


def _stress(scenario: Scenario, party: str, issue: str, stake: Stake, derived: Stake, acts: list[Act]) -> Stake:
    """Raise the derived salience of an issue to that of a basic provision where the party stressed its whole theme."""
    actor, theme = scenario.parties[party].actor or party, scenario.issues[issue].theme
    stress = [act for act in acts if act.act == "insistence" and act.actor == actor and theme in act.themes]
    scale, salience = scenario.salience_scale, derived.salience
    if stake.salience is not None or salience is None or not stress or "basic_provision" not in scale:
        return derived
    if salience.mode >= scale["basic_provision"].mode:
        return derived
    why = f"its theme is stressed as a whole in {stress[-1].id} [{stress[-1].sources[0]}]"
    return derived.model_copy(update={"salience": scale["basic_provision"].model_copy(update={"why": why})})
