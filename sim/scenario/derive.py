"""Derive demands, reservation values and saliences from documented positions.

Only positions disclosed by the scenario's `as_of` date count, so that a memorandum handed over in a round cannot
explain that round. Only values that the scenario leaves open are derived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from sim.core.errors import nearest
from sim.evidence.positions import Channel, Position
from sim.evidence.record import Record, load_record
from sim.evidence.sources import Source
from sim.rules.assumption import LEAST_DISTANCE
from sim.scenario.citations import check_citations
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number, make_convention
from sim.scenario.schema import Party, Scenario, Stake

Derivations = dict[tuple[str, str], "Basis"]
_RANKS = get_args(Channel)


@dataclass(frozen=True)
class Basis:
    """The ids of the positions that one party's numbers on one issue rest on, and of those passed over."""

    demand: str | None = None
    conceded: str | None = None
    withdrawn_by: str | None = None
    salience: str | None = None
    passed_over: tuple[str, ...] = ()


def derive(scenario: Scenario, origins: Origins, folder: Path) -> tuple[Scenario, Derivations]:
    """Derive the numbers that stakes leave open.

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

    Raises
    ------
    ScenarioError
        Neither the scenario nor the admitted documents have a party's demand, or a citation is wrong.
    """
    record = load_record(folder) if scenario.evidence else None
    check_citations(scenario, record, origins)
    admitted = _select_positions(scenario, record, origins) if record else []
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
        parties[p] = party.model_copy(update={"issues": stakes})
    return scenario.model_copy(update={"parties": parties}), notes


def _select_positions(scenario: Scenario, record: Record, origins: Origins) -> list[Position]:
    """Select the positions known by `as_of` that the evidence switch admits, oldest first."""
    assert scenario.evidence is not None
    admit = scenario.evidence.admit
    perspectives = sorted({source.perspective for source in record.sources.values()})
    allowed = ["all", "own", *perspectives]
    if admit not in allowed:
        raise origins.error(
            ("evidence", "admit"), f"`{admit}` is not known; allowed: {', '.join(allowed)}{nearest(admit, allowed)}"
        )
    known = [position for position in record.positions if position.disclosed <= scenario.as_of]
    if admit == "own":
        known = [position for position in known if position.kind == "own"]
    elif admit != "all":
        known = [copy for position in known if (copy := _restrict(position, admit, record.sources))]
    if scenario.evidence.coder == "second":
        known = [p if p.second is None else p.model_copy(update={"value": p.second}) for p in known]
    return sorted(known, key=lambda position: (position.event, _RANKS.index(position.channel), position.id))


def _restrict(position: Position, perspective: str, sources: dict[str, Source]) -> Position | None:
    """Return a position with the citations of one perspective's media only; None where they do not document it."""
    citations = [citation for citation in position.sources if sources[citation.id].perspective == perspective]
    return position.model_copy(update={"sources": citations}) if citations else None


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
    direction = {"low": 1, "high": -1}[stake.end] if silent and stake.end else _find_direction(demand, others)
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


def _find_direction(demand: Number, others: list[Number]) -> int:
    """Return the direction of concessions: toward the mean of the others' demands; where they agree, to the far end."""
    mean = sum(number.mode for number in others) / len(others) if others else demand.mode
    if abs(mean - demand.mode) > 1e-9:
        return 1 if mean > demand.mode else -1
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
