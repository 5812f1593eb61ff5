"""Figures of a measure over the factors of a sweep, from its tables only: heat maps and fans.

Every `plot_` function draws into axes; the `draw_` function beside it makes the captioned figure.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure_layout import (
    build_note,
    create_panels,
    get_title,
    measure_margin,
    select_rows,
)
from experiments.measures import is_percent
from experiments.results import Results, format_value
from sim.core.errors import ParleyError
from sim.figures.style import (
    BLUE,
    GRID,
    STYLE,
    add_legend_below,
    create_axes,
    create_figure,
    legend_entries,
)

if TYPE_CHECKING:
    import pandas as pd


def plot_heatmap(
    grid: pd.DataFrame, share: bool, limits: tuple[float, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Plot a table of numbers as colours; every cell carries its number.

    Parameters
    ----------
    grid : pd.DataFrame
        Numbers; the first row is drawn at the bottom.
    share : bool
        Whether the numbers are shares.
    limits : tuple of float, optional
        Numbers at the ends of the colour scale; smallest and largest of the grid by default.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = create_axes() if ax is None else ax
    values = grid.to_numpy(dtype=np.float64)
    low, high = limits if limits is not None else (float(np.nanmin(values)), float(np.nanmax(values)))
    ax.imshow(values, cmap="cividis", vmin=low, vmax=high, aspect="auto", origin="lower")
    largest = np.nanmax(np.abs(values), initial=0.0)
    decimals = int(np.clip(2 - np.floor(np.log10(largest)), 0, 6)) if largest > 0.0 else 0
    for (i, j), value in np.ndenumerate(values):
        if not np.isnan(value):
            text = f"{value:.1%}" if share else f"{value:,.{decimals}f}"
            colour = "black" if value > (low + high) / 2 else "white"
            ax.text(j, i, text, ha="center", va="center", fontsize=8, color=colour)
    wide, size = (99, 8.0) if grid.shape[1] < 5 else (9, 6.5)  # letters a line: many columns leave little room
    ax.set_xticks(range(grid.shape[1]), [textwrap.fill(format_value(c), wide) for c in grid.columns], fontsize=size)
    ax.set_yticks(range(grid.shape[0]), [format_value(r) for r in grid.index])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


@rc_context(STYLE)
def draw_heatmap(
    results: Results,
    title: str,
    x: str,
    y: str,
    measure: str,
    level: str = "",
    panel: str | None = None,
    also_span: Sequence[str] = (),
    only: Sequence[Any] = (),
) -> Figure:
    """Draw the captioned figure of a measure over two factors: a panel of `plot_heatmap` a value of a third factor.

    Parameters
    ----------
    results : Results
        A finished sweep.
    title : str
        Title of the figure.
    x, y : str
        Factors across and up.
    measure, level : str
        What to show, as in the table of summaries.
    panel : str, optional
        Factor with a panel a value.
    also_span : sequence of str
        Measures of other figures that are to be compared with this one; colours span their values too.
    only : sequence, optional
        Values of the third factor that get a panel; all by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = select_rows(results, measure, level)
    rows = rows[rows[panel].isin(only)] if panel and only else rows
    of_panel = list(dict.fromkeys(rows[panel])) if panel else [None]
    columns, lines = (list(dict.fromkeys(rows[k])) for k in (x, y))
    height, head = 0.45 + 0.42 * len(lines), 0.2 if panel else 0.0
    left = 0.35 + measure_margin(map(format_value, lines))
    figure, axes = create_panels(build_note(results), title, height, left, 0, len(of_panel), head, sharey=True)
    means = [rows["mean"], *(select_rows(results, other, level)["mean"] for other in also_span)]
    limits = float(min(m.min() for m in means)), float(max(m.max() for m in means))
    share = all(is_percent(measure, kind) for kind in rows["kind"])
    for ax, value in zip(axes, of_panel, strict=True):
        own = rows if panel is None else rows[rows[panel] == value]
        grid = own.pivot_table(index=y, columns=x, values="mean", sort=False).reindex(index=lines, columns=columns)
        plot_heatmap(grid, share, limits, ax)
        if panel:
            ax.set_title(f"{get_title(results, panel)}: {format_value(value)}", fontsize=8.5, loc="left")
    axes[0].set_ylabel(get_title(results, y))
    figure.text(0.55, 0.3 / figure.get_figheight(), get_title(results, x), ha="center", fontsize=9)
    return figure


def plot_fan(
    results: Results, x: str, column: str, label: str = "", ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Plot the distribution of a number over runs against a factor: median, middle half, middle 80%.

    Parameters
    ----------
    results : Results
        A finished sweep.
    x : str
        Factor with numbers.
    column : str
        Column of the table of runs.
    label : str
        Label of the y axis; the column's name by default.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ParleyError
        The factor has no numbers.
    """
    table = results.run_table(["point", column])
    values = table.column(1).to_numpy(zero_copy_only=False).astype(np.float64)
    point = table.column(0).to_numpy()
    points_at = results.points.groupby(x)["point"].apply(list)
    if points_at.index.dtype.kind not in "if":
        raise ParleyError(f"a fan needs a factor with numbers; `{x}` has none")
    ax = create_axes() if ax is None else ax
    across = points_at.index.to_numpy(dtype=np.float64)
    q = np.array([np.nanquantile(values[np.isin(point, p)], [0.1, 0.25, 0.5, 0.75, 0.9]) for p in points_at])
    ax.fill_between(across, q[:, 0], q[:, 4], color="#CFE3F1", lw=0, label="middle 80% of runs")
    ax.fill_between(across, q[:, 1], q[:, 3], color="#8FBFDF", lw=0, label="middle half")
    ax.plot(across, q[:, 2], color=BLUE, lw=1.8, marker="o", ms=3.5, label="median run")
    ax.set_xlabel(get_title(results, x))
    ax.set_ylabel(label or column.replace("_", " "))
    ax.grid(axis="y", color=GRID, lw=0.7)
    if legend:
        ax.legend(*legend_entries(ax, reverse=True))
    return ax


@rc_context(STYLE)
def draw_fan(results: Results, title: str, x: str, column: str, label: str) -> Figure:
    """Draw the captioned figure of `plot_fan`."""
    figure, ax = create_figure(build_note(results), title, 2.6, 0.75, 1)
    plot_fan(results, x, column, label, ax, legend=False)
    add_legend_below(figure, *legend_entries(ax, reverse=True), 3)
    return figure
