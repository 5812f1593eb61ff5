"""Look of the page's charts: colours with a contrast of at least 3 to 1 on white, and what all charts share."""

from __future__ import annotations

import textwrap
from typing import Any, TypeAlias

import altair as alt

COLOURS = ("#0072B2", "#C1440E", "#007A5A", "#A8527F", "#8A6100", "#1F6E9C", "#4D4D4D", "#000000")
"""Colours of series, in the order of use: those of the figures, darkened where their contrast was below 3 to 1."""
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-left", "triangle-right")
INK, QUIET, ZONE = "#1A1A1A", "#6C6C6C", "#D6EBE1"
"""Text and rules; the scenario as it is; the area of a zone of agreement, which a line bounds."""
PERCENT: dict[str, Any] = {"format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1.0]}
"""The axis of a share, which always runs from 0 to 100%."""
LINE = 14
"""Height of a line of an axis label (pixels)."""
_LETTERS = 27

Plot: TypeAlias = Any
"""A chart of Altair; its classes have no common base with the methods that are used here."""


def list_colours(count: int) -> list[str]:
    """List one colour a series; after the last one they begin anew."""
    return [COLOURS[k % len(COLOURS)] for k in range(count)]


def wrap_label(text: str) -> str:
    """Wrap a label: a label cut off at its end may lose the word that matters, such as `contested`."""
    return "\n".join(textwrap.wrap(text, _LETTERS))


WRAPPED: dict[str, Any] = {
    "labelExpr": "split(datum.label, '\\n')",
    "labelLineHeight": LINE - 1,
    "labelLimit": 220,
    "labelBaseline": "middle",
}
"""Axis of wrapped labels; Vega breaks lines only of a list."""


def count_lines(labels: list[str]) -> int:
    """Count the lines of the longest of several wrapped labels."""
    return max((label.count("\n") + 1 for label in labels), default=1)


def style_chart(chart: Plot, height: int | alt.Step, about: str, legend: int = 2) -> Plot:
    """Give a chart its height, its text alternative and the common look; `legend` is the columns of its legend."""
    whole = chart.properties(height=height, width="container", description=about)
    return (
        whole.configure_axis(labelFontSize=12, titleFontSize=12, labelColor=INK, titleColor=INK, gridColor="#E5E5E5")
        .configure_legend(orient="bottom", columns=legend, labelFontSize=12, labelLimit=320)
        .configure_view(stroke=None)
    )
