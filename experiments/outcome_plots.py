"""Figures of a sweep's outcomes, from its tables only: outcome shares, days of settlement, blocking.

Every `plot_` function draws into axes; the `draw_` function beside it makes the captioned figure.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure_layout import (
    align_outer_labels,
    build_note,
    compute_pitch,
    create_panels,
    label_rows,
    measure_margin,
    select_rows,
    wrap_names,
    write_foot,
)
from experiments.results import Results, label_points
from sim.figures.style import (
    BLUE,
    GRID,
    LINE_STYLES,
    MIN_LEGEND_SHARE,
    REASON_STYLES,
    STYLE,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
    wrap_text,
)
from sim.scenario.ladder import read_titles

_MIN_SHARE = 0.005
"""A code that reaches this share nowhere gets no panel."""
_MOST_ABREAST = 4
"""Panels in a row; the titles of more would run into each other."""
_SHARE_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def plot_outcome_share(results: Results, code: str, by: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Plot the share of one outcome at every point, with 95% intervals.

    Parameters
    ----------
    results : Results
        A finished sweep.
    code : str
        Outcome code.
    by : sequence of str, optional
        Factors that label the points; all by default.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one row a point; x is the share of runs.
    """
    ax = create_axes() if ax is None else ax
    names, _ = label_rows(results, by)
    summary = results.summary
    rows = summary[(summary["measure"] == "outcome") & (summary["level"] == code)]
    row_of = {point: row for row, point in enumerate(names)}
    span = np.clip([rows["mean"] - rows["low"], rows["high"] - rows["mean"]], 0.0, None)
    y = [row_of[point] for point in rows["point"]]
    bars = ax.errorbar(rows["mean"], y, xerr=span, fmt="o", color=BLUE, ms=4.5, elinewidth=1.3, capsize=2.5, zorder=3)
    bars.lines[0].set_clip_on(False)  # a mark at 0 is whole
    titles = read_titles(results.manifest["asked"]["scenario"])
    most = float(rows["high"].max())
    end = next(k for k in _SHARE_ENDS if most <= k or k == 1.0)
    _format_panel(ax, textwrap.fill(titles[code].split(":")[0], 15), end, names)
    return ax


@rc_context(STYLE)
def draw_outcome_shares(results: Results, title: str, by: Sequence[str] | None = None) -> Figure:
    """Draw the captioned figure of outcome shares: a panel of `plot_outcome_share` a code that occurs."""
    summary = results.summary[results.summary["measure"] == "outcome"]
    peak = summary.groupby("level")["mean"].max()
    codes = [code for code in read_titles(results.manifest["asked"]["scenario"]) if peak.get(code, 0.0) >= _MIN_SHARE]
    (_, titles), rows = label_rows(results, by), -(-len(codes) // _MOST_ABREAST)
    figure, axes = _create_panels(results, title, by, -(-len(codes) // max(rows, 1)), 0.24, bool(titles), max(rows, 1))
    for ax, code in zip(axes, codes, strict=False):
        plot_outcome_share(results, code, by, ax)
    for ax in axes[len(codes) :]:
        ax.set_visible(False)
    write_foot(figure, "Share of runs, with 95% interval", titles)
    return figure


def _create_panels(
    results: Results, title: str, by: Sequence[str] | None, count: int, pitch: float, legend: int = 0, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """Create a captioned figure of panels, `count` side by side, a row a point in each."""
    names = wrap_names(label_rows(results, by)[0].values())
    height, note = 0.35 + compute_pitch(names, pitch) * len(names), build_note(results)
    return create_panels(note, title, height, measure_margin(names), legend, count, 0.36, rows, sharey=True)


def _format_panel(ax: Axes, title: str, end: float, names: Mapping[int, str]) -> None:
    """Set the title of a panel, its x axis from 0 to `end` with labels at the ends only, and a row a point."""
    ax.set_title(title, fontsize=8.5, loc="left", va="bottom")
    ax.set_xlim(0, end)
    ax.set_xticks([0, end / 2, end], ["0", "", f"{100 * end:g}%"])
    align_outer_labels(ax)
    ax.grid(axis="x", color=GRID, lw=0.7)
    ax.grid(axis="y", color=GRID, lw=0.5, ls=":")
    ax.tick_params(axis="y", length=0)
    ax.set_yticks(range(len(names)), wrap_names(names.values()))
    ax.set_ylim(len(names) - 0.5, -0.5)


def plot_settlement_days(
    results: Results,
    basket: str,
    by: Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    legend: bool = True,
) -> Axes:
    """Plot the share of all runs whose standing settlement of a basket had been reached by a day.

    Parameters
    ----------
    results : Results
        A finished sweep.
    basket : str
        Name of the basket.
    by : sequence of str, optional
        Factors that label the points; all by default.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one line a point; x in days since the start.
    """
    ax = create_axes() if ax is None else ax
    table = results.run_table(["point", "days", f"settled_{basket}"])
    point, day = (table.column(k).to_numpy(zero_copy_only=False) for k in (0, 2))
    last = float(np.nanmax(table.column(1).to_numpy(zero_copy_only=False)))
    for n, (number, name) in enumerate(label_points(results, by).items()):
        own = day[point == number]
        days = np.sort(own[~np.isnan(own)])
        colour, dash = LINE_STYLES[n % len(LINE_STYLES)]
        up = np.r_[0, np.arange(1, days.size + 1), days.size] / max(own.size, 1)
        ax.plot(np.r_[0, days, last], up, color=colour, ls=dash, lw=1.7, drawstyle="steps-post", label=name)
    ax.set_xlim(0, last)
    ax.set_ylim(0)
    ax.set_xlabel("Days since the start")
    title = build_note(results).baskets.get(basket, basket)
    format_percent_axis(ax, "y", f"{wrap_text(title)}:\nsettled by that day")
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_settlement_days(results: Results, title: str, basket: str, by: Sequence[str] | None = None) -> Figure:
    """Draw the captioned figure of `plot_settlement_days`."""
    legend_rows = -(-len(results.points) // 3)
    figure, ax = create_figure(build_note(results), title, 2.7, 0.75, legend_rows)
    plot_settlement_days(results, basket, by, ax, legend=False)
    add_legend_below(figure, *legend_entries(ax), 3)
    return figure


def plot_blocking(
    results: Results,
    basket: str,
    by: Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    legend: bool = True,
) -> Axes:
    """Plot, at every point, the share of runs that settled a basket and, of the others, the blocking reason.

    Parameters
    ----------
    results : Results
        A finished sweep.
    basket : str
        Name of the basket.
    by : sequence of str, optional
        Factors that label the points; all by default.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one stacked bar a point; x is the share of runs.
    """
    ax = create_axes() if ax is None else ax
    names, _ = label_rows(results, by)
    start = np.zeros(len(names))
    for reason, (colour, hatch) in REASON_STYLES.items():
        if reason == "settled":
            rows = select_rows(results, f"settled_{basket}", kind="share")
        else:
            rows = select_rows(results, f"blocked_{basket}", reason)
        width = rows.set_index("point")["mean"].reindex(list(names)).to_numpy()
        label = reason if width.max() >= MIN_LEGEND_SHARE else "_nolegend_"
        ax.barh(range(len(names)), width, 0.66, left=start, color=colour, hatch=hatch, label=label)
        start = start + width
    title = build_note(results).baskets.get(basket, basket)
    _format_panel(ax, textwrap.fill(title, 14), 1.0, names)
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_blocking(results: Results, title: str, baskets: Sequence[str], by: Sequence[str] | None = None) -> Figure:
    """Draw the captioned figure of blocking: a panel of `plot_blocking` a basket."""
    figure, axes = _create_panels(results, title, by, len(baskets), 0.3, 3)
    handles: dict[str, object] = {}
    for ax, basket in zip(axes, baskets, strict=True):
        entries = legend_entries(plot_blocking(results, basket, by, ax, legend=False))
        handles = dict(zip(entries[1], entries[0], strict=True)) | handles
    reasons = [reason for reason in REASON_STYLES if reason in handles]
    add_legend_below(figure, [handles[reason] for reason in reasons], reasons, 3)
    return figure
