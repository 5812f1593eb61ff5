"""The ledger: every number of a scenario with its origin, in the groups in which a reader looks for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.evidence.positions import Position
from sim.scenario.base import Cited
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.schema import Issue, Party, Predicate, Scenario
from sim.scenario.settlement import Decision

ORIGINS = {
    "documented": "given in the scenario with source and locator",
    "derived": "follows from a coded position or act, with its source and locator",
    "assumed": "a range, drawn anew in every run",
    "elicited": "a pool of experts, of whom every run draws one",
    "convention": "a choice of the model that makes no claim about the world",
    "set": "set by the user for this occasion",
    "unsourced": "neither sourced nor flagged as assumed",
}
"""The meaning of each origin of a number."""

_FIRST, _LAST = ("calendar", "parties"), ("behaviour", "salience_scale")
_ORDER = (*_FIRST, *(name for name in Scenario.model_fields if name not in (*_FIRST, *_LAST)), *_LAST)
"""Sections of a scenario in the order of the ledger: that of the schema but for these."""


@dataclass(frozen=True)
class Entry:
    """One number.

    Attributes
    ----------
    name : str
        The part of its path that the title of its group does not say.
    path : str
        Its whole dotted path.
    value : str
        Its value or range.
    origin : str
        A key of ORIGINS.
    where, why : str
        Source with locator, and reason; empty where there is none.
    """

    name: str
    path: str
    value: str
    origin: str
    where: str
    why: str


@dataclass
class Group:
    """Numbers that belong together, with notes on choices that are not numbers."""

    title: str
    rank: tuple[int, int] = (0, 0)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build_ledger(loaded: Loaded) -> list[Group]:
    """Build all groups of a scenario: the parties first, the coefficients of behaviour last."""
    s, groups = loaded.scenario, dict[str, Group]()
    for path, number in iterate_numbers(loaded.scenario):
        title, depth = _find_group(s, path)
        entry = _build_entry(" ".join(path[depth:]), ".".join(path), number)
        groups.setdefault(title, Group(title, _rank_group(s, path))).entries.append(entry)
    for title, note in _iterate_notes(loaded):
        groups.setdefault(title, Group(title, (_ORDER.index("documents"), 0))).notes.append(note)
    return sorted(groups.values(), key=lambda group: group.rank)


def select_own(loaded: Loaded, groups: list[Group]) -> list[Group]:
    """Select the numbers that a scenario's own file or the user's changes state; groups left empty are dropped."""
    file, _ = loaded.origins.find(("id",))
    own = [Group(g.title, g.rank, [e for e in g.entries if _is_own(loaded, e, file)], g.notes) for g in groups]
    return [group for group in own if group.entries]


def _is_own(loaded: Loaded, entry: Entry, file: str | None) -> bool:
    """Whether a number stands in a file or was set; what is derived from documents stands in none."""
    node: Any = loaded.data
    path = tuple(entry.path.split("."))
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return entry.origin == "set" or (node is not None and loaded.origins.find(path)[0] == file)


def _build_entry(name: str, path: str, number: Number) -> Entry:
    where = f"{number.source}, {number.locator}" if number.source else ""
    return Entry(name, path, format_value(number), number.provenance, where, number.why or "")


def format_value(number: Number) -> str:
    """Return a value, `low to high`, or `low to high, peak mode`."""
    if number.shape == "fixed":
        return f"{number.low:g}"
    if number.experts:
        count = len(number.experts)
        return f"{number.low:g} to {number.high:g}, {count} expert{'s' if count > 1 else ''}, median {number.mode:g}"
    mode = f", peak {number.mode:g}" if number.shape == "triangular" else ""
    return f"{number.low:g} to {number.high:g}{mode}"


def _find_group(s: Scenario, path: tuple[str, ...]) -> tuple[str, int]:
    """Return the title of the group of a number, and the number of steps of its path that the title says."""
    head = path[0]
    if head == "parties" and path[2] == "issues":
        return _title_stake(s, path[1], path[3]), 4
    if head == "behaviour":
        return f"Behaviour: {path[1].replace('_', ' ')}", 2
    section = getattr(s, head)
    if isinstance(section, dict) and hasattr(section[path[1]], "title"):
        return _title_entity(s, head, path[1]), 2
    return title_section(head), 1


def title_section(name: str) -> str:
    """Return the title of a section of a scenario: as the schema says, else its name."""
    return Scenario.model_fields[name].title or name.replace("_", " ").capitalize()


def _rank_group(s: Scenario, path: tuple[str, ...]) -> tuple[int, int]:
    """Return the place of a group among the groups: by kind, a party's stakes behind the party."""
    return _ORDER.index(path[0]), list(s.parties).index(path[1]) if path[0] == "parties" else 0


def _title_entity(s: Scenario, head: str, name: str) -> str:
    return f"{title_section(head)}: {getattr(s, head)[name].title}"


def _title_stake(s: Scenario, party: str, issue: str) -> str:
    return f"{s.parties[party].title} on {s.issues[issue].title} ({issue})"


# Notes


def _iterate_notes(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Yield title and note: choices that are not numbers, and positions that derived numbers rest on or pass over."""
    s = loaded.scenario
    yield from _iterate_settings(s)
    for name, party in s.parties.items():
        title = _title_entity(s, "parties", name)
        yield from ((title, note) for note in _iterate_party(party))
    for name, basket in s.baskets.items():
        title = _title_entity(s, "baskets", name)
        text = f"counts as `{basket.code}`, needs the level of {basket.level}"
        text += ", ratified at home" if basket.ratified else ""
        yield title, text + (", may be settled again once carried out" if basket.renewable else "")
        yield from ((title, _format_scale(key, issue)) for key, issue in s.issues.items() if issue.basket == name)
        if basket.decision:
            yield title, _format_decision(basket.decision)
        if basket.urgency:
            yield title, f"urgent since {basket.urgency.since.isoformat()}{_format_citation(basket.urgency)}"
    for document in s.documents.values():
        yield "Documents", f"“{document.title}”{_format_citation(document)}"
    record = loaded.load_record()
    positions = {position.id: position for position in record.positions} if record else {}
    for (p, i), basis in loaded.derivations.items():
        title = _title_stake(s, p, i)
        if s.parties[p].issues[i].red_line:
            yield title, "red line: a package that crosses it is never accepted"
        for label, chosen in (("demand", basis.demand), ("farthest concession", basis.conceded)):
            if chosen:
                yield title, f"{label} from {describe_position(positions[chosen])}"
        if basis.withdrawn_by:
            yield title, f"that concession was withdrawn by {describe_position(positions[basis.withdrawn_by])}"
        for other in basis.passed_over:
            yield title, f"passed over: {describe_position(positions[other])}"
    yield from _iterate_readings(loaded)


def _iterate_readings(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Yield title and note: acts behind derived parts that are not numbers, and acts that stated parts override."""
    for path, reading in loaded.readings.items():
        if not reading.acts or path[0] not in ("parties", "mediators", "sponsors", "venues", "incidents"):
            continue
        part, acts = " ".join(path[2:]), ", ".join(reading.acts)
        if isinstance(reading.value, Number) and not reading.is_open:
            instead = f"{reading.value.format_range()} ({reading.value.why})"
            yield _find_group(loaded.scenario, path)[0], f"{part}: stated by the scenario; by documented acts {instead}"
        elif isinstance(reading.value, list | datetime.date):
            origin = "follows from documented acts" if reading.is_open else "stated by the scenario; documented acts"
            yield _title_entity(loaded.scenario, path[0], path[1]), f"{part}: {origin}: {acts}"


def _iterate_settings(s: Scenario) -> Iterator[tuple[str, str]]:
    yield "Calendar", f"starts on {s.start.isoformat()}; what is documented counts up to {s.as_of.isoformat()}"
    if s.evidence:
        yield "Calendar", f"admitted documents: {s.evidence.admit}"
    yield "Calendar", f"rules of version {s.model.version}"
    if s.war:
        yield "Calendar", f"at war since {s.war.since.isoformat()}{_format_citation(s.war)}"
    if s.decision:
        yield "Calendar", f"baskets: {_format_decision(s.decision)}"
    yield "Calendar", f"venue of a round: {s.venue_choice.rule.replace('_', ' ')}"


def _format_scale(name: str, issue: Issue) -> str:
    """Describe what the places on an issue's scale mean."""
    options = sorted(issue.options, key=lambda option: option.at)
    unit = issue.unit.to_native() if issue.unit else None
    places = "; ".join(f"{x.at:g} {x.label}" + (f", {unit.format_amount(x.at)}" if unit else "") for x in options)
    return f"scale of {name} ({issue.title}): {places}"


def _format_decision(decision: Decision) -> str:
    """Describe whose consent settles a basket."""
    text = f"settled by {decision.rule.replace('_', ' ')}"
    text += f"; veto: {', '.join(decision.vetoes)}" if decision.vetoes else ""
    text += f"; {decision.share:g} of each side" if decision.share is not None else ""
    text += "".join(f"; {side}: {', '.join(names)}" for side, names in decision.sides.items())
    return text + _format_citation(decision)


def _iterate_party(party: Party) -> Iterator[str]:
    if party.enters:
        yield f"enters the talks on {party.enters.date.isoformat()}{_format_citation(party.enters)}"
    yield f"concedes by the rule `{party.concession.rule}`"
    for entry in party.mandate or []:
        since = f" from {entry.since.isoformat()} on" if entry.since else ""
        yield f"mandate{since}: {', '.join(entry.baskets)} at the level of {entry.level} only{_format_citation(entry)}"
    for condition in party.preconditions:
        falls = f"; falls away once {condition.sequencing} is settled against it" if condition.sequencing else ""
        requirement = _format_predicate(condition.requires)
        yield f"opens {condition.basket} only after: {requirement}{falls}{_format_citation(condition)}"
    for predicate in party.meets_only_if:
        yield f"less likely to meet before: {_format_predicate(predicate)}"


def _format_predicate(predicate: Predicate) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {name}" for key, name in predicate.model_dump(exclude_none=True).items())


def _format_citation(entry: Cited) -> str:
    if entry.source:
        return f" [{entry.source}, {entry.locator}]"
    return f" [assumed: {entry.assumed}]" if entry.assumed else ""


def describe_position(position: Position) -> str:
    """Describe a coded position in one line: id, value, date, stance, speaker, source."""
    content = f"{position.value:g} on {position.event.isoformat()}, {position.stance}"
    return f"{position.id} ({content}, {position.kind} statement) [{position.sources[0]}]"
