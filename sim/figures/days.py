"""Figure of days: how the share of runs that have agreed on a basket grows over time."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import (
    LINE_STYLES,
    Caption,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
)
from sim.tables.quantities import format_percent
from sim.tables.summary import Summary


def plot_days(
    summary: Summary, titles: Mapping[str, str] | None = None, ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Plot, by day, the share of all runs in which each basket has been agreed on for the first time.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    titles : mapping of str to str, optional
        Titles of the baskets by name; a basket without one goes by its name.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes. Its labels say how often and when each basket was agreed on, and how
        often a settlement stands at the end.

    Returns
    -------
    matplotlib.axes.Axes
        The axes (days across, share up), one step line a basket.
    """
    ax = create_axes() if ax is None else ax
    curves = {basket: summary.agreement_curve(basket) for basket in summary.baskets}
    last = max([1.0, summary.mean("days"), *(float(days[-1]) + 1 for days, _ in curves.values() if days.size)])
    for (basket, (days, runs)), (colour, dash) in zip(curves.items(), itertools.cycle(LINE_STYLES), strict=False):
        # An agreement of day 12.4 counts from the end of day 12 on, at 13.
        across = np.r_[0, np.repeat(days + 1, 2), last]
        up = np.repeat(np.r_[0, runs], 2) / max(summary.n, 1)
        title = textwrap.shorten((titles or {}).get(basket, basket), 38, placeholder=" …")
        ax.plot(across, up, color=colour, ls=dash, lw=1.8, label=f"{title}: {_describe_days(summary, basket)}")
    ax.set_xlim(0, last)
    ax.set_ylim(0, max(0.05, 1.04 * max(summary.agreement_share(basket).share for basket in curves)))
    ax.set_xlabel("Days since the start")
    format_percent_axis(ax, "y", "Agreed on by that day, share of all runs")
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


def draw_days(summary: Summary, caption: Caption) -> Figure:
    """Draw the captioned figure of days."""
    figure, axes = create_figure(caption, "Time to the first agreement", 2.8, left=0.75, legend=len(summary.baskets))
    add_legend_below(figure, *legend_entries(plot_days(summary, caption.baskets, axes, legend=False)), 1)
    return figure


def _describe_days(summary: Summary, basket: str) -> str:
    """How often and when a basket was first agreed on, and how often a settlement stands."""
    first, standing = summary.agreement_share(basket), summary.settled_share(basket)
    if not first.runs:
        return "never agreed on"
    median = summary.day_quantiles(basket, "first_settled")[0.5]
    text = f"agreed in {format_percent(first.share, first.runs)}, half of these by day {median:.0f}"
    return f"{text}; {format_percent(standing.share, standing.runs)} stand at the end"
