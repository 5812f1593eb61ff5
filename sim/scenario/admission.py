"""Admission of documented entries: disclosed by `as_of`, admitted by the evidence switch, not left out by choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, get_args

from sim.core.errors import nearest
from sim.evidence.acts import Act
from sim.evidence.positions import Channel, Position
from sim.evidence.record import Record
from sim.evidence.sources import Source
from sim.scenario.merge import Origins
from sim.scenario.schema import Scenario

Entry = TypeVar("Entry", Position, Act)
_RANKS = get_args(Channel)


def select_entries(scenario: Scenario, record: Record, origins: Origins) -> tuple[list[Position], list[Act]]:
    """Select the positions and acts that count for a scenario, oldest first.

    Parameters
    ----------
    scenario : Scenario
        A scenario with `evidence`.
    record : Record
        The documents of its case.
    origins : Origins
        File and line of every key.

    Raises
    ------
    ScenarioError
        The switch, an alternative or an entry that is left out is not known.
    """
    assert scenario.evidence is not None
    admit = scenario.evidence.admit
    perspectives = sorted({source.perspective for source in record.sources.values()})
    allowed = ["all", "own", *perspectives]
    if admit not in allowed:
        raise origins.error(
            ("evidence", "admit"), f"`{admit}` is not known; allowed: {', '.join(allowed)}{nearest(admit, allowed)}"
        )
    _check_names(scenario, record, origins)
    positions = [x for x in _select(scenario, record.positions, record) if x.issue not in scenario.evidence.left_out]
    acts = [x for x in _select(scenario, record.acts, record) if x.about not in scenario.evidence.left_out]
    if admit == "own":
        positions = [position for position in positions if position.kind == "own"]
        acts = [act for act in acts if act.attributed_by in (None, act.actor)]
    if scenario.evidence.coder == "second":
        positions = [x if x.second is None else x.model_copy(update={"value": x.second}) for x in positions]
    return sorted(positions, key=lambda x: (x.event, _RANKS.index(x.channel), x.id)), acts


def _check_names(scenario: Scenario, record: Record, origins: Origins) -> None:
    """Refuse alternatives that are not alternative codings, and names that the documents do not have."""
    assert scenario.evidence is not None
    entries: list[Position | Act] = [*record.positions, *record.acts]
    alternatives = [entry.id for entry in entries if entry.alternative_to]
    for name in scenario.evidence.alternatives:
        if name not in alternatives:
            problem = f"`{name}` is not an alternative coding{nearest(name, alternatives)}"
            raise origins.error(("evidence", "alternatives"), problem)
    known = {entry.id for entry in entries}
    known |= {paper.id for paper in record.proposals} | {remark.id for remark in record.remarks}
    known |= {position.issue for position in record.positions} | {act.about for act in record.acts}
    for name in scenario.evidence.left_out:
        if name not in known:
            problem = f"`{name}` is not an entry, issue or subject of the documents{nearest(name, sorted(known))}"
            raise origins.error(("evidence", "left_out", name), problem)


def _select(scenario: Scenario, entries: Sequence[Entry], record: Record) -> list[Entry]:
    """Select the entries disclosed by `as_of` that the perspective admits, other codings in place of the usual ones."""
    assert scenario.evidence is not None
    admit, chosen = scenario.evidence.admit, scenario.evidence.alternatives
    replaced = {entry.alternative_to for entry in entries if entry.id in chosen and entry.disclosed <= scenario.as_of}
    known = [
        entry
        for entry in entries
        if entry.disclosed <= scenario.as_of
        and entry.id not in replaced
        and (entry.alternative_to is None or entry.id in chosen)
        and entry.id not in scenario.evidence.left_out
    ]
    if admit not in ("all", "own"):
        known = [copy for entry in known if (copy := _restrict(entry, admit, record.sources))]
    return sorted(known, key=lambda entry: (entry.event, entry.id))


def _restrict(entry: Entry, perspective: str, sources: dict[str, Source]) -> Entry | None:
    """Return an entry with the citations of one perspective's media only; None where they do not document it."""
    citations = [citation for citation in entry.sources if sources[citation.id].perspective == perspective]
    return entry.model_copy(update={"sources": citations}) if citations else None
