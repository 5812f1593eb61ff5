"""Words for what happens in a run: names of a scenario as its authors wrote them, dates, points on a scale, lists."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from sim.scenario.schema import Issue, Scenario

_NEAR = 0.03
"""An option's label stands for points no farther from it than this."""


def listed(parts: Iterable[str], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else "none"


def number(value: float) -> str:
    """Two decimals, and no minus before a zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 round`, `2 rounds`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


class Words:
    """Titles and dates of one scenario."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario

    def party(self, name: str) -> str:
        """Title of a party."""
        return self.scenario.parties[name].title

    def basket(self, name: str) -> str:
        """Title of a basket, in quotation marks."""
        return f"“{self.scenario.baskets[name].title}”"

    def venue(self, name: str) -> str:
        """Title of a venue."""
        return self.scenario.venues[name].title

    def mediator(self, name: str) -> str:
        """Title of a mediator."""
        return self.scenario.mediators[name].title

    def incident(self, name: str) -> str:
        """Title of an incident type."""
        return self.scenario.incidents[name].title

    def lever(self, name: str) -> tuple[str, str]:
        """Titles of a sponsor and its lever."""
        sponsor, _, lever = name.partition(".")
        found = self.scenario.sponsors[sponsor]
        return found.title, found.levers[lever].title or lever

    def obligation(self, name: str) -> str:
        """Title of an obligation, or who owes it."""
        basket, _, obligation = name.partition(".")
        found = self.scenario.baskets[basket].obligations[obligation]
        return found.title or f"what {self.party(found.doer)} owes"

    def ratifier(self, name: str) -> str:
        """Title of a ratifier and whose it is."""
        party, _, ratifier = name.partition(".")
        title = self.scenario.parties[party].ratifiers[ratifier].title
        return title or f"{ratifier} ({self.party(party)})"

    def document(self, name: str) -> str:
        """Title of a document, in quotation marks."""
        return f"“{self.scenario.documents[name].title}”"

    def day(self, day: float) -> str:
        """`day 12.4 (20 January 2030)`."""
        date = self.scenario.start + datetime.timedelta(days=int(day))
        return f"day {day:.1f} ({date.day} {date:%B %Y})"

    def points(self, points: Mapping[str, float], labels: bool = False) -> str:
        """A package issue by issue; with `labels` also what each point means."""
        parts = []
        for name, x in points.items():
            issue = self.scenario.issues[name]
            meaning = f" ({placed(issue, x)})" if labels else ""
            parts.append(f"{issue.title} {number(x)}{meaning}")
        return "; ".join(parts)

    def condition(self, facts: Mapping[str, Any]) -> str:
        """What a precondition asks for."""
        kind, target = facts["kind"], facts["target"]
        if kind in ("settled", "delivered"):
            return f"{self.basket(target)} is {kind}"
        if kind == "document":
            return f"{self.document(target)} is handed over"
        sponsor, title = self.lever(target)
        return f"{sponsor} {'has begun' if kind == 'lever_on' else 'has ended'}: {title}"


def placed(issue: Issue, x: float) -> str:
    """The option at a point of an issue's scale, or the two it lies between."""
    options = sorted(issue.options, key=lambda option: option.at)
    nearest = min(options, key=lambda option: abs(option.at - x))
    if abs(nearest.at - x) <= _NEAR:
        return nearest.label
    below = [option for option in options if option.at < x]
    above = [option for option in options if option.at > x]
    if not below or not above:
        return f"beyond `{nearest.label}`"
    return f"between `{below[-1].label}` and `{above[0].label}`"
