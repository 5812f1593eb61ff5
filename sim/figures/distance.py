"""Figure of convergence: the share of the distance between the first demands that is closed, over time."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import (
    BLUE,
    MOST_PANELS,
    VERMILION,
    Caption,
    add_legend_below,
    create_axes,
    create_grid,
    draw_fan,
    format_percent_axis,
    label_days,
    legend_entries,
    wrap_text,
)
from sim.tables.titles import LATENT_OFFERS
from sim.tables.trajectory import Trajectory


def plot_closed(trajectory: Trajectory, basket: str = "", ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot the share of the distance between the demands of day 0 that is closed, as a fan over time.

    A settled issue counts as closed. In abeyance offers on all others count as withdrawn, so the share may fall. Below
    0 the parties have moved apart.

    Parameters
    ----------
    trajectory : Trajectory
        Quantiles over runs by day.
    basket : str
        Name of a basket; everything without it, and then with the median by offers they would make that day.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes (days across, share closed up).
    """
    ax = create_axes() if ax is None else ax
    days, closed = trajectory.days, trajectory.closed(basket)
    draw_fan(ax, days, closed[[0, 2, 3, 4, 6]], BLUE)
    ax.lines[-1].set_label("median run, not the mean")
    if not basket:
        latent = trajectory.latent_closed()[3]
        ax.plot(days, latent, color=VERMILION, ls="--", lw=1.3, label=f"median {LATENT_OFFERS}")
    ax.set_xlim(0, max(int(days[-1]), 1))
    ax.set_ylim(min(0.0, np.floor(10 * np.nan_to_num(closed[0]).min()) / 10), 1.02)
    ax.set_xlabel("Days since the start")
    format_percent_axis(ax, "y", "Share closed")
    if legend:
        ax.legend(*legend_entries(ax, reverse=True), loc="upper left")
    return ax


def draw_closed(trajectory: Trajectory, caption: Caption) -> Figure:
    """Draw the captioned figure of convergence: everything, then every basket."""
    baskets = trajectory.baskets()
    panels = ["", *baskets] if len(baskets) > 1 else [""]
    title = "Share of the distance between the first demands that is closed"
    columns = min(2, len(panels))
    figure, axes = create_grid(caption, title, len(panels), columns, height=1.5, left=0.55, legend=2)
    for basket, ax in zip(panels, axes, strict=len(panels) <= MOST_PANELS):
        plot_closed(trajectory, basket, ax, legend=False)
        name = wrap_text(caption.baskets.get(basket, basket), 48) if basket else "Everything"
        ax.set_title(name, loc="left", fontsize=9, fontweight="bold" if not basket else "normal")
        ax.set_ylabel("")
        ax.set_xlabel("")
        ax.tick_params(labelsize=8)
    label_days(figure, 2, "While talks are in abeyance, unsettled offers count as withdrawn.")
    add_legend_below(figure, *legend_entries(axes[0], reverse=True), 2)
    return figure
