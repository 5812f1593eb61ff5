"""Figure of blocking: what each basket came to, and what stood in the way of a settlement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.core.layout import Floats
from sim.figures.style import (
    LABEL_BOX,
    MIN_LEGEND_SHARE,
    REASON_STYLES,
    Caption,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
    wrap_text,
)
from sim.tables.summary import Summary


def plot_blocking(
    summary: Summary, titles: Mapping[str, str] | None = None, ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Plot, for every basket, the share of runs that settled it and, of the others, the blocking reason.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    titles : mapping of str to str, optional
        Titles of the baskets by name; a basket without one goes by its name.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one stacked bar a basket, first basket on top.
    """
    ax = create_axes() if ax is None else ax
    rows = np.arange(len(summary.baskets))
    left = np.zeros(rows.size)
    for reason, shares in _compute_shares(summary).items():
        colour, hatch = REASON_STYLES[reason]
        label = reason if shares.max(initial=0.0) >= MIN_LEGEND_SHARE else "_nolegend_"
        style: dict[str, Any] = {"color": colour, "hatch": hatch, "ec": "white", "lw": 0.6, "height": 0.66}
        ax.barh(rows, shares, left=left, label=label, **style)
        for row in np.flatnonzero(shares >= 0.06):
            middle = (left[row] + shares[row] / 2, row)
            ax.annotate(f"{shares[row]:.0%}", middle, ha="center", va="center", fontsize=8, bbox=LABEL_BOX)
        left = left + shares
    ax.set_yticks(rows, [wrap_text((titles or {}).get(basket, basket)) for basket in summary.baskets])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    format_percent_axis(ax, "x", "Share of runs")
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


def draw_blocking(summary: Summary, caption: Caption) -> Figure:
    """Draw the captioned figure of blocking."""
    entries = sum(shares.max(initial=0.0) >= MIN_LEGEND_SHARE for shares in _compute_shares(summary).values())
    title, height = "What was settled, and what stood in the way", 0.35 + 0.5 * len(summary.baskets)
    figure, axes = create_figure(caption, title, height, left=1.7, legend=math.ceil(entries / 3))
    add_legend_below(figure, *legend_entries(plot_blocking(summary, caption.baskets, axes, legend=False)), 3)
    return figure


def _compute_shares(summary: Summary) -> dict[str, Floats]:
    """Share of runs (baskets,) by `settled` and by every blocking reason."""
    rows = [{"settled": summary.settled(basket), **summary.blocked(basket)} for basket in summary.baskets]
    return {reason: np.array([row[reason].share if reason in row else 0.0 for row in rows]) for reason in REASON_STYLES}
