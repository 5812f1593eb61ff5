"""Titles and phrases for texts about a run: titles of a scenario's entities, dates, points on a scale, lists."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from sim.scenario.schema import Issue, Scenario

_NEAR = 0.03
"""Largest distance from an option at which its label stands for a point."""


def join_words(parts: Iterable[str], joint: str = "and") -> str:
    """Join words as in `a`, `a and b`, `a, b and c`; without any, `none`."""
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else "none"


def format_number(value: float) -> str:
    """Format a number with two decimals and no minus before a zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


class Titles:
    """Titles and dates of one scenario.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    """

    def __init__(self, scenario: Scenario):
        self.scenario = scenario

    def party(self, name: str) -> str:
        """Return the title of a party."""
        return self.scenario.parties[name].title

    def basket(self, name: str) -> str:
        """Return the title of a basket in quotation marks."""
        return f"“{self.scenario.baskets[name].title}”"

    def venue(self, name: str) -> str:
        """Return the title of a venue."""
        return self.scenario.venues[name].title

    def mediator(self, name: str) -> str:
        """Return the title of a mediator."""
        return self.scenario.mediators[name].title

    def incident(self, name: str) -> str:
        """Return the title of an incident type."""
        return self.scenario.incidents[name].title

    def lever(self, name: str) -> tuple[str, str]:
        """Return the titles of a sponsor and of its lever."""
        sponsor, _, lever = name.partition(".")
        entry = self.scenario.sponsors[sponsor]
        return entry.title, entry.levers[lever].title or lever

    def obligation(self, name: str) -> str:
        """Return the title of an obligation, or the party that owes it."""
        basket, _, obligation = name.partition(".")
        entry = self.scenario.baskets[basket].obligations[obligation]
        return entry.title or f"the obligation of {self.party(entry.doer)}"

    def ratifier(self, name: str) -> str:
        """Return the title of a ratifier, or its name and party."""
        party, _, ratifier = name.partition(".")
        title = self.scenario.parties[party].ratifiers[ratifier].title
        return title or f"{ratifier} ({self.party(party)})"

    def document(self, name: str) -> str:
        """Return the title of a document in quotation marks."""
        return f"“{self.scenario.documents[name].title}”"

    def day(self, day: float) -> str:
        """Format a day with its date, as in `day 12.4 (20 January 2030)`."""
        date = self.scenario.start + datetime.timedelta(days=int(day))
        return f"day {day:.1f} ({date.day} {date:%B %Y})"

    def points(self, points: Mapping[str, float], labels: bool = False) -> str:
        """Describe a package issue by issue; with `labels` also the meaning of each point."""
        parts = []
        for name, x in points.items():
            issue = self.scenario.issues[name]
            meaning = f" ({describe_point(issue, x)})" if labels else ""
            parts.append(f"{issue.title} {format_number(x)}{meaning}")
        return "; ".join(parts)

    def condition(self, facts: Mapping[str, Any]) -> str:
        """Describe the condition that a precondition sets."""
        kind, target = facts["kind"], facts["target"]
        if kind in ("settled", "delivered"):
            return f"{self.basket(target)} is {kind}"
        if kind == "document":
            return f"{self.document(target)} is handed over"
        sponsor, title = self.lever(target)
        return f"{sponsor} {'has begun' if kind == 'lever_on' else 'has ended'}: {title}"


def describe_point(issue: Issue, x: float) -> str:
    """Describe a point of an issue's scale by the option there or the two around it, and in its unit if it has one."""
    options = sorted(issue.options, key=lambda option: option.at)
    nearest = min(options, key=lambda option: abs(option.at - x))
    amount = f", {issue.unit.to_native().format_amount(x)}" if issue.unit else ""
    if abs(nearest.at - x) <= _NEAR:
        return f"{nearest.label}{amount}"
    below = [option for option in options if option.at < x]
    above = [option for option in options if option.at > x]
    if not below or not above:
        return f"beyond `{nearest.label}`{amount}"
    return f"between `{below[-1].label}` and `{above[0].label}`{amount}"
