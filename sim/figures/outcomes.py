"""Figure of outcomes: the share of runs that end with each outcome code."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import (
    BLACK,
    BLUE,
    VERMILION,
    Caption,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
    wrap_text,
)
from sim.tables.quantities import format_percent
from sim.tables.summary import Summary


def plot_outcomes(summary: Summary, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot the share of runs by the outcome that stands at the end, with 95% intervals.

    A diamond marks the share of runs in which the outcome was the highest reached on the way.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one bar an outcome code, lowest first.
    """
    ax = create_axes() if ax is None else ax
    standing, peak = summary.outcome_shares(), summary.outcome_shares("peak_outcome")
    rows = np.arange(len(summary.codes))
    shares = np.array([standing[code].share for code in summary.codes])
    low = shares - [standing[code].low for code in summary.codes]
    high = np.array([standing[code].high for code in summary.codes]) - shares
    ax.barh(rows, shares, color=BLUE, height=0.62, label="standing at the end, with 95% interval")
    ax.errorbar(shares, rows, xerr=[low, high], fmt="none", ecolor=BLACK, elinewidth=1, capsize=2.5)
    diamond: dict[str, Any] = {
        "marker": "D",
        "mfc": "white",
        "mec": VERMILION,
        "mew": 1.2,
        "ms": 4.5,
        "ls": "",
        "clip_on": False,
    }
    ax.plot([peak[code].share for code in summary.codes], rows, label="highest reached on the way", **diamond)
    for row, code in enumerate(summary.codes):
        end = (max(standing[code].high, peak[code].share), row)
        text = format_percent(standing[code].share, standing[code].runs)
        ax.annotate(text, end, (7, 0), textcoords="offset points", va="center")
    ax.set_yticks(rows, [wrap_text(title, 26) for title in summary.outcomes.values()])
    ax.set_xlim(0, min(max(s.high for s in (*standing.values(), *peak.values())) * 1.14 + 0.03, 1.12))
    format_percent_axis(ax, "x", "Share of runs")
    if legend:
        ax.legend(*legend_entries(ax, reverse=True))
    return ax


def draw_outcomes(summary: Summary, caption: Caption) -> Figure:
    """Draw the captioned figure of outcomes."""
    figure, axes = create_figure(caption, "How the talks ended", 2.9, left=1.95, legend=1)
    add_legend_below(figure, *legend_entries(plot_outcomes(summary, axes, legend=False), reverse=True), 2)
    return figure
