"""Figures that a sweep draws when it ends: how its talks end, how far they come, and what planned contrasts change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.contrasts import label_where
from experiments.figure_layout import (
    build_note,
    clip_text,
    compute_pitch,
    label_rows,
    measure_margin,
    save_figures,
    wrap_names,
)
from experiments.overview import MOST_POINTS
from experiments.results import Results
from sim.core.atomic import write_file
from sim.figures.style import (
    BLUE,
    GRID,
    ORANGE,
    STYLE,
    VERMILION,
    add_legend_below,
    create_axes,
    create_figure,
    format_percent_axis,
    legend_entries,
)
from sim.results.analyses import record_analysis

if TYPE_CHECKING:
    import pandas as pd

_DAYS = {"closed_d30": "day 30", "closed_d90": "day 90", "closed": "end"}
_MARKS = ((ORANGE, "s"), (VERMILION, "D"), (BLUE, "o"))


def plot_closed(results: Results, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot the closed share of the distance at every point, with 95% intervals: by days 30 and 90 and at the end.

    Parameters
    ----------
    results : Results
        A finished sweep.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one row a point; x is the mean closed share.
    """
    ax = create_axes() if ax is None else ax
    names, _ = label_rows(results)
    place = {point: row for row, point in enumerate(names)}
    for n, ((measure, label), (colour, mark)) in enumerate(zip(_DAYS.items(), _MARKS, strict=True)):
        rows = results.summary[results.summary["measure"] == measure].dropna(subset=["mean"])
        y = [place[point] + 0.2 * (n - 1) for point in rows["point"]]
        span = np.clip([rows["mean"] - rows["low"], rows["high"] - rows["mean"]], 0.0, None)
        ax.errorbar(rows["mean"], y, xerr=span, fmt=mark, color=colour, ms=4, elinewidth=1.2, label=label)
    ax.set_yticks(range(len(names)), wrap_names(names.values()))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    format_percent_axis(ax, "x", "Closed share of the distance, with 95% interval")
    ax.grid(axis="y", color=GRID, lw=0.5, ls=":")
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_closed(results: Results) -> Figure:
    """Draw the captioned figure of `plot_closed`."""
    labels, titles = label_rows(results)
    names = wrap_names(labels.values())
    height = 0.35 + compute_pitch(names, 0.3) * len(names)
    title, left = "How far the parties came", measure_margin(names)
    figure, ax = create_figure(build_note(results), title, height, left, 1 + bool(titles))
    add_legend_below(figure, *legend_entries(plot_closed(results, ax, legend=False)), 3)
    if titles:
        ax.set_xlabel(f"{ax.get_xlabel()}\n{clip_text(titles, 5, 9)}")
    return figure


def write_overview(
    results: Results, effects: pd.DataFrame | None, folder: Path, contrasts: Sequence[str] = ()
) -> list[Path]:
    """Write the standard figures of a sweep and the effects of its planned contrasts; the manifest records the files.

    Parameters
    ----------
    results : Results
        A finished sweep.
    effects : pd.DataFrame or None
        As `compute_effects` returns it.
    folder : Path
        Folder of the sweep; figures go into `figures` in it.
    contrasts : sequence of str
        Contrasts that were asked for beside those of the experiment.

    Returns
    -------
    list of Path
        The files.
    """
    from experiments.effect_plots import draw_effects
    from experiments.outcome_plots import draw_outcome_shares

    figures, written = {}, []
    measures = set(results.summary["measure"])
    if len(results.points) <= MOST_POINTS and "outcome" in measures:
        figures["outcomes"] = draw_outcome_shares(results, "How the talks end")
    if len(results.points) <= MOST_POINTS and "closed" in measures:
        figures["closed"] = draw_closed(results)
    if effects is not None:
        written.append(folder / "effects.csv")
        write_file(written[0], effects.to_csv(index=False, lineterminator="\n"))
        case = str(results.manifest["asked"]["scenario"]["id"])
        rows = _label_rows(effects.assign(case=case))
        if rows["contrast"].nunique() <= MOST_POINTS and "closed" in set(rows["measure"]):
            days = {name: title for name, title in _DAYS.items() if name in set(rows["measure"])}
            figures["effects"] = draw_effects({case: results}, rows, "What the planned contrasts change", days)
    written += save_figures(figures, folder / "figures", results.manifest["hash"])
    record_analysis(folder, "overview", {"contrasts": list(contrasts)}, written)
    return written


def _label_rows(effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects with the difference, and the values of factors that both points share, as names of contrasts."""
    where = label_where(effects)
    return effects.assign(contrast=effects["difference_of"] + where.where(where == "", "; " + where))
