"""Titles of measures in words, shared by tables, figures and reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.scenario.ladder import CODE_TITLES, read_titles

LATENT_OFFERS = "by offers they would make that day"
"""What marks a latent closed share: each party's offer is the one it would make, on baskets barred or not."""

RUNS, PERCENT, DAYS = "% of runs", "%", "days"
"""Units: shares of runs, other shares, and days."""
_SCALE = "on scales of 0 to 1"


class Title(NamedTuple):
    """Title of a measure.

    Attributes
    ----------
    text : str
        What is measured.
    unit : str
        In what it reads best; empty for plain numbers. A unit that begins with `%` wants the measure times 100.
    """

    text: str
    unit: str

    @property
    def is_percent(self) -> bool:
        """Whether the measure is a share that reads best in percent."""
        return self.unit.startswith("%")

    def __str__(self) -> str:
        return f"{self.text} ({self.unit})" if self.unit else self.text


@dataclass(frozen=True)
class Names:
    """Titles of what measures name, by name.

    Attributes
    ----------
    baskets, parties, issues : mapping of str to str
        Titles by name.
    outcomes : mapping of str to str
        Titles of the outcome codes.
    """

    baskets: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    issues: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=lambda: dict(CODE_TITLES))


def read_names(scenarios: Iterable[Mapping[str, Any]]) -> Names:
    """Read the titles of baskets, parties, issues and outcomes from resolved scenarios; those of the first win."""
    groups: tuple[dict[str, str], ...] = ({}, {}, {})
    outcomes: dict[str, str] = {}
    for resolved in scenarios:
        for titles, kind in zip(groups, ("baskets", "parties", "issues"), strict=True):
            for name, entry in resolved.get(kind, {}).items():
                titles.setdefault(name, str(entry.get("title") or name))
        outcomes = {**read_titles(resolved), **outcomes}
    return Names(groups[0], groups[1], groups[2], outcomes or dict(CODE_TITLES))


_PLAIN = {
    "days": Title("Length of the run", DAYS),
    "rounds_held": Title("Rounds held", ""),
    "rounds_postponed": Title("Rounds postponed", ""),
    "days_in_abeyance": Title("Time in abeyance", DAYS),
    "incidents": Title("Incidents", ""),
    "walk_backs": Title("Failed ratifications, amendments and collapses", ""),
    "failed_ratifications": Title("Texts that a ratifier refused", ""),
    "amendments": Title("Texts that came back amended", ""),
    "collapses": Title("Settlements that collapsed", ""),
    "delivered_share": Title("Obligations that were met", PERCENT),
    "gap_open": Title("Distance between offers on open issues", _SCALE),
    "gap_whole": Title("Distance between offers on all issues, settled ones counting 0", _SCALE),
    "breakoffs": Title("Times at which talks broke off", ""),
    "day_of_outcome": Title("An outcome above none stands at the end", RUNS),
    "day_day_of_outcome": Title("Day on which the outcome standing at the end was reached", ""),
}
"""Titles of measures that name nothing of the scenario."""

_BASKETS = {
    "day_first_settled_": Title("day first agreed on", ""),
    "first_settled_": Title("ever agreed on", RUNS),
    "day_settled_": Title("day of the settlement that stands", ""),
    "settled_": Title("settled at the end", RUNS),
    "zone_": Title("a package above every floor at the end", RUNS),
    "blocked_": Title("in the way", RUNS),
    "nash_distance_": Title("distance from the Nash product", PERCENT),
    "pareto_distance_": Title("distance from the Pareto frontier", "utility"),
    "gap_": Title("distance between offers", _SCALE),
    "surplus_": Title("surplus over the floors", "utility"),
    "near_": Title("nearness of a settlement", PERCENT),
}
_PARTIES = {"utility_": Title("utility of the standing agreements", "")}
_ISSUES = {
    "first_terms_": Title("terms of the first settlement that stood", "on a scale of 0 to 1"),
    "terms_": Title("terms at the end", "on a scale of 0 to 1"),
}
_ENDED = {"outcome": "Ended as", "outcome_at_least": "Ended at least as", "peak_outcome": "Got as far as"}
_CLOSED = re.compile(r"(latent_)?closed(?:_(?!d\d+$)(.+?))?(?:_d(\d+))?")


def describe_measure(measure: str, level: str = "", names: Names | None = None) -> Title:
    """Describe a measure of runs in words.

    Parameters
    ----------
    measure : str
        Column of the table of runs, or a name derived from it as in `experiments.measures.compute_measures`: a day of
        an event is the share of runs in which it happened, with `day_` before it the day itself.
    level : str
        Level of a code or reason; empty for numbers.
    names : Names, optional
        Titles of what the measure may name; without one a name stands for itself.

    Returns
    -------
    Title
        Text and unit; of an unknown measure its name without a unit.
    """
    names = names or Names()
    if measure in _ENDED:
        return Title(f"{_ENDED[measure]} {names.outcomes.get(level, level).partition(':')[0]}", RUNS)
    if measure in _PLAIN:
        return _PLAIN[measure]
    closed = _CLOSED.fullmatch(measure)
    if closed:
        return _describe_closed(bool(closed[1]), closed[2] or "", closed[3] or "", names)
    for table, titles in ((_BASKETS, names.baskets), (_PARTIES, names.parties), (_ISSUES, names.issues)):
        for start, title in table.items():
            if measure.startswith(start):
                of = measure.removeprefix(start)
                text = f"{titles.get(of, of.replace('_', ' '))}: {title.text}"
                return Title(text + (f": {level}" if level else ""), title.unit)
    return Title((measure + (f": {level}" if level else "")).replace("_", " ").capitalize(), "")


def _describe_closed(latent: bool, basket: str, day: str, names: Names) -> Title:
    """Describe a share of the distance between the first demands that is closed."""
    if basket:
        text = f"{names.baskets.get(basket, basket.replace('_', ' '))}: distance closed"
    else:
        text = "Distance closed"
    text += f" by day {day}" if day else " at the end"
    return Title(text + (f", {LATENT_OFFERS}" if latent else ""), PERCENT)
