"""Figure of effects on convergence: paired differences of the share of the distance closed, by day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.figure_layout import clip_text
from experiments.measures import read_day
from sim.figures.style import (
    BLACK,
    BLUE,
    GRID,
    STYLE,
    VERMILION,
    Caption,
    add_legend_below,
    create_axes,
    create_grid,
    legend_entries,
)
from sim.tables.titles import LATENT_OFFERS

if TYPE_CHECKING:
    import pandas as pd

_HOLLOW = Line2D([], [], ls="", marker="o", ms=4.5, mfc="white", mec=BLACK, label="hollow: may be chance (Holm, 5%)")
_SERIES = ((False, BLUE, "o", "by the offers that stand"), (True, VERMILION, "s", LATENT_OFFERS))


def plot_effects(frame: pd.DataFrame, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot paired differences of the share of the distance closed with 95% intervals, by day and at the end.

    Parameters
    ----------
    frame : pd.DataFrame
        Differences of one contrast, as in `Comparison.frame`. A mark is hollow where p after Holm's
        correction is 0.05 or more.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes (days across, the last being the end of the run; differences up, in percentage points).
    """
    ax = create_axes() if ax is None else ax
    rows = [(day, row) for row in frame.to_dict("records") if (day := read_day(row["measure"]))]
    days = sorted({day for (_, day), _ in rows})
    for latent, colour, marker, label in _SERIES:
        points = sorted((days.index(day), row) for (kind, day), row in rows if kind == latent)
        if points:
            across = np.array([k for k, _ in points]) + (0.08 if latent else -0.08)
            mid, *ends = (np.array([100 * row[name] for _, row in points]) for name in ("difference", "low", "high"))
            bars, sure = [mid - ends[0], ends[1] - mid], np.array([row["p_holm"] < 0.05 for _, row in points])
            ax.errorbar(across, mid, bars, fmt="none", color=colour, capsize=2.5)
            ax.plot(across[sure], mid[sure], marker, color=colour, ms=4.5, label=label)
            ax.plot(across[~sure], mid[~sure], marker, mfc="white", mec=colour, ms=4.5)
    ax.axhline(0, color=BLACK, lw=0.8)
    ax.set_xticks(range(len(days)), ["end" if math.isinf(day) else f"{day:.0f}" for day in days])
    ax.set_xlim(-0.5, max(len(days), 1) - 0.5)
    ax.set_xlabel("Day")
    ax.set_ylabel("Percentage points")
    ax.grid(axis="y", color=GRID, lw=0.7)
    if not rows:
        ax.text(0.5, 0.5, "nothing closed differs", ha="center", transform=ax.transAxes)
    elif legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_effects(frame: pd.DataFrame, caption: Caption) -> Figure:
    """Draw the captioned figure of `plot_effects`, an axes a contrast."""
    contrasts = list(dict.fromkeys(frame["contrast"])) or [""]
    title = "Difference of the share of the distance closed"
    columns = min(2, len(contrasts))
    figure, axes = create_grid(caption, title, len(contrasts), columns, height=2.2, left=0.65, legend=2, labels=True)
    for contrast, ax in zip(contrasts, axes, strict=True):
        plot_effects(frame[frame["contrast"] == contrast], ax, legend=False)
        if len(contrasts) > 1:
            ax.set_title(clip_text(contrast.rpartition(" − ")[0], 2.6, 9), loc="left", fontsize=9)
    handles, labels = legend_entries(axes[0])
    add_legend_below(figure, [*handles, _HOLLOW], [*labels, str(_HOLLOW.get_label())], 2)
    return figure
