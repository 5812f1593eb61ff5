"""Figures of differences and importance, from tables only: forests, tornados, variance splits, PRIM boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
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
    create_figure,
)

if TYPE_CHECKING:
    import pandas as pd

    from experiments.discovery import Boxes
    from experiments.variance import VarianceSplit

_SEEN = 0.005
"""A row whose shares both lie below this is left out."""


def plot_forest(frame: pd.DataFrame, caption: Caption, title: str, measures: Sequence[str] = ("outcome",)) -> Figure:
    """Paired differences with 95% intervals (unpaired ones thin behind): a row a contrast and level.

    Filled marks: different from 0 after Holm's correction. `frame` is that of a comparison; shares only, and none that
    is next to nothing in both.
    """
    with rc_context(STYLE):
        seen = frame[["first", "second"]].max(axis=1) >= _SEEN
        rows = frame[frame["measure"].isin(measures) & (frame["kind"] == "share") & seen].reset_index(drop=True)
        contrasts = list(dict.fromkeys(rows["contrast"]))
        bases = {contrast.rpartition(" − ")[2] for contrast in contrasts}
        names = wrap_names(_row_name(row, len(contrasts) > 1, len(bases) == 1) for row in rows.to_dict("records"))
        figure, axes = create_figure(
            caption, title, 0.4 + compute_pitch(names, 0.21) * len(rows), measure_margin(names), 1
        )
        y = np.arange(len(rows))
        wide = axes.hlines(y, rows["unpaired_low"], rows["unpaired_high"], color=PALE, lw=5)
        pair = axes.hlines(y, rows["low"], rows["high"], color=BLUE, lw=1.6)
        sure = rows["p_holm"].to_numpy() < 0.05
        (filled,) = axes.plot(rows["difference"][sure], y[sure], "o", color=BLUE, ms=5)
        axes.plot(rows["difference"][~sure], y[~sure], "o", mfc="white", mec=BLUE, ms=5)
        axes.axvline(0, color=BLACK, lw=0.8)
        axes.set_yticks(y, names)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(_points)
        base = f"Difference from {clip_text(bases.pop(), 2.2, 9)}" if len(bases) == 1 else "Difference of shares"
        label = f"{base}, percentage points"
        axes.set_xlabel(
            label, loc="center" if measure_width(label) < axes.get_position().width * figure.get_figwidth() else "right"
        )
        axes.grid(axis="x", color=GRID, lw=0.7)
        add_legend_below(
            figure, [filled, pair, wide], ["differs after Holm's correction", "paired 95%", "unpaired 95%"], 3
        )
        return figure


def _points(value: float, position: object = None) -> str:
    return f"{100 * value:+.3g}" if abs(value) > 1e-12 else "0"


def _row_name(row: Mapping[str, object], several: bool, one_base: bool) -> str:
    level = str(row["level"]) or str(row["measure"]).replace("_", " ")
    contrast = str(row["contrast"])
    return f"{contrast.rpartition(' − ')[0] if one_base else contrast}: {level}" if several else level


def plot_tornado(frame: pd.DataFrame, caption: Caption, title: str, share: bool = False, most: int = 15) -> Figure:
    """Indices of factors with 95% intervals, the most important on top: total and first, or Morris's mean effect.

    Morris's is in the result's own unit, of a `share` in percentage points.
    """
    with rc_context(STYLE):
        rows = frame.head(most)
        sobol = "total" in rows
        names = wrap_names(rows["factor"])
        figure, axes = create_figure(
            caption, title, 0.4 + compute_pitch(names, 0.27) * len(rows), measure_margin(names), 1
        )
        y = np.arange(len(rows))
        kinds = [("total", BLUE, "total, with all interactions", -0.17), ("first", ORANGE, "first order, alone", 0.17)]
        if not sobol:
            kinds = [("mu_star", BLUE, "mean absolute effect (Morris), 95% interval", 0.0)]
        bars = []
        for key, colour, _, shift in kinds:
            span = np.clip([rows[key] - rows[f"{key}_low"], rows[f"{key}_high"] - rows[key]], 0.0, None)
            bars.append(axes.barh(y + shift, rows[key].clip(lower=0.0), 0.32 if sobol else 0.6, color=colour))
            axes.errorbar(rows[key], y + shift, xerr=span, fmt="none", ecolor=BLACK, elinewidth=1, capsize=2)
        axes.axvline(0, color=BLACK, lw=0.8)
        axes.set_yticks(y, names)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        effect = "Change of the result over a factor's range" + (", percentage points" if share else "")
        axes.set_xlabel("Share of the variance between points" if sobol else effect)
        if share and not sobol:
            axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}")
        axes.grid(axis="x", color=GRID, lw=0.7)
        add_legend_below(figure, bars, [label for _, _, label, _ in kinds], 2)
        return figure


_PART_LOOK = {"assumption": (BLUE, ""), "chance": (ORANGE, ""), "interaction": (SKY, "//")}


def plot_splits(found: Mapping[str, VarianceSplit], caption: Caption, title: str) -> Figure:
    """Shares of variance due to assumption, chance and both together, for several results, with 95% intervals."""
    with rc_context(STYLE):
        names = wrap_names(name.replace("_", " ") for name in found)
        figure, axes = create_figure(
            caption, title, 0.3 + compute_pitch(names, 0.55) * len(found), measure_margin(names), 1
        )
        bars: dict[str, object] = {}
        for row, split in enumerate(found.values()):
            for n, entry in enumerate(split.rows()):
                colour, hatch = _PART_LOOK[str(entry["part"])]
                share, low, high = (float(entry[k]) for k in ("share", "low", "high"))
                place = row + (n - 1) * 0.26
                bars[str(entry["part"])] = axes.barh(place, share, 0.24, color=colour, hatch=hatch)
                axes.errorbar(share, place, xerr=[[share - low], [high - share]], ecolor=BLACK, elinewidth=1, capsize=2)
                axes.text(high + 0.012, place, f"{share:.0%}", va="center", fontsize=7.5)
        axes.set_yticks(range(len(found)), names)
        axes.set_ylim(len(found) - 0.45, -0.55)
        axes.set_xlim(0, 1.08)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("Share of the variance between runs, with 95% interval")
        axes.grid(axis="x", color=GRID, lw=0.7)
        add_legend_below(figure, list(bars.values()), ["assumption (ranges)", "chance", "both together"], 3)
        return figure


def plot_box(found: Boxes, caption: Caption, title: str) -> Figure:
    """A PRIM box: the limits of every bounded factor within its range, under the coverage and density they bring."""
    with rc_context(STYLE):
        rows = found.limits
        names = wrap_names(rows["factor"])
        figure, (axes,) = create_panels(
            caption, title, 0.4 + compute_pitch(names, 0.32) * len(rows), measure_margin(names), 1, 1, 0.2
        )
        y, span = np.arange(len(rows)), (rows["to"] - rows["from"]).to_numpy()
        low, high = ((rows[k] - rows["from"]).to_numpy() / span for k in ("low", "high"))
        whole = axes.barh(y, np.ones(len(rows)), 0.5, color=PALE)
        inside = axes.barh(y, np.maximum(high - low, 0.02), 0.5, left=np.minimum(low, 0.98), color=VERMILION)
        for place, row in enumerate(rows.to_dict("records")):
            axes.text(1.01, place, _limits(row), va="center", fontsize=8, color=GREY)
        axes.set_yticks(y, names)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.28)
        axes.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest tried"])
        base = found.interesting / found.cases
        text = f"Of the points in the box {found.density:.0%} are of interest (of all {base:.0%}); "
        text += f"it holds {found.coverage:.0%} of those"
        # From the edge of the figure, for beside long names the panel is too narrow for it.
        height = figure.get_figheight()
        figure.text(0.12 / figure.get_figwidth(), axes.get_position().y1 + 0.08 / height, text, fontsize=8.5)
        add_legend_below(figure, [inside, whole], ["inside the box", "range tried"], 2)
        return figure


def _limits(row: Mapping[str, Any]) -> str:
    """The bounds of a box on one factor, leaving out those that the design itself set."""
    if row["low"] == row["high"]:
        return f"only {row['low']:.3g}"
    if row["low"] == row["from"]:
        return f"up to {row['high']:.3g}"
    return f"{row['low']:.3g} or more" if row["high"] == row["to"] else f"{row['low']:.3g} to {row['high']:.3g}"
