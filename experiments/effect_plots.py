"""Figures of planned contrasts on several cases: a panel a case, a row a contrast, a mark a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.figure_layout import (
    Note,
    compute_pitch,
    create_panels,
    measure_margin,
    wrap_names,
)
from experiments.results import Results
from sim.core.identity import hash_data
from sim.figures.style import BLACK, BLUE, GRID, ORANGE, STYLE, VERMILION, add_legend_below, create_axes, legend_entries

if TYPE_CHECKING:
    import pandas as pd

CLOSED = {"closed_d60": "day 60", "closed_d90": "day 90", "closed": "day 365"}
LATENT = {"latent_closed_d60": "day 60", "latent_closed_d90": "day 90", "latent_closed": "day 365"}
OUTCOMES = {"outcome_at_least=humanitarian": "humanitarian or more", "outcome_at_least=ceasefire": "ceasefire or more"}
_MARKS = ((ORANGE, "s"), (VERMILION, "D"), (BLUE, "o"))


def build_cases_note(results: Mapping[str, Results]) -> Note:
    """Build the caption of a figure of several cases."""
    first = next(iter(results.values())).manifest
    runs = sum(case.manifest["tables"]["runs"] for case in results.values())
    points = {case.manifest["tables"]["points"] for case in results.values()}
    size = first["tables"]["runs"] // max(first["tables"]["points"], 1)
    count = str(min(points)) if len(points) == 1 else f"{min(points)}–{max(points)}"
    scale = f"{size:,} runs a point, {count} points a case" if max(points) > 1 else f"{size:,} runs a case"
    mark = hash_data([case.manifest["hash"] for case in results.values()])[:12]
    return Note(", ".join(shorten_titles(results).values()), runs, first["seed"], mark, {}, scale=scale)


def shorten_titles(results: Mapping[str, Results]) -> dict[str, str]:
    """Shorten the titles of cases to what stands before the colon, as in `Istanbul 2025`; names where two are alike."""
    titles = {name: case.manifest["asked"]["scenario"]["title"].split(":")[0] for name, case in results.items()}
    return titles if len(set(titles.values())) == len(titles) else {name: name for name in titles}


def list_meanings() -> list[Line2D]:
    """List what the legend has to explain beside the days: hollow marks and crosses."""
    return [
        Line2D([], [], ls="", marker="o", ms=4, mfc="white", mec=BLACK, label="hollow: may be chance (Holm, 5%)"),
        Line2D([], [], ls="", marker="x", ms=4, color=BLACK, label="cross: no run changed"),
    ]


def plot_effects(
    effects: pd.DataFrame,
    case: str,
    measures: Mapping[str, str] = CLOSED,
    ax: Axes | None = None,
    *,
    contrasts: Sequence[str] | None = None,
    legend: bool = True,
) -> Axes:
    """Plot the paired effects of the contrasts of one case, with 95% intervals.

    Parameters
    ----------
    effects : pd.DataFrame
        As `experiments.script.collect_effects` returns it.
    case : str
        Scenario.
    measures : mapping of str to str
        Names by label of the measure; all are shares.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    contrasts : sequence of str, optional
        Rows; all contrasts of the table by default.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; x in shares, labelled in percentage points. A hollow mark is a difference that does not survive
        Holm's correction, a cross a contrast that changed no run.
    """
    ax = create_axes() if ax is None else ax
    names = list(contrasts or dict.fromkeys(effects["contrast"]))
    labels = effects["measure"].where(effects["level"] == "", effects["measure"] + "=" + effects["level"])
    for n, (measure, title) in enumerate(measures.items()):
        colour, mark = _MARKS[n % len(_MARKS)]
        shift = 0.22 * (n - (len(measures) - 1) / 2)
        rows = effects[(effects["case"] == case) & (labels == measure)].set_index("contrast").reindex(names)
        y, sure = np.arange(len(names)) + shift, (rows["p_holm"] < 0.05).to_numpy()
        ax.hlines(y, rows["low"], rows["high"], color=colour, lw=1.4)
        ax.plot(rows["difference"].where(sure), y, mark, color=colour, ms=4, label=title)
        unsure = ~sure & (rows["changed"] > 0).to_numpy()
        ax.plot(rows["difference"].where(unsure), y, mark, mfc="white", mec=colour, ms=4)
        ax.plot(rows["difference"].where(rows["changed"] == 0), y, "x", color=colour, ms=4)
    ax.axvline(0, color=BLACK, lw=0.8)
    ax.set_yticks(range(len(names)), wrap_names(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.3g}" if abs(value) > 1e-12 else "0")
    ax.set_title(case, fontsize=8.5, loc="left")
    ax.grid(axis="x", color=GRID, lw=0.7)
    ax.grid(axis="y", color=GRID, lw=0.5, ls=":")
    if legend:
        ax.legend(*legend_entries(ax))
    return ax


@rc_context(STYLE)
def draw_effects(
    results: Mapping[str, Results],
    effects: pd.DataFrame,
    title: str,
    measures: Mapping[str, str] = CLOSED,
    label: str = "Difference of the closed share of the distance, percentage points",
) -> Figure:
    """Draw the captioned figure of effects: a panel of `plot_effects` a case, all on one axis."""
    cases, contrasts = list(results), list(dict.fromkeys(effects["contrast"]))
    names = wrap_names(contrasts, 2.1)
    height = 0.35 + compute_pitch(names, 0.3) * len(names)
    shared = {"sharex": True, "sharey": True}
    figure, axes = create_panels(
        build_cases_note(results), title, height, measure_margin(names, 2.1), 2, len(cases), 0.25, **shared
    )
    titles = shorten_titles(results)
    for ax, case in zip(axes, cases, strict=True):
        plot_effects(effects, case, measures, ax, contrasts=contrasts, legend=False)
        ax.set_yticks(range(len(names)), names)
        ax.set_title(titles[case], fontsize=8.5, loc="left")
    figure.text(0.55, 0.75 / figure.get_figheight(), label, ha="center", fontsize=9)
    meanings, (handles, labels) = list_meanings(), legend_entries(axes[0])
    add_legend_below(figure, [*handles, *meanings], [*labels, *(str(line.get_label()) for line in meanings)], 3)
    return figure


def draw_closed_and_latent(results: Mapping[str, Results], effects: pd.DataFrame, what: str) -> dict[str, Figure]:
    """Draw the three figures of a page of effects: closed share, latent closed share, outcomes.

    Parameters
    ----------
    results : mapping of str to Results
        Results by scenario.
    effects : pd.DataFrame
        Table of effects.
    what : str
        Beginning of the titles, such as `What the venue changes`.

    Returns
    -------
    dict of str to Figure
        Figures by the end of their name.
    """
    latent = "Difference of the latent closed share, percentage points"
    outcomes = "Difference of the share of runs, percentage points"
    return {
        "closed": draw_effects(results, effects, f"{what}: closed share of the distance"),
        "latent": draw_effects(results, effects, f"{what}: latent closed share", LATENT, latent),
        "outcomes": draw_effects(results, effects, f"{what}: how the talks end", OUTCOMES, outcomes),
    }
