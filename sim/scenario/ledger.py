"""Every number of a scenario with where it comes from, in the groups in which a reader looks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.evidence.positions import Position
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number, numbers_in
from sim.scenario.schema import Document, Mandate, Party, Precondition, Predicate, Scenario

ORIGINS = {
    "documented": "given in the scenario with source and locator",
    "derived": "follows from a coded position, with its source and locator",
    "assumed": "a range, drawn anew in every run",
    "convention": "a choice of the model that makes no claim about the world",
    "set": "put by the user for this occasion",
    "unsourced": "neither sourced nor flagged as assumed",
}
"""What each origin of a number means."""

_ORDER = (
    *("calendar", "parties", "baskets", "mediators", "sponsors", "venues", "incidents", "documents"),
    *("behaviour", "salience_scale"),
)


@dataclass(frozen=True)
class Entry:
    """One number: `name` within its group, its whole `path`, the value or range, its origin, where, and why."""

    name: str
    path: str
    value: str
    origin: str
    where: str
    why: str


@dataclass
class Group:
    """Numbers that belong together, and what else there is to know about them."""

    title: str
    rank: tuple[int, int] = (0, 0)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def ledger(loaded: Loaded) -> list[Group]:
    """All groups of a scenario: the parties first, the coefficients of behaviour last."""
    s, groups = loaded.scenario, dict[str, Group]()
    for path, number in numbers_in(loaded.scenario):
        title, depth = _group(s, path)
        entry = _entry(" ".join(path[depth:]), ".".join(path), number)
        groups.setdefault(title, Group(title, _rank(s, path))).entries.append(entry)
    for title, note in _notes(loaded):
        groups.setdefault(title, Group(title, (_ORDER.index("documents"), 0))).notes.append(note)
    return sorted(groups.values(), key=lambda group: group.rank)


def _entry(name: str, path: str, number: Number) -> Entry:
    where = f"{number.source}, {number.locator}" if number.source else ""
    return Entry(name, path, value(number), number.provenance, where, number.why or "")


def value(number: Number) -> str:
    """A value, `low to high`, or `low to high, most often near mode`."""
    if number.shape == "fixed":
        return f"{number.low:g}"
    mode = f", peak {number.mode:g}" if number.shape == "triangular" else ""
    return f"{number.low:g} to {number.high:g}{mode}"


def _group(s: Scenario, path: tuple[str, ...]) -> tuple[str, int]:
    """Title of the group that a number belongs to, and how much of its path the title says."""
    head = path[0]
    if head == "parties" and path[2] == "issues":
        return _stake_title(s, path[1], path[3]), 4
    if head in ("parties", "baskets", "mediators", "sponsors", "venues", "incidents"):
        return _title(s, head, path[1]), 2
    if head == "behaviour":
        return f"Behaviour: {path[1].replace('_', ' ')}", 2
    return {"calendar": "Calendar", "salience_scale": "Scale of salience"}.get(head, head), 1


def _rank(s: Scenario, path: tuple[str, ...]) -> tuple[int, int]:
    """Place of a group among the groups: by kind, a party's stakes behind the party."""
    return _ORDER.index(path[0]), list(s.parties).index(path[1]) if path[0] == "parties" else 0


def _title(s: Scenario, head: str, name: str) -> str:
    one = {"parties": "Party", "baskets": "Settled together", "mediators": "Mediator"}
    one |= {"sponsors": "Backer", "venues": "Venue", "incidents": "Incidents"}
    return f"{one[head]}: {getattr(s, head)[name].title}"


def _stake_title(s: Scenario, party: str, issue: str) -> str:
    return f"{s.parties[party].title} on {s.issues[issue].title} ({issue})"


# What is no number


def _notes(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Choices that are no numbers, with their source; what derived numbers rest on and which codings they pass over."""
    s = loaded.scenario
    yield from _settings(s)
    for name, party in s.parties.items():
        title = _title(s, "parties", name)
        yield from ((title, note) for note in _party(party))
    for name, basket in s.baskets.items():
        title = _title(s, "baskets", name)
        text = f"counts as `{basket.code}`, needs the level of {basket.level}"
        text += ", ratified at home" if basket.ratified else ""
        yield title, text + (", may be settled again once carried out" if basket.renewable else "")
    for document in s.documents.values():
        yield "Documents", f"“{document.title}”{_cited(document)}"
    record = loaded.documents()
    positions = {position.id: position for position in record.positions} if record else {}
    for (p, i), rests in loaded.derivations.items():
        title = _stake_title(s, p, i)
        if s.parties[p].issues[i].red_line:
            yield title, "red line: a package that crosses it is never accepted"
        for label, chosen in (("demand", rests.demand), ("farthest concession", rests.conceded)):
            if chosen:
                yield title, f"{label} from {described(positions[chosen])}"
        if rests.withdrawn_by:
            yield title, f"that concession was withdrawn by {described(positions[rests.withdrawn_by])}"
        for other in rests.passed_over:
            yield title, f"passed over: {described(positions[other])}"


def _settings(s: Scenario) -> Iterator[tuple[str, str]]:
    yield "Calendar", f"starts on {s.start.isoformat()}; what is documented counts up to {s.as_of.isoformat()}"
    if s.evidence:
        yield "Calendar", f"admitted documents: {s.evidence.admit}"
    yield "Calendar", f"venue of a round: {s.venue_choice.rule.replace('_', ' ')}"


def _party(party: Party) -> Iterator[str]:
    yield f"concedes by the rule `{party.concession.rule}`"
    for entry in party.mandate:
        since = f" from {entry.since.isoformat()} on" if entry.since else ""
        yield f"mandate{since}: {', '.join(entry.baskets)} at the level of {entry.level} only{_cited(entry)}"
    for condition in party.preconditions:
        falls = f"; falls away once {condition.sequencing} is settled against it" if condition.sequencing else ""
        yield f"opens {condition.basket} only after: {_predicate(condition.requires)}{falls}{_cited(condition)}"
    for predicate in party.meets_only_if:
        yield f"less likely to meet before: {_predicate(predicate)}"


def _predicate(predicate: Predicate) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {name}" for key, name in predicate.model_dump(exclude_none=True).items())


def _cited(entry: Mandate | Precondition | Document) -> str:
    if entry.source:
        return f" [{entry.source}, {entry.locator}]"
    return f" [assumed: {entry.assumed}]" if entry.assumed else ""


def described(position: Position) -> str:
    """A coded position in one line: id, value, date, stance, whose words, where."""
    what = f"{position.value:g} on {position.event.isoformat()}, {position.stance}"
    return f"{position.id} ({what}, {position.kind} statement) [{position.cited()}]"
