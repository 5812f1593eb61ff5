"""Content of a round: which baskets were settled in it and on what terms, in simulations and in the record.

Terms are compared by the label of the issue's scale that lies nearest. Baskets of procedure do not count: the code
tells what is agreed on the order of talks. Terms of a simulated round are those of the run's first settlement of the
basket.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.columns import BASKET, ISSUE_RESULT, PARTY_RESULT, ROUND, RUN
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.rules.outcome import HUMANITARIAN, POSTPONED
from sim.scenario.ladder import build_ladder
from sim.scenario.resolve import Problem
from sim.scenario.schema import Scenario

Content = Mapping[str, Mapping[str, tuple[float, float]]]
"""Baskets settled, and an interval of terms for each issue that is documented; empty where nothing was settled."""
Settlement = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
"""Baskets settled in a simulated round, each with the numbers of its issues' labels."""

_TERM = re.compile(r"(?P<issue>\w+)\s*=\s*(?P<low>[\d.]+?)(?:\.\.(?P<high>[\d.]+))?")


@dataclass(frozen=True)
class Agenda:
    """What can be settled in a scenario, procedure left out.

    Attributes
    ----------
    codes : mapping of str to int
        Place of each basket's shared outcome code.
    issues : mapping of str to tuple of str
        Issues of each basket.
    labels : mapping of str to tuple of float
        Places of the labels on the scale of each issue.
    """

    codes: Mapping[str, int]
    issues: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, tuple[float, ...]]

    def find_label(self, issue: str, value: float) -> int:
        """Return the number of the label nearest to a value; of two equally near, the lower."""
        return int(np.argmin(np.abs(np.asarray(self.labels[issue]) - value)))

    def admits(self, settlement: Settlement, content: Content) -> bool:
        """Return whether a simulated settlement is the documented content: the same baskets, terms within."""
        if {basket for basket, _ in settlement} != set(content):
            return False
        for basket, terms in settlement:
            labels = dict(terms)
            for issue, (low, high) in content[basket].items():
                if not self.find_label(issue, low) <= labels.get(issue, -1) <= self.find_label(issue, high):
                    return False
        return True

    def guess(self, content: Content, codes: Sequence[float]) -> float:
        """Return the probability of a content by a baseline that knows codes only.

        The code's probability is shared evenly among the sets of baskets whose highest code it is, and among labels.

        Parameters
        ----------
        content : mapping
            What was settled.
        codes : sequence of float (8,)
            Probability of each outcome code.
        """
        if not content:
            return float(sum(codes[POSTPONED + 1 : HUMANITARIAN]))
        top = max(self.codes[basket] for basket in content)
        below = sum(code < top for code in self.codes.values())
        level = sum(code == top for code in self.codes.values())
        shares = 1.0
        for basket, terms in content.items():
            for issue in self.issues[basket]:
                low, high = (self.find_label(issue, end) for end in terms.get(issue, (0.0, 1.0)))
                shares *= (high - low + 1) / len(self.labels[issue])
        return float(codes[top] * shares / ((2**level - 1) * 2**below))


def describe_agenda(scenario: Scenario) -> Agenda:
    """Describe what can be settled in a scenario."""
    ladder = build_ladder(scenario.outcomes)
    places = {name: ladder.shared[ladder.codes.index(b.code)] for name, b in scenario.baskets.items()}
    codes = {name: place for name, place in places.items() if place >= HUMANITARIAN}
    issues = {name: tuple(i for i, issue in scenario.issues.items() if issue.basket == name) for name in codes}
    labels = {
        i: tuple(option.at for option in scenario.issues[i].options) or (0.0, 0.5, 1.0)
        for names in issues.values()
        for i in names
    }
    return Agenda(codes, issues, labels)


def list_settlements(agenda: Agenda, problem: Problem, runs: Floats, rounds: Floats) -> list[Settlement]:
    """List what each run settled in one round.

    Parameters
    ----------
    agenda : Agenda
        What can be settled.
    problem : Problem
        The scenario, resolved.
    runs : ndarray (n, width)
        Raw rows of runs in which the round was held.
    rounds : ndarray (n, columns)
        Raw row of that round in each.
    """
    names, first = problem.names, len(RUN) + len(problem.names.baskets) * len(BASKET)
    first += len(problem.names.parties) * len(PARTY_RESULT)
    places = {i: first + k * len(ISSUE_RESULT) + ISSUE_RESULT.FIRST_TERMS for k, i in enumerate(names.issues)}
    settled = rounds[:, ROUND.SETTLED].astype(np.int64)
    return [
        tuple(
            (basket, _read_terms(agenda, basket, {i: float(run[places[i]]) for i in agenda.issues[basket]}))
            for b, basket in enumerate(names.baskets)
            if mask >> b & 1 and basket in agenda.codes
        )
        for mask, run in zip(settled, runs, strict=True)
    ]


def _read_terms(agenda: Agenda, basket: str, values: Mapping[str, float]) -> tuple[tuple[str, int], ...]:
    """Return the numbers of the nearest labels of a basket's terms; terms that no run reports are left out."""
    known = [issue for issue in agenda.issues[basket] if not math.isnan(values[issue])]
    return tuple((issue, agenda.find_label(issue, values[issue])) for issue in known)


def count_admitted(agenda: Agenda, counts: Mapping[Settlement, float], alternatives: Sequence[Content]) -> float:
    """Add up what the settlements count that are one of the documented alternatives."""
    return sum(n for s, n in counts.items() if any(agenda.admits(s, content) for content in alternatives))


def count_baskets(counts: Mapping[Settlement, float], alternatives: Sequence[Content]) -> float:
    """Add up what the settlements count that hold the baskets of a documented alternative, on whatever terms."""
    sets = [set(content) for content in alternatives]
    return sum(n for s, n in counts.items() if {basket for basket, _ in s} in sets)


def estimate_content(
    agenda: Agenda, counts: Mapping[Settlement, float], alternatives: Sequence[Content]
) -> tuple[float, float]:
    """Estimate the probability of the documented baskets on any terms, and on the documented ones; none is 0."""
    total = sum(counts.values())
    hits = count_baskets(counts, alternatives), count_admitted(agenda, counts, alternatives)
    baskets, terms = ((n + 0.5) / (total + 1.0) for n in hits)  # Jeffreys' prior, so that none is 0
    return baskets, terms


def tabulate_settlements(agenda: Agenda, settlements: Sequence[Settlement]) -> list[dict[str, Any]]:
    """Tabulate settlements as data that JSON can hold: baskets with their issues' labels, and how often."""
    return [
        {"settled": {b: {i: agenda.labels[i][label] for i, label in terms} for b, terms in settlement}, "runs": count}
        for settlement, count in Counter(settlements).most_common()
    ]


def read_settlements(agenda: Agenda, rows: Sequence[Mapping[str, Any]]) -> dict[Settlement, float]:
    """Read what `tabulate_settlements` wrote."""
    return {
        tuple(
            (b, tuple((i, agenda.find_label(i, value)) for i, value in terms.items()))
            for b, terms in row["settled"].items()
        ): float(row["runs"])
        for row in rows
    }


def check_content(alternatives: Sequence[Content], agenda: Agenda) -> str | None:
    """Return what is wrong with a documented content, or None: unknown basket or issue, values off the scale."""
    for content in alternatives:
        for basket, terms in content.items():
            if basket not in agenda.codes:
                return f"no basket `{basket}`; there are {', '.join(agenda.codes)}{nearest(basket, list(agenda.codes))}"
            for issue, (low, high) in terms.items():
                if issue not in agenda.issues[basket]:
                    return f"no issue `{issue}` in basket `{basket}`{nearest(issue, list(agenda.issues[basket]))}"
                if not 0 <= low <= high <= 1:
                    return f"terms of `{issue}` lie from 0 to 1, the lower end first"
    return None


def parse_content(text: str) -> list[Content]:
    """Parse a cell of a record: `prisoners: pow_exchange=0.5`, or `nothing`.

    Terms are parted by commas, baskets by semicolons, alternatives by `|`; `bodies=0..1` is an interval.

    Raises
    ------
    ParleyError
        The text is not of this form.
    """
    alternatives: list[Content] = []
    for part in text.split("|"):
        content: dict[str, dict[str, tuple[float, float]]] = {}
        for entry in [] if part.strip() == "nothing" else part.split(";"):
            basket, _, terms = entry.partition(":")
            content[basket.strip()] = dict(_parse_term(term) for term in terms.split(",") if term.strip())
        alternatives.append(content)
    return alternatives


def _parse_term(text: str) -> tuple[str, tuple[float, float]]:
    """Parse `issue=value` or `issue=low..high`. Raises ParleyError."""
    match = _TERM.fullmatch(text.strip())
    try:
        if match:
            low = float(match["low"])
            return match["issue"], (low, float(match["high"]) if match["high"] else low)
    except ValueError:
        pass
    raise ParleyError(f"`{text.strip()}` is not a term; write issue=0.5 or issue=0..1")


def format_content(alternatives: Sequence[Content]) -> str:
    """Format a documented content in words."""
    texts = []
    for content in alternatives:
        baskets = []
        for basket, terms in content.items():
            values = [f"{i} {low:g}" if low == high else f"{i} {low:g} to {high:g}" for i, (low, high) in terms.items()]
            baskets.append(f"{basket} ({', '.join(values)})" if values else basket)
        texts.append(" and ".join(baskets) or "nothing")
    return " or ".join(texts)
