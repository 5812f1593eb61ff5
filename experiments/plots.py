"""Figures of sweeps, from their tables only: outcome shares, days, heat maps, fans. None runs a simulation."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from experiments.figure_layout import (
    align_outer_labels,
    build_note,
    create_panels,
    get_line_style,
    get_title,
    measure_margin,
    select_rows,
)
from experiments.results import Results, format_value, label_points
from sim.core.errors import ParleyError
from sim.figures.style import (
    BLUE,
    CODE_TITLES,
    GRID,
    MIN_LEGEND_SHARE,
    REASON_STYLES,
    STYLE,
    add_legend_below,
    create_figure,
    format_percent,
    format_percent_axis,
    wrap_text,
)
from sim.rules.outcome import CODES

_SEEN = 0.005
"""A code that reaches this share nowhere gets no panel."""


def plot_shares(results: Results, title: str, by: Sequence[str] | None = None) -> Figure:
    """Share of every outcome at every point, with 95% intervals: a panel a code, a row a point."""
    with rc_context(STYLE):
        names = label_points(results, by)
        summary = results.summary[results.summary["measure"] == "outcome"]
        peak = summary.groupby("level")["mean"].max()
        codes = [code for code in CODES if peak.get(code, 0.0) >= _SEEN]
        height, left = 0.35 + 0.24 * len(names), measure_margin(names.values())
        figure, axes = create_panels(build_note(results), title, height, left, 0, len(codes), 0.36, sharey=True)
        places = {point: row for row, point in enumerate(names)}
        for axis, code in zip(axes, codes, strict=True):
            rows = summary[summary["level"] == code]
            y = [places[p] for p in rows["point"]]
            span = np.clip([rows["mean"] - rows["low"], rows["high"] - rows["mean"]], 0.0, None)
            axis.errorbar(rows["mean"], y, xerr=span, fmt="o", color=BLUE, ms=4.5, elinewidth=1.3, capsize=2.5)
            axis.set_title(wrapped_title(code), fontsize=8.5, loc="left", va="bottom")
            _share_axis(axis, float(rows["high"].max()))
        axes[0].set_yticks(list(places.values()), list(names.values()))
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        figure.text(0.5, 0.3 / figure.get_figheight(), "Share of runs, with 95% interval", ha="center", fontsize=9)
        return figure


def wrapped_title(code: str) -> str:
    """The short name of an outcome code, as a panel's title."""
    return CODE_TITLES[code].split(":")[0].replace(" settlement", "\nsettlement")


def _share_axis(axis: Any, most: float) -> None:
    """From 0 to a round number above the largest share; two labels, so that neighbours' do not touch."""
    end = next(k for k in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0) if most <= k or k == 1.0)
    axis.set_xlim(0, end)
    axis.set_xticks([0, end / 2, end], ["0", "", f"{100 * end:g}%"])
    align_outer_labels(axis)
    axis.grid(axis="x", color=GRID, lw=0.7)
    axis.grid(axis="y", color=GRID, lw=0.5, ls=":")
    axis.tick_params(axis="y", length=0)


def plot_settlement_days(results: Results, title: str, basket: str, by: Sequence[str] | None = None) -> Figure:
    """Share of all runs in which a basket had been settled (and still stands) by a day: one line a point."""
    with rc_context(STYLE):
        names, caption = label_points(results, by), build_note(results)
        table = results.run_table(["point", "days", f"settled_{basket}"])
        point, day = (table.column(k).to_numpy(zero_copy_only=False) for k in (0, 2))
        last = float(np.nanmax(table.column(1).to_numpy(zero_copy_only=False)))
        rows = -(-len(names) // 3)
        figure, axes = create_figure(caption, title, 2.7, 0.75, rows)
        lines = []
        for n, p in enumerate(names):
            mine = day[point == p]
            found = np.sort(mine[~np.isnan(mine)])
            colour, dash = get_line_style(n)
            up = np.r_[0, np.arange(1, found.size + 1), found.size] / max(mine.size, 1)
            lines += axes.plot(np.r_[0, found, last], up, color=colour, ls=dash, lw=1.7, drawstyle="steps-post")
        axes.set_xlim(0, last)
        axes.set_ylim(0)
        axes.set_xlabel("Days since the start")
        format_percent_axis(axes, "y", f"{wrap_text(caption.baskets.get(basket, basket))}:\nsettled by that day")
        add_legend_below(figure, lines, list(names.values()), 3)
        return figure


def plot_heatmap(
    results: Results,
    title: str,
    x: str,
    y: str,
    measure: str,
    level: str = "",
    panel: str | None = None,
    beside: Sequence[str] = (),
) -> Figure:
    """A share or mean over two factors, a panel for every value of a third; every cell carries its number.

    Colours span the values of the measure, and of those `beside` it in figures that are to be compared with this one.
    """
    with rc_context(STYLE):
        rows = select_rows(results, measure, level)
        of_panel = list(dict.fromkeys(rows[panel])) if panel else [None]
        columns, lines = (list(dict.fromkeys(rows[k])) for k in (x, y))
        height, left, head = (
            0.45 + 0.42 * len(lines),
            0.35 + measure_margin(map(format_value, lines)),
            0.2 if panel else 0.0,
        )
        figure, axes = create_panels(build_note(results), title, height, left, 0, len(of_panel), head, sharey=True)
        share = bool((rows["kind"] == "share").all())
        spanned = [rows["mean"], *(select_rows(results, other, level)["mean"] for other in beside)]
        low, high = float(min(means.min() for means in spanned)), float(max(means.max() for means in spanned))
        for axis, value in zip(axes, of_panel, strict=True):
            mine = rows if panel is None else rows[rows[panel] == value]
            grid = mine.pivot_table(index=y, columns=x, values="mean", sort=False).reindex(index=lines, columns=columns)
            axis.imshow(grid.to_numpy(), cmap="cividis", vmin=low, vmax=high, aspect="auto", origin="lower")
            _write_cells(axis, grid.to_numpy(), (low, high), share)
            axis.set_xticks(range(len(columns)), [format_value(c) for c in columns])
            axis.set_yticks(range(len(lines)), [format_value(c) for c in lines])
            axis.spines[:].set_visible(False)
            axis.tick_params(length=0)
            if panel:
                axis.set_title(f"{get_title(results, panel)}: {format_value(value)}", fontsize=8.5, loc="left")
        axes[0].set_ylabel(get_title(results, y))
        figure.text(0.55, 0.3 / figure.get_figheight(), get_title(results, x), ha="center", fontsize=9)
        return figure


def _write_cells(axis: Any, grid: Any, limits: tuple[float, float], share: bool) -> None:
    middle = sum(limits) / 2
    largest = np.nanmax(np.abs(grid), initial=0.0)
    decimals = int(np.clip(2 - np.floor(np.log10(largest)), 0, 6)) if largest > 0.0 else 0
    for (i, j), value in np.ndenumerate(grid):
        if not np.isnan(value):
            text = format_percent(value, 1 if value > 0 else 0) if share else f"{value:,.{decimals}f}"
            axis.text(j, i, text, ha="center", va="center", fontsize=8, color="black" if value > middle else "white")


def plot_fan(results: Results, title: str, x: str, column: str, label: str) -> Figure:
    """The distribution of a number over runs against a factor: median, middle half, middle 80%."""
    with rc_context(STYLE):
        table = results.run_table(["point", column])
        values = table.column(1).to_numpy(zero_copy_only=False).astype(np.float64)
        point = table.column(0).to_numpy()
        at = results.points.groupby(x)["point"].apply(list)
        if at.index.dtype.kind not in "if":
            raise ParleyError(f"a fan needs a factor with numbers; `{x}` has none")
        across = at.index.to_numpy(dtype=np.float64)
        q = np.array([np.nanquantile(values[np.isin(point, p)], [0.1, 0.25, 0.5, 0.75, 0.9]) for p in at])
        figure, axes = create_figure(build_note(results), title, 2.6, 0.75, 1)
        wide = axes.fill_between(across, q[:, 0], q[:, 4], color="#CFE3F1", lw=0)
        narrow = axes.fill_between(across, q[:, 1], q[:, 3], color="#8FBFDF", lw=0)
        (median,) = axes.plot(across, q[:, 2], color=BLUE, lw=1.8, marker="o", ms=3.5)
        axes.set_xlabel(get_title(results, x))
        axes.set_ylabel(label)
        axes.grid(axis="y", color=GRID, lw=0.7)
        add_legend_below(figure, [median, narrow, wide], ["median run", "middle half", "middle 80% of runs"], 3)
        return figure


def plot_against(
    results: Results, title: str, x: str, measure: str, level: str, label: str, by: str | None = None
) -> Figure:
    """A share or mean with 95% intervals against a factor with numbers, one line for every value of another."""
    with rc_context(STYLE):
        rows = select_rows(results, measure, level).sort_values(x)
        groups = list(dict.fromkeys(rows.sort_values("point")[by])) if by else [None]
        figure, axes = create_figure(build_note(results), title, 2.6, 0.75, -(-len(groups) // 3) if by else 0)
        lines = []
        for n, group in enumerate(groups):
            mine = rows if by is None else rows[rows[by] == group]
            span = np.clip([mine["mean"] - mine["low"], mine["high"] - mine["mean"]], 0.0, None)
            colour, dash = get_line_style(n)
            lines.append(
                axes.errorbar(
                    mine[x], mine["mean"], yerr=span, color=colour, ls=dash, lw=1.6, marker="o", ms=4, capsize=2.5
                )
            )
        axes.set_xlabel(get_title(results, x))
        axes.set_ylim(0)
        if (rows["kind"] == "share").all():
            format_percent_axis(axes, "y", label)
        else:
            axes.set_ylabel(label)
            axes.grid(axis="y", color=GRID, lw=0.7)
        if by:
            add_legend_below(figure, lines, [f"{get_title(results, by)}: {format_value(g)}" for g in groups], 3)
        return figure


def plot_blocking(results: Results, title: str, baskets: Sequence[str], by: Sequence[str] | None = None) -> Figure:
    """For some baskets the share of runs that settled them and, of the others, what stood in the way: a row a point."""
    with rc_context(STYLE):
        names, caption = label_points(results, by), build_note(results)
        height, left, head = 0.35 + 0.3 * len(names), measure_margin(names.values()), 0.36
        figure, axes = create_panels(caption, title, height, left, 3, len(baskets), head, sharey=True)
        handles: dict[str, Any] = {}
        for axis, basket in zip(axes, baskets, strict=True):
            found = {"settled": select_rows(results, f"settled_{basket}", kind="share").set_index("point")["mean"]}
            for reason in list(REASON_STYLES)[1:]:
                found[reason] = select_rows(results, f"blocked_{basket}", reason).set_index("point")["mean"]
            start = np.zeros(len(names))
            for reason, share in found.items():
                colour, hatch = REASON_STYLES[reason]
                wide = share.reindex(list(names)).to_numpy()
                bar = axis.barh(range(len(names)), wide, 0.66, left=start, color=colour, hatch=hatch)
                start = start + wide
                if wide.max() >= MIN_LEGEND_SHARE:
                    handles.setdefault(reason, bar)
            axis.set_title(textwrap.fill(caption.baskets.get(basket, basket), 14), fontsize=8.5, loc="left")
            axis.set_xlim(0, 1)
            axis.set_xticks([0, 0.5, 1], ["0", "", "100%"])
            align_outer_labels(axis)
            axis.tick_params(axis="y", length=0)
        axes[0].set_yticks(range(len(names)), list(names.values()))
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        ordered = [reason for reason in REASON_STYLES if reason in handles]
        add_legend_below(figure, [handles[reason] for reason in ordered], ordered, 3)
        return figure
