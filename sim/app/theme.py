"""Look of the page: colours with a contrast of at least 3 to 1 in both themes, and what all charts share."""

from __future__ import annotations

import textwrap
from typing import Any, TypeAlias

import altair as alt

COLOURS = ("#0072B2", "#C1440E", "#A8527F", "#BE8600", "#000000", "#4B1E96", "#4D4D4D", "#622718")
"""Colours of series, in the order of use: those of the parties in figures (`assign_styles`), darkened where their
contrast was below 3 to 1; the sixth is violet, since a sky blue of that contrast looks like the first. Green is left
to zones and settlements."""
SETTLED = "#007A5A"
"""Colour of settlements."""
SHAPES = {
    "circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲", "cross": "✚", "triangle-down": "▼",
    "triangle-left": "◀", "triangle-right": "▶",
}  # fmt: skip
"""Shapes of marks, in the order of use, each with the sign that stands for it in a legend."""
INK, QUIET, ZONE = "#1A1A1A", "#6C6C6C", "#D6EBE1"
"""Text and rules; the scenario as it is; the area of a zone of agreement, which a line bounds."""
GRID, WHITE = "#E5E5E5", "white"
"""Lines of the grid; marks that are filled with the background."""
BACKGROUND = {"light": "#FFFFFF", "dark": "#0E1117"}
"""Background of the page in each theme: those of Streamlit."""
DARK = {
    "#0072B2": "#45A3DB", "#C1440E": "#F08A5D", "#A8527F": "#F0A8CC", "#BE8600": "#F0D060", "#000000": "#F5F5F5",
    "#4B1E96": "#7A5CE0", "#4D4D4D": "#B5B5B5", "#622718": "#905237", SETTLED: "#3DBB94", INK: "#EDEDED",
    QUIET: "#A3A3A3", ZONE: "#1F4A3A", GRID: "#333842", WHITE: BACKGROUND["dark"],
}  # fmt: skip
"""Colour in the dark theme of each colour of the light one."""
FILLED = "filled"
"""Start of the names of layers whose fills, and the print on them, are the same in both themes."""
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
        whole.configure(background="transparent")
        .configure_axis(labelFontSize=12, titleFontSize=12, labelColor=INK, titleColor=INK, gridColor=GRID)
        .configure_legend(
            orient="bottom", columns=legend, labelFontSize=12, labelLimit=320, labelColor=INK, titleColor=INK
        )
        # A screen reader reads the description and the tables, not hundreds of marks one by one.
        .configure_mark(aria=False)
        .configure_text(color=INK)
        .configure_view(stroke=None)
    )


def darken(node: Any) -> Any:
    """Write the specification of a chart in the colours of the dark theme; its data stay as they are.

    Parameters
    ----------
    node : object
        The specification, or a part of it.
    """
    if isinstance(node, list):
        return [darken(part) for part in node]
    if not isinstance(node, dict):
        return DARK.get(node, node) if isinstance(node, str) else node
    # What a scenario says may be the name of a colour.
    dark = {key: part if key in ("data", "datasets", "domain", "sort") else darken(part) for key, part in node.items()}
    if str(node.get("name", "")).startswith(FILLED):
        dark["encoding"] = node["encoding"]
    return dark
