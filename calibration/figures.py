"""Figures of a fit: posteriors, ranks, predictions, theories, odds ratios.

Every `plot_` function draws into axes; the `draw_` function beside it makes the captioned figure. Colours are those of
Okabe and Ito (2008).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from calibration.calibrate import Result
from calibration.interval_plots import draw_days
from calibration.theories import predict_baselines
from sim.core.statistics import Z95
from sim.figures.style import (
    BLACK,
    BLUE,
    DPI,
    GREY,
    ORANGE,
    PALE,
    SKY,
    SMALL_PRINT,
    STYLE,
    VERMILION,
    create_axes,
    format_percent_axis,
)
from sim.rules.outcome import CODES

_KEY = "filled: ABC-SMC, bar: its 90%; line: table of simulations\ndashed: prior; in brackets: contraction"
_FOOT = "Conditional on the scenarios, their ranges, the coding of the record and the model; not a forecast."


def save_figures(result: Result, folder: Path) -> list[Path]:
    """Write every figure that the fit has data for, as PNG.

    Parameters
    ----------
    result : Result
        A fit.
    folder : Path
        An existing folder.

    Returns
    -------
    list of Path
        The files.
    """
    figures = {"posterior": draw_posteriors(result), "ranks": draw_ranks(result)}
    if result.problem.layout.codes:
        figures |= {"predictive": draw_predictive(result), "days": draw_days(result)}
    if result.theories:
        figures["theories"] = draw_theories(result)
    if result.odds:
        figures["crises"] = draw_odds(result)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        with rc_context(STYLE):
            figure.savefig(paths[-1], dpi=DPI)
    return paths


def _create_panels(count: int, title: str, height: float = 1.9) -> tuple[Figure, list[Axes]]:
    """Create a titled figure with at most three panels side by side, each `height` inches high."""
    width = min(count, 3)
    rows = math.ceil(count / width)
    figure = Figure(figsize=(max(2.4 * width, 5.4), height * rows + 0.9), layout="constrained")
    _add_title(figure, title)
    return figure, [figure.add_subplot(rows, width, k + 1) for k in range(count)]


def _add_title(figure: Figure, title: str) -> None:
    """Add the title and the line at the foot."""
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    figure.supxlabel(_FOOT, fontsize=7, color=SMALL_PRINT, x=0.01, ha="left")


def plot_posterior(result: Result, j: int, ax: Axes | None = None) -> Axes:
    """Plot the posterior of one parameter over its prior range, with the 90% interval and the verdict.

    Parameters
    ----------
    result : Result
        A fit.
    j : int
        Number of the parameter.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; x in the unit of the parameter.
    """
    ax = create_axes() if ax is None else ax
    row, parameter = result.rows[j], result.problem.parameters[j]
    edges = np.linspace(parameter.low, parameter.high, 21)
    weights = result.smc.weights / result.smc.weights.sum()
    heights, _ = np.histogram(result.smc.values[:, j], edges, weights=weights, density=True)
    ax.stairs(heights, edges, fill=True, color=SKY)
    of_table, _ = np.histogram(result.table.values[:, j], edges, density=True)
    ax.stairs(of_table, edges, color=BLACK, linewidth=0.8)
    xs = np.linspace(parameter.low, parameter.high, 200)
    ax.plot(xs, parameter.to_scipy().pdf(xs), color=BLACK, linewidth=1, linestyle="--")
    ax.plot([row["q05"], row["q95"]], [0, 0], color=BLUE, linewidth=4, solid_capstyle="butt", clip_on=False)
    contraction = f"{round(row['contraction'], 2) + 0.0:.0%}"
    ax.set_title(f"{row['parameter']}\n{row['verdict']} ({contraction})", fontsize=8, loc="left")
    ax.set_xlabel(parameter.paths[0], fontsize=7)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return ax


@rc_context(STYLE)
def draw_posteriors(result: Result) -> Figure:
    """Draw the captioned figure of all posteriors."""
    title = f"What the record narrows: {result.problem.file.id}\n{_KEY}"
    figure, axes = _create_panels(len(result.rows), title, 2.1)
    for j, ax in enumerate(axes):
        plot_posterior(result, j, ax)
    return figure


def plot_ranks(result: Result, j: int, ax: Axes | None = None) -> Axes:
    """Plot the ranks of one parameter's true values among posterior draws: flat if the method is calibrated.

    Parameters
    ----------
    result : Result
        A fit.
    j : int
        Number of the parameter.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, a bar a tenth; the band holds 99% of counts if the ranks are uniform.
    """
    from scipy import stats

    ax = create_axes() if ax is None else ax
    row, recovery = result.rows[j], result.recovery
    bins = recovery.ranks[:, j] * 10 // (recovery.draws + 1)
    ax.axhspan(*stats.binom(len(recovery.ranks), 0.1).ppf([0.005, 0.995]), color=PALE)
    ax.bar(np.arange(10), np.bincount(bins, minlength=10), color=BLUE, width=0.8)
    title = f"{row['parameter']}\np = {row['rank_p_value']:.2f}, covers {row['coverage_90']:.0%}"
    ax.set_title(title, fontsize=8, loc="left")
    ax.set_xticks([0, 9], ["lowest tenth", "highest"], fontsize=7)
    return ax


@rc_context(STYLE)
def draw_ranks(result: Result) -> Figure:
    """Draw the captioned figure of all ranks."""
    count = len(result.recovery.ranks)
    title = f"Ranks of the true value among posterior draws, {count} simulated records\n(grey: 99% of counts if flat)"
    figure, axes = _create_panels(len(result.rows), title, 1.6)
    for j, ax in enumerate(axes):
        plot_ranks(result, j, ax)
    for ax in axes[:: min(len(axes), 3)]:
        ax.set_ylabel("records", fontsize=8)
    return figure


def plot_predictive(result: Result, ax: Axes | None = None) -> Axes:
    """Plot the outcome codes of each documented round under the posterior; the record's codes are framed.

    Parameters
    ----------
    result : Result
        A fit with rounds.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: rounds across, codes up, shares of simulated records in the cells.
    """
    ax = create_axes() if ax is None else ax
    names = result.problem.layout.codes
    counts = [np.bincount(result.predicted.codes[:, j], minlength=len(CODES)) for j in range(len(names))]
    shares = np.array(counts).T / np.array(counts).sum(axis=1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", origin="lower")
    for (i, j), share in np.ndenumerate(shares):
        if share > 0.0:
            label = f"{share:.0%}" if share >= 0.01 else "<1%"
            ax.text(j, i, label, ha="center", va="center", fontsize=7, color="white" if share > 0.6 else BLACK)
    for j, i in np.argwhere(result.problem.record.allowed):
        corner = float(j) - 0.48, float(i) - 0.46
        ax.add_patch(Rectangle(corner, 0.96, 0.92, fill=False, edgecolor=VERMILION, linewidth=2))
    ax.set_xticks(range(len(names)), [name.removeprefix("code ") for name in names])
    ax.set_yticks(range(len(CODES)), ["not held" if code == "postponed" else code for code in CODES])
    ax.set_title("share of simulated records; framed: what the record admits", fontsize=8, loc="left")
    return ax


@rc_context(STYLE)
def draw_predictive(result: Result) -> Figure:
    """Draw the captioned figure of `plot_predictive`."""
    figure, (ax,) = _create_panels(1, "Posterior predictive: outcome codes, round by round", 4.0)
    figure.set_size_inches(7.2, 3.9)
    plot_predictive(result, ax)
    return figure


def plot_theories(result: Result, ax: Axes | None = None) -> Axes:
    """Plot the posterior probabilities of rival rules and switches with 95% Monte Carlo intervals.

    Parameters
    ----------
    result : Result
        A fit with theories.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, a row a theory; dashed lines are the probabilities before the record.
    """
    assert result.theories is not None
    ax = create_axes() if ax is None else ax
    probabilities, labels = result.theories["probabilities"], list[str]()
    prior = {"rules": 1 / max(len(probabilities["rules"]), 1), "switches": 0.5}
    for kind, colour in (("rules", BLUE), ("switches", ORANGE)):
        for name, (p, se) in probabilities[kind].items():
            row = len(labels)
            ax.errorbar(p, row, xerr=Z95 * se, fmt="o", color=colour, markersize=5, capsize=2)
            ax.plot([prior[kind]] * 2, [row - 0.4, row + 0.4], color=GREY, linestyle="--", linewidth=1)
            labels.append(name)
    ax.set_yticks(range(len(labels)), labels)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    format_percent_axis(ax, "x", "")
    title = "posterior probability, 95% Monte Carlo interval\n(dashed: before the record)"
    ax.set_title(title, fontsize=8, loc="left")
    return ax


def plot_log_scores(result: Result, ax: Axes | None = None) -> Axes:
    """Plot the mean log scores of predictions with one round left out; squares are baselines.

    Parameters
    ----------
    result : Result
        A fit with theories.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, best prediction on top.
    """
    assert result.theories is not None
    ax = create_axes() if ax is None else ax
    scores, baselines = result.theories["mean_log_score"], set(predict_baselines(result.problem))
    names = sorted(scores, key=lambda name: -scores[name])
    for row, name in enumerate(names):
        marker, colour = ("s", VERMILION) if name in baselines else ("o", BLUE)
        ax.plot(scores[name], row, marker, color=colour, markersize=5)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.invert_yaxis()
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.set_title("leave-one-out log score\n(squares: baselines)", fontsize=8, loc="left")
    return ax


@rc_context(STYLE)
def draw_theories(result: Result) -> Figure:
    """Draw the captioned figure of theories: probabilities and log scores."""
    figure = Figure(figsize=(7.2, 3.9), layout="constrained")
    _add_title(figure, "Rival theories on the same record")
    left, right = figure.subplots(1, 2)
    plot_theories(result, left)
    plot_log_scores(result, right)
    return figure


def plot_odds(result: Result, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Plot odds ratios of formal agreement against no mediation: the record with 95% intervals, the fitted model.

    Parameters
    ----------
    result : Result
        A fit of crises.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend inside the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, a row a style of mediation; x is logarithmic.
    """
    ax = create_axes() if ax is None else ax
    rows = [row for row in result.odds if row["style"] != "none"]
    for k, row in enumerate(rows):
        ratio, label = row["record_odds_ratio"], ("record, 95%", "fitted model") if not k else (None, None)
        ends = [[ratio - row["record_low"]], [row["record_high"] - ratio]]
        ax.errorbar(ratio, k - 0.1, xerr=ends, fmt="o", color=BLACK, capsize=3, label=label[0])
        ax.plot(row["model_odds_ratio"], k + 0.1, "D", color=VERMILION, label=label[1])
    ax.axvline(1, color=GREY, linestyle="--", linewidth=1)
    ax.set_xscale("log")
    ax.set_xticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
    ax.set_yticks(range(len(rows)), [row["style"] for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel("odds ratio")
    if legend:
        ax.legend(fontsize=8, loc="lower left")
    return ax


@rc_context(STYLE)
def draw_odds(result: Result) -> Figure:
    """Draw the captioned figure of `plot_odds`."""
    figure, (ax,) = _create_panels(1, "Formal agreement by style, against no mediation", 2.6)
    figure.set_size_inches(6.6, 2.8)
    plot_odds(result, ax)
    return figure
