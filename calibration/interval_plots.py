"""Figure of the days: where 90% of the simulations lie, before the fit and under it, and the record."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration.calibrate import Result
from sim.figures.style import BLUE, GREY, SMALL_PRINT, STYLE, VERMILION, create_axes

_SHIFT = 1.0
"""Days are drawn from one more, so that day 0 has a place on a logarithmic axis."""


def plot_days(result: Result, ax: Axes | None = None) -> Axes:
    """Plot the central 90% of every number of days, before the fit and under it, with the record.

    Parameters
    ----------
    result : Result
        A fit with rounds.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, a row a number; x in days, logarithmic.
    """
    ax = create_axes() if ax is None else ax
    rows = [row for row in result.predictive if row["kind"] == "day"]
    for k, row in enumerate(rows):
        before, fitted, record = row["ends"]
        for ends, colour, shift, width in ((before, GREY, 0.14, 3), (fitted, BLUE, -0.14, 5)):
            ax.plot([x + _SHIFT for x in ends], [k - shift] * 2, color=colour, linewidth=width, solid_capstyle="butt")
        ax.plot([x + _SHIFT for x in record], [k, k], "D-", color=VERMILION, markersize=6)
    ax.set_xscale("log")
    ticks = (0, 1, 3, 7, 14, 30, 60)
    ax.set_xticks([x + _SHIFT for x in ticks], [str(x) for x in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(rows)), [_describe(row["summary"]) for row in rows], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("days; at the right end: not within the window")
    return ax


def _describe(summary: str) -> str:
    """Describe a summary in words."""
    if summary.startswith("first_humanitarian "):
        return f"first humanitarian understanding,\n{summary.removeprefix('first_humanitarian ')}"
    return summary


@rc_context(STYLE)
def draw_days(result: Result) -> Figure:
    """Draw the captioned figure of `plot_days`."""
    figure = Figure(figsize=(7.2, 3.9), layout="constrained")
    figure.suptitle(
        "Days: the record (diamonds) and 90% of simulations,\nbefore the fit (grey) and under it (blue)",
        fontsize=11, x=0.01, ha="left",
    )  # fmt: skip
    foot = "Wide bars are easily hit. Conditional on scenarios, ranges, coding and model; not a forecast."
    figure.supxlabel(foot, fontsize=7, color=SMALL_PRINT, x=0.01, ha="left")
    plot_days(result, figure.add_subplot())
    return figure
