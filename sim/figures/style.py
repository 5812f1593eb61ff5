"""Style of figures: colours, titles, layout, and the caption that names scenario, runs, seed and result.

The colours are those of Okabe and Ito (2008), which colour-blind readers can distinguish; hatching distinguishes what
shares a colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.core.layout import Floats, Ints
from sim.figures.scales import Scale, read_scales

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
SMALL_PRINT = "#595959"
"""Colour of small print: its contrast on white is 7 to 1, where GREY has 4 to 1."""

REASON_STYLES = {
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
"""Colour and hatching of `settled` and of every blocking reason, the same in all figures."""
MIN_LEGEND_SHARE = 0.002
"""A reason whose bar is nowhere wider than this share cannot be seen; legends leave it out."""

LINE_STYLES = list(
    zip((BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY), ("-", "--", "-.", ":") * 2, strict=True)
)
"""Colour and dashes of lines, in the order of use."""

STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titley": 1.0,  # else every label is measured to see whether the title has to move
    "text.parse_math": False,
    "hatch.linewidth": 0.6,
    "hatch.color": "#333333",
    "legend.frameon": False,
    "text.hinting": "none",  # at this resolution nobody sees it, and it takes half of the time of a text
    "svg.hashsalt": "parley",
    "svg.fonttype": "path",
}
"""Matplotlib's settings (rcParams) for every figure."""
LABEL_BOX = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}
_WIDTH = 6.6
DPI = 150
PNG_LEVEL = 3
"""Effort of the compression of PNG files: Pillow's default of 6 takes twice as long, for files a tenth smaller."""

CAUTION = "Conditional on the scenario's assumptions; not a forecast."


@dataclass(frozen=True)
class Caption:
    """Origin of a figure, as written on it.

    Attributes
    ----------
    title : str
        Title of the scenario.
    n : int
        Number of runs.
    seed : int
        Seed of the draws.
    fingerprint : str
        Short name of the result.
    baskets : mapping of str to str
        Titles of the baskets by name.
    parties : mapping of str to str
        Titles of the parties by name.
    scales : mapping of str to Scale
        Scales of the issues by name.
    of : int
        Runs of the whole ensemble, where the figure shows the first `n` of them.
    """

    title: str
    n: int
    seed: int
    fingerprint: str
    baskets: Mapping[str, str]
    parties: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    of: int = 0

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Caption:
        """Make the caption of an ensemble from its manifest."""
        scenario = manifest["scenario"]
        resolved = scenario["resolved"]
        titles = {name: basket["title"] for name, basket in resolved["baskets"].items()}
        parties = {name: party.get("title") or name for name, party in resolved.get("parties", {}).items()}
        title = scenario["title"] + (" (changed)" if scenario["changes"] else "")
        origin = (title, manifest["n"], manifest["seed"], manifest["fingerprint"])
        return cls(*origin, titles, parties, read_scales(resolved))

    def subtitle(self) -> str:
        """Return the line under the title: runs, seed and caution."""
        runs = "1 run" if self.n == 1 else f"{self.n:,} runs"
        runs = f"First {runs} of {self.of:,}" if self.of > self.n else runs
        return f"{runs}, seed {self.seed}. {CAUTION}"


MOST_PANELS = 36
"""Axes of small multiples at most; a figure of more would be too large to look at."""

# Layout

_TOP, _RIGHT, _AXIS, _ROW, _FOOT = 0.78, 0.3, 0.5, 0.19, 0.22
"""Inches for title and subtitles, right margin, labels of the lower axis, a row of the legend, the foot line."""


def create_axes() -> Axes:
    """Create a new figure with one empty axes, known to pyplot so that notebooks and galleries show it."""
    import matplotlib.pyplot as plt  # loads a screen's backend, which saving files does not need

    axes: Axes = plt.subplots(figsize=(_WIDTH, 3.6), layout="constrained")[1]
    return axes


def create_figure(
    caption: Caption, title: str, height: float, left: float, legend: int, rows: tuple[float, ...] = (1,)
) -> tuple[Figure, Any]:
    """Create a captioned figure with empty axes; the layout is fixed, because measuring texts is slow.

    Parameters
    ----------
    caption : Caption
        Origin of the figure.
    title : str
        Title of the figure.
    height, left : float
        Height of the axes and room on their left, in inches.
    legend : int
        Rows to leave free for the legend below.
    rows : tuple of float
        Relative heights of axes above each other.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure.
    axes : matplotlib.axes.Axes or ndarray of Axes
        One axes, or as many as `rows` has entries.
    """
    total = _TOP + height + _AXIS + legend * _ROW + _FOOT
    figure = _create_captioned(caption, title, _WIDTH, total)
    axes = figure.subplots(len(rows), 1, sharex=True, gridspec_kw={"height_ratios": rows, "hspace": 0.12})
    bottom = (_AXIS + legend * _ROW + _FOOT) / total
    figure.subplots_adjust(left / _WIDTH, bottom, 1 - _RIGHT / _WIDTH, 1 - _TOP / total)
    return figure, axes


def create_grid(
    caption: Caption,
    title: str,
    count: int,
    columns: int,
    height: float,
    left: float,
    legend: int,
    width: float = 3.3,
    *,
    labels: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Create a captioned figure with small multiples, row by row.

    Parameters
    ----------
    caption : Caption
        Origin of the figure.
    title : str
        Title of the figure.
    count, columns : int
        Number of axes, and of axes in a row.
    height, left, width : float
        Height of an axes, room on its left, and width with that room, in inches; wider where the figure needs it.
    legend : int
        Rows to leave free for the legend below.
    labels : bool
        Whether the axes get titles of their own beside their ticks; finding places for them takes time.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure.
    axes : list of Axes
        As many as `count`, at most `MOST_PANELS`.
    """
    count = min(count, MOST_PANELS)
    rows, gap, width = -(-count // columns), 0.78 if labels else 0.62, max(width, (_WIDTH - 0.2) / columns)
    wide, total = columns * width + 0.2, _TOP + rows * (height + gap) + 0.2 + legend * _ROW + _FOOT
    figure = _create_captioned(caption, title, wide, total)
    axes = []
    for k in range(count):
        row, column = divmod(k, columns)
        x, y = column * width + left, total - _TOP - 0.3 - row * (height + gap) - height
        axes.append(figure.add_axes((x / wide, y / total, (width - left - 0.1) / wide, height / total)))
        for axis in () if labels else (axes[-1].xaxis, axes[-1].yaxis):
            axis.set_label_coords(0, 0)  # these labels are empty; else every tick is measured to find their places
    return figure, axes


def label_days(figure: Figure, legend: int, note: str = "") -> None:
    """Label the axes of days of all small multiples at once, above a legend of so many rows; a note may follow."""
    height = (_FOOT + legend * _ROW + 0.06) / figure.get_figheight()
    figure.text(0.5, height, f"Days since the start. {note}".strip(), ha="center", fontsize=8, color="#333333")


def _create_captioned(caption: Caption, title: str, width: float, height: float) -> Figure:
    """Create a figure of a size in inches with title, subtitles and foot line."""
    figure = Figure(figsize=(width, height))
    edge = 0.12 / width
    figure.text(edge, 1 - 0.1 / height, title, fontsize=11.5, fontweight="bold", va="top")
    figure.text(edge, 1 - 0.33 / height, caption.title, fontsize=8.5, va="top")
    figure.text(edge, 1 - 0.5 / height, caption.subtitle(), fontsize=8.5, color="#333333", va="top")
    foot = f"parley, result {caption.fingerprint}"
    figure.text(1 - edge, 0.06 / height, foot, fontsize=6.5, color=SMALL_PRINT, ha="right")
    return figure


def draw_fan(ax: Axes, across: Floats | Ints, bands: Floats, colour: str, unit: str = "runs") -> None:
    """Draw a fan: the middle 90%, the middle half, and the median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw into.
    across : ndarray, shape (n,)
        Where the quantiles stand.
    bands : ndarray of float, shape (5, n)
        Quantiles at 5, 25, 50, 75 and 95%.
    colour : str
        Colour of the median; the areas have lighter shades of it.
    unit : str
        Of what the quantiles are, for the legend.
    """
    ax.fill_between(across, bands[0], bands[4], color=colour, alpha=0.18, lw=0, label=f"middle 90% of {unit}")
    ax.fill_between(across, bands[1], bands[3], color=colour, alpha=0.35, lw=0, label=f"middle half of {unit}")
    ax.plot(across, bands[2], color=colour, lw=1.9, label="median")


def format_percent_axis(axes: Axes, which: Literal["x", "y"], label: str) -> None:
    """Label an axis and write its ticks in percent."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.set_label_text(label)
    axes.grid(axis=which, color=GRID, lw=0.7)


def legend_entries(axes: Axes, *, reverse: bool = False) -> tuple[list[Any], list[str]]:
    """Return handles and labels of all that has a label in the axes, in the order of drawing (bars last)."""
    handles, labels = axes.get_legend_handles_labels()
    return (handles[::-1], labels[::-1]) if reverse else (handles, labels)


def add_legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
    """Add a legend between the axes and the foot line."""
    anchor = (0.5, (_FOOT - 0.06) / figure.get_figheight())
    figure.legend(
        handles,
        labels,
        loc="lower center",
        bbox_to_anchor=anchor,
        ncols=columns,
        fontsize=8,
        handlelength=2.2,
        labelspacing=0.35,
        borderpad=0.0,
        borderaxespad=0.0,
    )


def wrap_text(text: str, width: int = 22) -> str:
    """Break a text into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width))
