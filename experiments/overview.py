"""What a sweep shows when it ends: a table of its points, its planned contrasts, and standard figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from experiments.results import Results, label_points
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

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 40
"""Most points of a table and a figure; more would not fit on a page."""
_COLUMNS = {
    "outcome_at_least=humanitarian": "humanitarian or more",
    "outcome_at_least=ceasefire": "ceasefire or more",
    "closed_d90": "closed by day 90",
    "closed": "closed at the end",
    "latent_closed": "latent closed at the end",
    "rounds_held": "rounds",
}
_DAYS = {"closed_d30": "day 30", "closed_d90": "day 90", "closed": "end"}
_MARKS = ((ORANGE, "s"), (VERMILION, "D"), (BLUE, "o"))


def tabulate_points(results: Results) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Tabulate the main measures of every point, with 95% intervals.

    Parameters
    ----------
    results : Results
        A finished sweep.

    Returns
    -------
    tuple of str
        Headings.
    list of tuple of str
        One row a point, at most `MOST_POINTS`.
    """
    summary = results.summary
    labels = summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
    columns = {label: title for label, title in _COLUMNS.items() if (labels == label).any()}
    cells = {(int(row["point"]), label): row for row, label in zip(summary.to_dict("records"), labels, strict=True)}
    rows = []
    for point, name in list(label_points(results).items())[:MOST_POINTS]:
        rows.append((name, *(_format_cell(cells.get((point, label)), label) for label in columns)))
    return ("Point", *columns.values()), rows


def _format_cell(row: Mapping[str, Any] | None, label: str) -> str:
    """Format a mean or share with its interval; shares in percent."""
    if row is None or row["mean"] is None or np.isnan(row["mean"]):
        return "–"
    factor, unit = (100.0, "%") if row["kind"] == "share" or "closed" in label else (1.0, "")
    mean, low, high = (factor * row[name] for name in ("mean", "low", "high"))
    return f"{mean:.1f}{unit} ±{(high - low) / 2:.1f}"


def tabulate_effects(effects: pd.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Tabulate the effects of planned contrasts, a star where a difference survives Holm's correction.

    Parameters
    ----------
    effects : pd.DataFrame
        As `compute_effects` returns it.

    Returns
    -------
    tuple of str
        Headings.
    list of tuple of str
        One row a contrast, pair of points and measure of the overview.
    """
    labels = effects["measure"].where(effects["level"] == "", effects["measure"] + "=" + effects["level"])
    rows: list[tuple[str, ...]] = []
    for row, label, where in zip(effects.to_dict("records"), labels, label_where(effects), strict=True):
        if label not in _COLUMNS:
            continue
        percent = row["kind"] == "share" or "closed" in label
        difference, low, high = ((100.0 if percent else 1.0) * row[name] for name in ("difference", "low", "high"))
        star = "*" if row["p_holm"] < 0.05 else ""
        title = _COLUMNS[label] + (", points" if percent else "")
        change = f"{difference:+.2f}{star} ({low:+.2f} to {high:+.2f})"
        rows.append((row["difference_of"], where, title, change, f"{row['changed']:,} of {row['runs']:,}"))
    return ("Contrast", "Where", "Measure", "Paired difference", "Runs changed"), rows


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


def write_overview(results: Results, effects: pd.DataFrame | None, folder: Path) -> list[Path]:
    """Write the standard figures of a sweep, and the table of effects of its planned contrasts.

    Parameters
    ----------
    results : Results
        A finished sweep.
    effects : pd.DataFrame or None
        As `compute_effects` returns it.
    folder : Path
        Folder of the sweep; figures go into `figures` in it.

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
        effects.to_csv(written[0], index=False, lineterminator="\n")
        case = str(results.manifest["asked"]["scenario"]["id"])
        rows = _label_rows(effects.assign(case=case))
        if rows["contrast"].nunique() <= MOST_POINTS and "closed" in set(rows["measure"]):
            days = {name: title for name, title in _DAYS.items() if name in set(rows["measure"])}
            figures["effects"] = draw_effects({case: results}, rows, "What the planned contrasts change", days)
    return written + save_figures(figures, folder / "figures", results.manifest["hash"])


def _label_rows(effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects with the difference, and the values of factors that both points share, as names of contrasts."""
    where = label_where(effects)
    return effects.assign(contrast=effects["difference_of"] + where.where(where == "", "; " + where))
