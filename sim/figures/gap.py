"""Figure of the gap: how far apart the positions on open issues are after each round held."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.figures.style import (
    BLUE,
    GREY,
    GRID,
    Caption,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
)
from sim.tables.summary import Summary

_WIDE, _NARROW = "#CFE3F1", "#8FBFDF"


def plot_gap(summary: Summary, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot quantiles of the gap between positions over the rounds held, as a fan.

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
        The axes (number of the round held across; mean distance of offers up, as a share of the scale).

    Notes
    -----
    The fan ends where fewer than one run in a hundred (and fewer than 20) held so many rounds.
    """
    ax = create_axes() if ax is None else ax
    fan, size = summary.fan(), _count_rounds(summary)
    x, q = fan.rounds[:size], fan.quantiles[:, :size]
    ax.fill_between(x, q[0], q[4], color=_WIDE, lw=0, label="middle 80% of the runs that held the round")
    ax.fill_between(x, q[1], q[3], color=_NARROW, lw=0, label="middle half")
    ax.plot(x, q[2], color=BLUE, lw=1.8, marker="o" if size <= 30 else None, ms=3, label="median run")
    ax.set_ylim(0, min(1.0, max(0.1, q.max(initial=0.0) * 1.2)))
    ax.set_ylabel("Mean distance of offers\n(whole scale: 1)")
    ax.grid(axis="y", color=GRID, lw=0.7)
    if not size:
        ax.text(0.5, 0.5, "no round was held", ha="center", transform=ax.transAxes)
    if legend:
        ax.legend(*legend_entries(ax, reverse=True))
    return ax


def plot_rounds_held(summary: Summary, ax: Axes | None = None) -> Axes:
    """Plot the share of runs that held so many rounds.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one bar a round, as many as `plot_gap` shows.
    """
    ax = create_axes() if ax is None else ax
    fan, size = summary.fan(), _count_rounds(summary)
    ax.bar(fan.rounds[:size], fan.runs[:size] / max(summary.n, 1), color=GREY, width=0.8)
    ax.set_xlim(0.5, max(size, 2) + 0.5)
    ax.set_xlabel("Number of the round held")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    format_percent_axis(ax, "y", "Runs that\nheld it")
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1])
    return ax


def draw_gap(summary: Summary, caption: Caption) -> Figure:
    """Draw the captioned figure of the gap: the fan above the share of runs that held so many rounds."""
    title = "Gap between positions on the issues still open"
    figure, (upper, lower) = create_figure(caption, title, 3.5, left=0.95, legend=1, rows=(3, 1))
    plot_gap(summary, upper, legend=False)
    plot_rounds_held(summary, lower)
    add_legend_below(figure, *legend_entries(upper, reverse=True), 3)
    return figure


def _count_rounds(summary: Summary) -> int:
    """Rounds to show; beyond them the quantiles rest on a handful of runs."""
    runs = summary.fan().runs
    return max(int((runs >= max(summary.n / 100, 20)).sum()), min(runs.size, 1))
