"""What figures and tables of issues need from a scenario: titles, and the labelled options of every scale."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.units import NativeUnit

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Scale:
    """The scale of an issue.

    Attributes
    ----------
    title : str
        Title of the issue.
    basket : str
        Title of its basket.
    options : tuple of (float, str)
        Place and label of every option, by place.
    unit : NativeUnit, optional
        What places are in a unit of the issue's own.
    """

    title: str
    basket: str
    options: tuple[tuple[float, str], ...]
    unit: NativeUnit | None = None

    def nearest(self, place: float) -> str:
        """Return the label nearest to a place on the scale; of two equally near the lower one."""
        return min(self.options, key=lambda option: abs(option[0] - place))[1]

    def list_labels(self) -> list[tuple[float, str]]:
        """List place and label of every option, by place; a label ends with its amount where the issue has a unit."""
        if self.unit is None:
            return list(self.options)
        return [(at, f"{label}: {self.unit.format_amount(at)}") for at, label in self.options]


def read_scales(resolved: Mapping[str, Any]) -> dict[str, Scale]:
    """Read the scales of all issues by name from a resolved scenario.

    Parameters
    ----------
    resolved : mapping
        A scenario as plain data, such as the manifest of a run holds.

    Returns
    -------
    dict of str to Scale
        Scales by issue.
    """
    baskets = resolved.get("baskets", {})
    scales = {}
    for name, issue in resolved.get("issues", {}).items():
        options = sorted((float(option["at"]), str(option["label"])) for option in issue["options"])
        title = baskets.get(issue.get("basket"), {}).get("title", "")
        unit = NativeUnit(**issue["unit"]) if issue.get("unit") else None
        scales[name] = Scale(str(issue["title"]), str(title), tuple(options), unit)
    return scales


def create_scales(scenario: Scenario) -> dict[str, Scale]:
    """Create the scales of all issues of a scenario by name, basket by basket."""
    scales = {}
    for key, basket in scenario.baskets.items():
        for name, issue in scenario.issues.items():
            if issue.basket == key:
                options = tuple(sorted((option.at, option.label) for option in issue.options))
                unit = issue.unit.to_native() if issue.unit else None
                scales[name] = Scale(issue.title, basket.title, options, unit)
    return scales


def choose_labels(
    options: Sequence[tuple[float, str]], columns: int, lines: int, line: float, near: float = 0.5
) -> list[tuple[float, str]]:
    """Choose the labels of a scale that can be written beside its axis without touching each other.

    Parameters
    ----------
    options : sequence of (float, str)
        Place and label of every option, by place.
    columns, lines : int
        Characters of a line and lines of a label at most; what is longer ends with an ellipsis.
    line : float
        Height of a line of text, as a share of the scale.
    near : float
        Place on the scale near which labels matter most, after both ends.

    Returns
    -------
    list of (float, str)
        Place and wrapped label, by place.
    """
    texts = [(at, _cut(textwrap.wrap(label, columns), lines)) for at, label in options]
    first, *middle, last = texts
    chosen = [first, last]
    for at, text in sorted(middle, key=lambda option: abs(option[0] - near)):
        half = (text.count("\n") + 1) / 2
        if all(abs(at - other) >= line * (half + (label.count("\n") + 1) / 2) for other, label in chosen):
            chosen.append((at, text))
    return sorted(chosen)


def _cut(parts: list[str], lines: int) -> str:
    """Join lines of a text, of which some are kept."""
    if len(parts) <= lines:
        return "\n".join(parts)
    return "\n".join([*parts[: lines - 1], parts[lines - 1].rstrip(",;") + " …"])
