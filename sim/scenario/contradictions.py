"""Lines of a scenario that newer documents contradict or outdate.

A line is as old as the `as_of` of the file that states it. A user who moves the date of a scenario keeps its lines;
what was disclosed since then may say otherwise.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.evidence.positions import Position
from sim.evidence.record import Record
from sim.scenario.admission import select_entries
from sim.scenario.load import Loaded
from sim.scenario.merge import Path
from sim.scenario.numbers import Number
from sim.scenario.readings import Reading
from sim.scenario.schema import Mandate, Stake


@dataclass(frozen=True)
class Contradiction:
    """A line of a scenario and the newer entries that speak against it.

    Attributes
    ----------
    path : str
        The line's dotted path.
    place : str
        Its file and line.
    dated : date
        The `as_of` of the file.
    entries : tuple of str
        The ids of the newer entries.
    verb : str
        `contradict` where both cannot hold, `outdate` where the newer entries say something else or more.
    instead : str
        What the documents say now.
    """

    path: str
    place: str
    dated: datetime.date
    entries: tuple[str, ...]
    verb: str
    instead: str

    def __str__(self) -> str:
        """Return one line for a reader."""
        newer, verb = ", ".join(self.entries), self.verb if len(self.entries) > 1 else f"{self.verb}s"
        return f"{self.path} ({self.place}, as of {self.dated}): {newer} {verb} it; by the documents {self.instead}"


def list_contradictions(loaded: Loaded) -> list[Contradiction]:
    """List the lines of a scenario that entries disclosed after the line's date contradict or outdate.

    Parameters
    ----------
    loaded : Loaded
        A scenario. One without `evidence` has none.
    """
    record = loaded.load_record()
    if record is None:
        return []
    admitted, acts = select_entries(loaded.scenario, record, loaded.origins)
    disclosed = {act.id: act.disclosed for act in acts}
    return [
        *_compare_readings(loaded, disclosed),
        *_compare_stakes(loaded, admitted),
        *_compare_conditions(loaded, admitted),
        *_compare_papers(loaded, record),
    ]


def _find_date(loaded: Loaded, path: Path) -> tuple[datetime.date, str] | None:
    """Find the date and the place of a line; None for lines of bases for all dates and for the user's changes."""
    file, line = loaded.origins.find(path)
    date = loaded.origins.dates.get(str(file))
    return None if date is None else (date, f"{file}:{line}")


def _compare_readings(loaded: Loaded, disclosed: dict[str, datetime.date]) -> Iterator[Contradiction]:
    for path, reading in loaded.readings.items():
        here = _find_date(loaded, path)
        if here is None or reading.is_open or reading.value is None:
            continue
        newer = tuple(name for name in reading.acts if disclosed[name] > here[0])
        verb = _compare(_find_value(loaded, path), reading) if newer else None
        mentions = tuple(name for name in reading.mentions if disclosed[name] > here[0])
        if mentions and not newer:
            newer, verb = mentions, "outdate"
        if verb:
            yield Contradiction(".".join(path), here[1], here[0], newer, verb, _format(reading.value))


def _find_value(loaded: Loaded, path: Path) -> Any:
    node: Any = loaded.scenario
    for step in path:
        node = node.get(step) if isinstance(node, dict) else getattr(node, step)
    return node


def _compare(stated: Any, reading: Reading) -> str | None:
    """Return how newer acts stand to a stated value: `contradict`, `outdate`, or None where they agree."""
    value = reading.value
    if isinstance(value, Number) and isinstance(stated, Number):
        if stated.high < value.low or stated.low > value.high:
            return "contradict"
        return None if (stated.low, stated.high) == (value.low, value.high) else "outdate"
    if isinstance(value, datetime.date):
        return "contradict" if stated is not None and stated > value else None
    if isinstance(value, list):
        entries = {(b, entry.level) for entry in stated for b in entry.baskets}
        return None if {(b, entry.level) for entry in value for b in entry.baskets} <= entries else "contradict"
    same = stated is not None and abs(stated.value.mode - value.value.mode) < 1e-9
    return None if same else "contradict"


def _format(value: Any) -> str:
    if isinstance(value, Number):
        return f"it is {value.format_range()} ({value.why})"
    if isinstance(value, list):
        return "; ".join(_format_mandate(entry) for entry in value)
    return f"it is {value if isinstance(value, datetime.date) else value.value.format_range()}"


def _format_mandate(entry: Mandate) -> str:
    return f"{', '.join(entry.baskets)} at the level of {entry.level} since {entry.since}"


def _compare_stakes(loaded: Loaded, admitted: list[Position]) -> Iterator[Contradiction]:
    """Compare stated demands and reservation values with the party's newer own words."""
    for p, party in loaded.scenario.parties.items():
        for i, stake in party.issues.items():
            own = [x for x in admitted if (x.actor, x.issue) == (party.actor or p, i) and x.kind == "own"]
            words = [x for x in own if x.stance in ("demand", "offer")]
            for part in ("demand", "reservation"):
                here, number = _find_date(loaded, ("parties", p, "issues", i, part)), getattr(stake, part)
                newer = [x for x in words if here and x.disclosed > here[0]]
                if here and number and number.provenance != "derived" and newer:
                    verb = _compare_word(stake, part, newer)
                    if verb:
                        at = f"parties.{p}.issues.{i}.{part}"
                        word = newer[-1] if part == "demand" else _find_farthest(stake, newer)
                        instead = f"the party stands at {word.value:g} ({word.stance} of {word.event})"
                        yield Contradiction(at, here[1], here[0], (word.id,), verb, instead)


def _find_sign(stake: Stake) -> float:
    """Return the direction of concessions: 1 up the scale, -1 down."""
    assert stake.demand
    assert stake.reservation
    return 1.0 if stake.reservation.mode > stake.demand.mode else -1.0


def _find_farthest(stake: Stake, words: list[Position]) -> Position:
    sign = _find_sign(stake)
    return max(words, key=lambda x: (sign * x.value, x.event))


def _compare_word(stake: Stake, part: str, newer: list[Position]) -> str | None:
    """Return how newer words stand to a stated demand or reservation value."""
    if part == "demand":
        assert stake.demand
        if not stake.demand.low <= newer[-1].value <= stake.demand.high:
            return "contradict"
        return "outdate" if stake.demand.low < stake.demand.high else None  # a range where there is a word now
    if stake.reservation is None or stake.demand is None:
        return None
    sign, value = _find_sign(stake), _find_farthest(stake, newer).value
    near, far = sorted((stake.reservation.low, stake.reservation.high), key=lambda end: sign * end)
    if sign * (value - far) > 1e-9:
        return "contradict"
    return "outdate" if sign * (value - near) > 1e-9 else None


def _compare_conditions(loaded: Loaded, admitted: list[Position]) -> Iterator[Contradiction]:
    """Compare what a party wants settled first with its newer own words on what comes first."""
    for p, party in loaded.scenario.parties.items():
        here = _find_date(loaded, ("parties", p, "preconditions"))
        for issue in dict.fromkeys(x.sequencing for x in party.preconditions if x.sequencing) if here else ():
            own = [x for x in admitted if (x.actor, x.issue) == (party.actor or p, issue) and x.kind == "own"]
            newer = [x for x in own if here and x.disclosed > here[0]]
            if here and newer:
                word, at = newer[-1], f"parties.{p}.preconditions"
                instead = f"the party stands at {word.value:g} on {issue} ({word.stance} of {word.event})"
                yield Contradiction(at, here[1], here[0], (word.id,), "outdate", instead)


def _compare_papers(loaded: Loaded, record: Record) -> Iterator[Contradiction]:
    """Compare papers expected at a later round with those that were handed over meanwhile."""
    for d, document in loaded.scenario.documents.items():
        here = _find_date(loaded, ("documents", d))
        author = loaded.scenario.parties[document.author].actor or document.author
        if here and document.handed is None:
            papers = [x for x in record.proposals if x.actor == author and x.disclosed <= loaded.scenario.as_of]
            newer = tuple(x.id for x in papers if x.disclosed > here[0])
            if newer:
                yield Contradiction(f"documents.{d}", here[1], here[0], newer, "contradict", "it is on the table")
