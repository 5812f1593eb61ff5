"""From documented positions to demands, reservation points and saliences (specification, section 2).

Only what was disclosed by the scenario's `as_of` date counts, so that a memorandum handed over in a round cannot
explain that round. What the scenario states itself is kept; only what it leaves open is derived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.core.errors import nearest
from sim.evidence.positions import Position, Record, load_record
from sim.evidence.sources import Source
from sim.rules.assumption import MIN_ROOM
from sim.scenario.citations import check_citations
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number, convention
from sim.scenario.schema import Party, Scenario, Stake

Derivations = dict[tuple[str, str], "Derived"]


@dataclass(frozen=True)
class Derived:
    """What one party's numbers on one issue rest on: ids of positions, and the codings passed over."""

    demand: str | None = None
    conceded: str | None = None
    withdrawn_by: str | None = None
    salience: str | None = None
    passed_over: tuple[str, ...] = ()


def derive(scenario: Scenario, origins: Origins, folder: Path) -> tuple[Scenario, Derivations]:
    """Fill what stakes leave open from the documents of `folder`; returns a resolved copy and what it rests on.

    Raises ScenarioError where neither the scenario nor the admitted documents say what a party wants.
    """
    record = load_record(folder) if scenario.evidence else None
    check_citations(scenario, record, origins)
    admitted = _admitted(scenario, record, origins) if record else []
    demands = {
        (p, i): _demand(scenario, p, i, stake, admitted, origins)
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
            stakes[i], notes[p, i] = _stake(scenario, p, i, stake, number, chosen, others, admitted)
        parties[p] = party.model_copy(update={"issues": stakes})
    return scenario.model_copy(update={"parties": parties}), notes


def _admitted(scenario: Scenario, record: Record, origins: Origins) -> list[Position]:
    """Positions known by `as_of` that the evidence switch lets in, oldest first."""
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
        known = [seen for position in known if (seen := _as_seen_by(admit, position, record.sources))]
    return sorted(known, key=lambda position: (position.event, position.id))


def _as_seen_by(perspective: str, position: Position, sources: dict[str, Source]) -> Position | None:
    """A position as one perspective's media document it, with their citations only; None where they do not."""
    cited = [cited for cited in position.sources if sources[cited.id].perspective == perspective]
    return position.model_copy(update={"sources": cited}) if cited else None


def _own(scenario: Scenario, party: str, issue: str, admitted: list[Position]) -> list[Position]:
    """A party's positions on an issue: its own statements, or what is attributed to it where there are none."""
    actor = scenario.parties[party].actor or party
    found = [position for position in admitted if position.actor == actor and position.issue == issue]
    own = [position for position in found if position.kind == "own"]
    return own or found


def _standing(positions: list[Position]) -> list[Position]:
    return [position for position in positions if position.stance in ("demand", "offer", "refusal")]


def _demand(
    scenario: Scenario, party: str, issue: str, stake: Stake, admitted: list[Position], origins: Origins
) -> tuple[Number, Position | None]:
    """The demand and the position it rests on: the latest demand or offer, a refusal where there is neither."""
    if stake.demand is not None:
        return stake.demand, None
    standing = _standing(_own(scenario, party, issue, admitted))
    wanted = [position for position in standing if position.stance != "refusal"] or standing
    if wanted:
        latest = wanted[-1]
        return _documented(latest.value, latest), latest
    if stake.end is None:
        problem = "no demand is given and the admitted documents hold none by "
        problem += f"{scenario.as_of}; give `demand`, or `end: low` or `end: high` for a wide assumed range"
        raise origins.error(("parties", party, "issues", issue), problem)
    ends = [0.0, 0.3] if stake.end == "low" else [0.7, 1.0]
    return _assumed(ends, "admitted documents are silent: wide range on the party's side of the scale"), None


def _documented(value: float, position: Position) -> Number:
    first = position.sources[0]
    raw = {"value": value, "source": first.id, "locator": first.locator, "why": position.id}
    return Number.model_validate(raw).model_copy(update={"provenance": "derived"})


def _assumed(ends: list[float], why: str) -> Number:
    return Number.model_validate({"assumed": ends, "why": why})


def _stake(
    scenario: Scenario,
    party: str,
    issue: str,
    stake: Stake,
    demand: Number,
    chosen: Position | None,
    others: list[Number],
    admitted: list[Position],
) -> tuple[Stake, Derived]:
    update: dict[str, Any] = {"demand": demand}
    own = _own(scenario, party, issue, admitted)
    note = Derived(demand=chosen.id if chosen else None)
    if stake.salience is None:
        update["salience"], insisted = _salience(scenario, own)
        note = replace(note, salience=insisted)
    direction = _direction(demand, others)
    if stake.reservation is None:
        conceding = _most_conceding(own, demand, direction) if chosen else None
        if conceding is None:
            update["reservation"] = _whole_range(demand, direction)
        else:
            taking_back = (p for p in own if p.stance == "withdrawn")
            withdrawn = next((p for p in taking_back if p.note.startswith(f"Withdraws {conceding.id}.")), None)
            update |= _concession_inputs(scenario, conceding, withdrawn)
            passed = tuple(p.id for p in _standing(own) if p not in (chosen, conceding))
            taken_back = withdrawn.id if withdrawn else None
            note = replace(note, conceded=conceding.id, withdrawn_by=taken_back, passed_over=passed)
            return stake.model_copy(update=update), note
    passed = tuple(p.id for p in _standing(own) if p is not chosen)
    return stake.model_copy(update=update), replace(note, passed_over=passed)


def _direction(demand: Number, others: list[Number]) -> int:
    """Which way conceding lies: toward the mean of the others' demands; away from the nearer end where they agree."""
    mean = sum(number.mode for number in others) / len(others) if others else demand.mode
    if abs(mean - demand.mode) > 1e-9:
        return 1 if mean > demand.mode else -1
    return 1 if demand.mode < 0.5 else -1


def _most_conceding(own: list[Position], demand: Number, direction: int) -> Position | None:
    """The own position farthest in the conceding direction whose condition can be met inside the package.

    Of several with the same value the latest counts: the age of a concession is the time since it was last repeated.
    """
    open_ = [p for p in _standing(own) if "external" not in p.condition_met_by]
    best = max(open_, key=lambda p: (direction * p.value, p.event, p.id), default=None)
    if best is None or direction * (best.value - demand.mode) < 1e-9:
        return None
    return best


def _concession_inputs(scenario: Scenario, conceding: Position, withdrawn: Position | None) -> dict[str, Any]:
    age = max((scenario.start - conceding.event).days, 0)
    taken_back = _documented(1.0, withdrawn) if withdrawn else convention(0.0, "not documented as withdrawn")
    return {
        "conceded": _documented(conceding.value, conceding),
        "age": _documented(float(age), conceding),
        "withdrawn": taken_back,
    }


def _whole_range(demand: Number, direction: int) -> Number:
    """No earlier concession is documented: anything from just past the demand to the far end of the scale."""
    why = "no earlier concession is documented: the whole range is assumed"
    near, far = (demand.high + MIN_ROOM, 1.0) if direction > 0 else (demand.low - MIN_ROOM, 0.0)
    if direction * (far - near) <= 0.0:
        near = far - direction * 1e-6  # nothing is left of the scale: `check_room` will refuse it
    return _assumed(sorted([near, far]), why)


def _salience(scenario: Scenario, own: list[Position]) -> tuple[Number, str | None]:
    """Salience coded from the strongest documented insistence, on the scenario's assumed scale; and its position."""
    order = ("key_requirement", "basic_provision", "listed", "mentioned")
    for insistence in order:
        found = [p for p in own if p.insistence == insistence]
        if found and insistence in scenario.salience_scale:
            why = f"coded from `{insistence}` in {found[-1].id} [{found[-1].cited()}]"
            return scenario.salience_scale[insistence].model_copy(update={"why": why}), found[-1].id
    if "silent" in scenario.salience_scale:
        return scenario.salience_scale["silent"].model_copy(update={"why": "no insistence is documented"}), None
    return _assumed([0.2, 1.0], "no insistence is documented and the scenario gives no salience scale"), None
