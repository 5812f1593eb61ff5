"""The look of figures: colours, titles, layout, what every figure says about where it comes from.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart; hatching tells apart what
would share a colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY, PALE, GRID = "#7F7F7F", "#D9D9D9", "#E5E5E5"
SMALL = "#595959"
"""Of small print: 7 to 1 on white, where GREY has 4 to 1."""

# One look for each reason in every figure: colour and hatching.
LOOKS = {
    "settled": (GREEN, ""),
    "zone but not reached in time": (YELLOW, ""),
    "abeyance": (PALE, ".."),
    "no zone of agreement": (VERMILION, ""),
    "no mandate": (BLUE, ""),
    "precondition": (SKY, ""),
    "sequencing deadlock": (SKY, "//"),
    "not ratified": (PURPLE, ""),
    "amended": (PURPLE, "//"),
    "collapsed": (ORANGE, "\\\\"),
    "never convened": (GREY, ""),
}
THINNEST = 0.002
"""A reason whose bar is nowhere wider than this share cannot be seen, and is not in a legend."""

LINES = list(zip((BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY), ("-", "--", "-.", ":") * 2, strict=True))

STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    "hatch.color": "#333333",
    "legend.frameon": False,
    "svg.hashsalt": "parley",
    "svg.fonttype": "path",
}
BOX = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}
_WIDTH = 6.6
DPI = 150

CODE_TITLES = {
    "postponed": "postponed: never met",
    "none": "none: met without result",
    "procedural": "procedural: to meet again",
    "tabled": "tabled: texts, no settlement",
    "humanitarian": "humanitarian settlement",
    "ceasefire": "ceasefire",
    "partial": "partial settlement",
    "comprehensive": "comprehensive: all settled",
}
"""Outcome codes as figures and prints name them."""

CAUTION = "Conditional on the scenario's assumptions; not a forecast."


@dataclass(frozen=True)
class Caption:
    """What every figure says about where it comes from. `baskets` maps names to titles."""

    title: str
    n: int
    seed: int
    fingerprint: str
    baskets: Mapping[str, str]

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Caption:
        """From the manifest of an ensemble."""
        scenario = manifest["scenario"]
        titles = {name: basket["title"] for name, basket in scenario["resolved"]["baskets"].items()}
        title = scenario["title"] + (" (changed)" if scenario["changes"] else "")
        return cls(title, manifest["n"], manifest["seed"], manifest["fingerprint"], titles)

    def subtitle(self) -> str:
        """The line under every title."""
        runs = "1 run" if self.n == 1 else f"{self.n:,} runs"
        return f"{runs}, seed {self.seed}. {CAUTION}"


# Layout

_TOP, _RIGHT, _AXIS, _ROW, _FOOT = 0.78, 0.3, 0.5, 0.19, 0.22
"""Inches: title and subtitles, right margin, labels of the lower axis, a row of the legend, the foot line."""


def blank(
    caption: Caption, title: str, height: float, left: float, legend: int, rows: tuple[float, ...] = (1,)
) -> tuple[Figure, Any]:
    """A figure with titles and empty axes `height` inches high. Laid out by hand: measuring is slow."""
    total = _TOP + height + _AXIS + legend * _ROW + _FOOT
    figure = Figure(figsize=(_WIDTH, total))
    edge = 0.12 / _WIDTH
    figure.text(edge, 1 - 0.1 / total, title, fontsize=11.5, fontweight="bold", va="top")
    figure.text(edge, 1 - 0.33 / total, caption.title, fontsize=8.5, va="top")
    figure.text(edge, 1 - 0.5 / total, caption.subtitle(), fontsize=8.5, color="#333333", va="top")
    figure.text(1 - edge, 0.06 / total, f"parley, result {caption.fingerprint}", fontsize=6.5, color=SMALL, ha="right")
    axes = figure.subplots(len(rows), 1, sharex=True, gridspec_kw={"height_ratios": rows, "hspace": 0.12})
    bottom = (_AXIS + legend * _ROW + _FOOT) / total
    figure.subplots_adjust(left / _WIDTH, bottom, 1 - _RIGHT / _WIDTH, 1 - _TOP / total)
    return figure, axes


def percent_axis(axes: Axes, which: Literal["x", "y"], label: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.set_label_text(label)
    axes.grid(axis=which, color=GRID, lw=0.7)


def legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
    """Below the axes, above the foot line."""
    place = (0.5, (_FOOT - 0.06) / figure.get_figheight())
    figure.legend(
        handles,
        labels,
        loc="lower center",
        bbox_to_anchor=place,
        ncols=columns,
        fontsize=8,
        handlelength=2.2,
        labelspacing=0.35,
        borderpad=0.0,
        borderaxespad=0.0,
    )


def wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 22))


def percent(share: float, count: int) -> str:
    """A share in percent, with a decimal where it is near 0 or 1; what occurred is never shown as 0%."""
    if count and share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share:.1%}" if 0 < share < 0.0995 or 0.9005 < share < 1 else f"{share:.0%}"
