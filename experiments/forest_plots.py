"""Figures of differences and importance, from tables only: forests, tornados, shares of variance, PRIM boxes.

Every `plot_` function draws into axes; the `draw_` function beside it makes the captioned figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.figure_layout import clip_text, compute_pitch, create_panels, measure_margin, measure_width, wrap_names
from sim.figures.style import (
    BLACK,
    BLUE,
    GREY,
    GRID,
    ORANGE,
    PALE,
    SKY,
    STYLE,
    VERMILION,
    Caption,
    add_legend_below,
    create_axes,
    create_figure,
    legend_entries,
)

if TYPE_CHECKING:
    import pandas as pd

    from experiments.discovery import Boxes
    from experiments.variance import VarianceSplit

_MIN_SHARE = 0.005
"""A row whose shares both lie below this is left out."""


def plot_forest(
    frame: pd.DataFrame, measures: Sequence[str] = ("outcome",), ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Plot paired differences of shares with 95% intervals: a row a contrast and level.

    Thick pale lines are the unpaired intervals. A filled mark differs from 0 after Holm's correction.

    Parameters
    ----------
    frame : pd.DataFrame
        Differences, as in `Comparison.frame`; rows of means, and of shares near 0 in both scenarios, are left out.
    measures : sequence of str
        Measures to show.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; x in shares, labelled in percentage points.
    """
    ax = create_axes() if ax is None else ax
    rows = _select_shares(frame, measures)
    y = np.arange(len(rows))
    ax.hlines(y, rows["unpaired_low"], rows["unpaired_high"], color=PALE, lw=5, label="unpaired 95%")
    ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=1.6, label="paired 95%")
    sure = rows["p_holm"].to_numpy() < 0.05
    ax.plot(rows["difference"][sure], y[sure], "o", color=BLUE, ms=5, label="differs after Holm's correction")
    ax.plot(rows["difference"][~sure], y[~sure], "o", mfc="white", mec=BLUE, ms=5)
    ax.axvline(0, color=BLACK, lw=0.8)
    ax.set_yticks(y, _name_rows(rows))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(_format_points)
    bases = _find_bases(rows)
    base = f"Difference from {clip_text(bases.pop(), 2.2, 9)}" if len(bases) == 1 else "Difference of shares"
    label = f"{base}, percentage points"
    width = ax.get_position().width * ax.figure.get_figwidth()  # type: ignore[union-attr]
    ax.set_xlabel(label, loc="center" if measure_width(label) < width else "right")
    ax.grid(axis="x", color=GRID, lw=0.7)
    if legend:
        ax.legend(*legend_entries(ax, reverse=True))
    return ax


@rc_context(STYLE)
def draw_forest(frame: pd.DataFrame, caption: Caption, title: str, measures: Sequence[str] = ("outcome",)) -> Figure:
    """Draw the captioned figure of `plot_forest`."""
    names = _name_rows(_select_shares(frame, measures))
    height = 0.4 + compute_pitch(names, 0.21) * len(names)
    figure, ax = create_figure(caption, title, height, measure_margin(names), 1)
    plot_forest(frame, measures, ax, legend=False)
    add_legend_below(figure, *legend_entries(ax, reverse=True), 3)
    return figure


def _select_shares(frame: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Select the rows of a comparison that a forest shows."""
    visible = frame[["first", "second"]].max(axis=1) >= _MIN_SHARE
    return frame[frame["measure"].isin(measures) & (frame["kind"] == "share") & visible].reset_index(drop=True)


def _find_bases(rows: pd.DataFrame) -> set[str]:
    """Return what the contrasts are measured from."""
    return {contrast.rpartition(" − ")[2] for contrast in rows["contrast"]}


def _name_rows(rows: pd.DataFrame) -> list[str]:
    """Name the rows of a forest by level, and by contrast where there are several."""
    several, one_base = rows["contrast"].nunique() > 1, len(_find_bases(rows)) == 1
    names = []
    for row in rows.to_dict("records"):
        level = row["level"] or row["measure"].replace("_", " ")
        contrast = row["contrast"].rpartition(" − ")[0] if one_base else row["contrast"]
        names.append(f"{contrast}: {level}" if several else level)
    return wrap_names(names)


def _format_points(value: float, position: object = None) -> str:
    """Format a share as percentage points with a sign."""
    return f"{100 * value:+.3g}" if abs(value) > 1e-12 else "0"


def plot_tornado(
    frame: pd.DataFrame, share: bool = False, most: int = 15, ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Plot sensitivity indices with 95% intervals, the most important factor on top.

    Parameters
    ----------
    frame : pd.DataFrame
        Indices, as `compute_indices` returns them (Sobol's total and first, or Morris's mean absolute effect), or the
        shares of `compute_shares`.
    share : bool
        Whether the result is a share; Morris's effects are then in percentage points, otherwise in the result's unit.
    most : int
        Factors to show.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one or two bars a factor.
    """
    ax = create_axes() if ax is None else ax
    rows = frame.head(most)
    sobol = "total" in rows
    y = np.arange(len(rows))
    kinds = [("total", BLUE, "total, with all interactions", -0.17), ("first", ORANGE, "first order, alone", 0.17)]
    if "share" in rows:
        kinds = [("share", BLUE, "share of the variance between points, 95% interval", 0.0)]
    elif not sobol:
        kinds = [("mu_star", BLUE, "mean absolute effect (Morris), 95% interval", 0.0)]
    for key, colour, label, shift in kinds:
        span = np.clip([rows[key] - rows[f"{key}_low"], rows[f"{key}_high"] - rows[key]], 0.0, None)
        ax.barh(y + shift, rows[key].clip(lower=0.0), 0.32 if sobol else 0.6, color=colour, label=label)
        ax.errorbar(rows[key], y + shift, xerr=span, fmt="none", ecolor=BLACK, elinewidth=1, capsize=2)
    ax.axvline(0, color=BLACK, lw=0.8)
    ax.set_yticks(y, wrap_names(rows["factor"]))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    effect = "Change of the result over a factor's range" + (", percentage points" if share else "")
    ax.set_xlabel("Share of the variance between points" if sobol or "share" in rows else effect)
    if share and not sobol and "share" not in rows:
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}")
    ax.grid(axis="x", color=GRID, lw=0.7)
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_tornado(frame: pd.DataFrame, caption: Caption, title: str, share: bool = False, most: int = 15) -> Figure:
    """Draw the captioned figure of `plot_tornado`."""
    names = wrap_names(frame.head(most)["factor"])
    height = 0.4 + compute_pitch(names, 0.27) * len(names)
    figure, ax = create_figure(caption, title, height, measure_margin(names), 1)
    plot_tornado(frame, share, most, ax, legend=False)
    add_legend_below(figure, *legend_entries(ax), 2)
    return figure


_PART_STYLES = {
    "assumption": (BLUE, "", "assumption (ranges)"),
    "chance": (ORANGE, "", "chance"),
    "interaction": (SKY, "//", "both together"),
}


def plot_variance(splits: Mapping[str, VarianceSplit], ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot the shares of variance due to assumption, chance and both together, with 95% intervals.

    Parameters
    ----------
    splits : mapping of str to VarianceSplit
        Split of each result, by its name.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, three bars a result.
    """
    ax = create_axes() if ax is None else ax
    for row, split in enumerate(splits.values()):
        for n, entry in enumerate(split.rows()):
            colour, hatch, label = _PART_STYLES[str(entry["part"])]
            share, low, high = (float(entry[k]) for k in ("share", "low", "high"))
            y = row + (n - 1) * 0.26
            ax.barh(y, share, 0.24, color=colour, hatch=hatch, label="_nolegend_" if row else label)
            ax.errorbar(share, y, xerr=[[share - low], [high - share]], ecolor=BLACK, elinewidth=1, capsize=2)
            ax.text(high + 0.012, y, f"{share:.0%}", va="center", fontsize=7.5)
    ax.set_yticks(range(len(splits)), wrap_names(name.replace("_", " ") for name in splits))
    ax.set_ylim(len(splits) - 0.45, -0.55)
    ax.set_xlim(0, 1.08)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel("Share of the variance between runs, with 95% interval")
    ax.grid(axis="x", color=GRID, lw=0.7)
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_variance(splits: Mapping[str, VarianceSplit], caption: Caption, title: str) -> Figure:
    """Draw the captioned figure of `plot_variance`."""
    names = wrap_names(name.replace("_", " ") for name in splits)
    height = 0.3 + compute_pitch(names, 0.55) * len(names)
    figure, ax = create_figure(caption, title, height, measure_margin(names), 1)
    plot_variance(splits, ax, legend=False)
    add_legend_below(figure, *legend_entries(ax), 3)
    return figure


def plot_box(boxes: Boxes, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot a PRIM box: the limits of every bounded factor within its range.

    Parameters
    ----------
    boxes : Boxes
        Result of `discover`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; x from the lowest to the highest value of each factor.
    """
    ax = create_axes() if ax is None else ax
    rows = boxes.limits
    y, span = np.arange(len(rows)), (rows["to"] - rows["from"]).to_numpy()
    low, high = ((rows[k] - rows["from"]).to_numpy() / span for k in ("low", "high"))
    ax.barh(y, np.ones(len(rows)), 0.5, color=PALE, label="range tried")
    left, width = np.minimum(low, 0.98), np.maximum(high - low, 0.02)
    ax.barh(y, width, 0.5, left=left, color=VERMILION, label="inside the box")
    for n, row in enumerate(rows.to_dict("records")):
        ax.text(1.01, n, _format_limits(row), va="center", fontsize=8, color=GREY)
    ax.set_yticks(y, wrap_names(rows["factor"]))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, 1.28)
    ax.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest tried"])
    if legend:
        ax.legend(*legend_entries(ax, reverse=True))
    return ax


@rc_context(STYLE)
def draw_box(boxes: Boxes, caption: Caption, title: str) -> Figure:
    """Draw the captioned figure of `plot_box`, under the coverage and density of the box."""
    names = wrap_names(boxes.limits["factor"])
    height = 0.4 + compute_pitch(names, 0.32) * len(names)
    figure, (ax,) = create_panels(caption, title, height, measure_margin(names), 1, 1, 0.2)
    plot_box(boxes, ax, legend=False)
    base = boxes.interesting / boxes.cases
    text = f"Of the points in the box {boxes.density:.0%} are of interest (of all {base:.0%}); "
    text += f"it holds {boxes.coverage:.0%} of those"
    # The text begins at the edge of the figure, because beside long names the panel is too narrow for it.
    y = ax.get_position().y1 + 0.08 / figure.get_figheight()
    figure.text(0.12 / figure.get_figwidth(), y, text, fontsize=8.5)
    add_legend_below(figure, *legend_entries(ax, reverse=True), 2)
    return figure


def _format_limits(row: Mapping[str, Any]) -> str:
    """Format the bounds of a box on one factor without those that the design itself set."""
    if row["low"] == row["high"]:
        return f"only {row['low']:.3g}"
    if row["low"] == row["from"]:
        return f"up to {row['high']:.3g}"
    return f"{row['low']:.3g} or more" if row["high"] == row["to"] else f"{row['low']:.3g} to {row['high']:.3g}"
