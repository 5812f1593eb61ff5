"""Figures of a fit: what it narrowed, whether its ranks are uniform, what it predicts, how theories and styles compare.

Drawn on Matplotlib's object interface, so no screen is needed; colours are those of Okabe and Ito (2008).
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
    format_percent_axis,
)
from sim.rules.outcome import CODES

_KEY = "filled: ABC-SMC, bar: its 90%; line: table of simulations\ndashed: prior; in brackets: contraction"
_FOOT = "Conditional on the scenarios, their ranges, the coding of the record and the model; not a forecast."


def save_figures(result: Result, folder: Path) -> list[Path]:
    """Write every figure that the fit has data for, as PNG. Returns the paths."""
    drawn = {"posterior": plot_posterior(result), "ranks": plot_ranks(result)}
    if result.problem.layout.codes:
        drawn["predictive"] = plot_predictive(result)
    if result.theories:
        drawn["theories"] = plot_theories(result)
    if result.odds:
        drawn["crises"] = plot_crises(result)
    paths = []
    for name, figure in drawn.items():
        path = folder / f"{name}.png"
        with rc_context(STYLE):
            figure.savefig(path, dpi=DPI)
        paths.append(path)
    return paths


def _panels(count: int, title: str, height: float = 1.9) -> tuple[Figure, list[Axes]]:
    width = min(count, 3)
    rows = math.ceil(count / width)
    figure = Figure(figsize=(max(2.4 * width, 5.4), height * rows + 0.9), layout="constrained")
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    figure.supxlabel(_FOOT, fontsize=7, color=SMALL_PRINT, x=0.01, ha="left")
    axes = [figure.add_subplot(rows, width, k + 1) for k in range(count)]
    return figure, axes


def plot_posterior(result: Result) -> Figure:
    """Histogram of each parameter's posterior over its prior range, with the 90% interval and the verdict."""
    with rc_context(STYLE):
        figure, axes = _panels(
            len(result.rows),
            f"What the record narrows: {result.problem.file.id}\n{_KEY}",
            2.1,
        )
        for j, (row, p, axis) in enumerate(zip(result.rows, result.problem.parameters, axes, strict=True)):
            edges = np.linspace(p.low, p.high, 21)
            weights = result.smc.weights / result.smc.weights.sum()
            heights, _ = np.histogram(result.smc.values[:, j], edges, weights=weights, density=True)
            axis.stairs(heights, edges, fill=True, color=SKY)
            same, _ = np.histogram(result.table.values[:, j], edges, density=True)
            axis.stairs(same, edges, color=BLACK, linewidth=0.8)
            xs = np.linspace(p.low, p.high, 200)
            axis.plot(xs, p.to_scipy().pdf(xs), color=BLACK, linewidth=1, linestyle="--")
            axis.plot([row["q05"], row["q95"]], [0, 0], color=BLUE, linewidth=4, solid_capstyle="butt", clip_on=False)
            axis.set_title(f"{row['parameter']}\n{row['verdict']} ({row['contraction']:.0%})", fontsize=8, loc="left")
            axis.set_xlabel(p.paths[0], fontsize=7)
            axis.set_yticks([])
            axis.spines["left"].set_visible(False)
        return figure


def plot_ranks(result: Result) -> Figure:
    """Ranks of true values among posterior draws: flat if the method is calibrated. Band: 99% of counts if it is."""
    from scipy import stats

    with rc_context(STYLE):
        count = len(result.recovery.ranks)
        title = (
            f"Ranks of the true value among posterior draws, {count} simulated records\n(grey: 99% of counts if flat)"
        )
        figure, axes = _panels(len(result.rows), title, 1.6)
        low, high = stats.binom(count, 0.1).ppf([0.005, 0.995])
        for j, (row, axis) in enumerate(zip(result.rows, axes, strict=True)):
            bins = result.recovery.ranks[:, j] * 10 // (result.recovery.draws + 1)
            axis.axhspan(low, high, color=PALE)
            axis.bar(np.arange(10), np.bincount(bins, minlength=10), color=BLUE, width=0.8)
            axis.set_title(
                f"{row['parameter']}\np = {row['rank_p_value']:.2f}, covers {row['coverage_90']:.0%}",
                fontsize=8,
                loc="left",
            )
            axis.set_xticks([0, 9], ["lowest tenth", "highest"], fontsize=7)
        for axis in axes[:: min(len(axes), 3)]:
            axis.set_ylabel("records", fontsize=8)
        return figure


def plot_predictive(result: Result) -> Figure:
    """Outcome codes of each documented round under the posterior; the record's codes are framed."""
    names = result.problem.layout.codes
    with rc_context(STYLE):
        figure, (axis,) = _panels(1, "Posterior predictive: outcome codes, round by round", 4.0)
        figure.set_size_inches(7.2, 3.9)
        shares = np.array(
            [np.bincount(result.predicted.codes[:, j], minlength=len(CODES)) for j in range(len(names))]
        ).T
        shares = shares / shares.sum(axis=0)
        axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", origin="lower")
        for (i, j), share in np.ndenumerate(shares):
            if share > 0.0:
                label = f"{share:.0%}" if share >= 0.01 else "<1%"
                axis.text(j, i, label, ha="center", va="center", fontsize=7, color="white" if share > 0.6 else BLACK)
        for j, i in np.argwhere(result.problem.record.allowed):
            axis.add_patch(_frame(float(j), float(i)))
        axis.set_xticks(range(len(names)), [name.removeprefix("code ") for name in names])
        axis.set_yticks(range(len(CODES)), ["not held" if c == "postponed" else c for c in CODES])
        axis.set_title("share of simulated records; framed: what the record admits", fontsize=8, loc="left")
        return figure


def _frame(x: float, y: float) -> Rectangle:
    return Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, fill=False, edgecolor=VERMILION, linewidth=2)


def plot_theories(result: Result) -> Figure:
    """Probabilities of rival rules and switches with Monte Carlo errors, and leave-one-out log scores."""
    assert result.theories is not None
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.9), layout="constrained")
        figure.suptitle("Rival theories on the same record", fontsize=11, x=0.01, ha="left")
        figure.supxlabel(_FOOT, fontsize=7, color=SMALL_PRINT, x=0.01, ha="left")
        left, right = figure.subplots(1, 2)
        found, place, labels = result.theories["probabilities"], 0, []
        for kind, colour, even in (("rules", BLUE, 1 / max(len(found["rules"]), 1)), ("switches", ORANGE, 0.5)):
            for name, (p, se) in found[kind].items():
                left.errorbar(p, place, xerr=Z95 * se, fmt="o", color=colour, markersize=5, capsize=2)
                left.plot([even, even], [place - 0.4, place + 0.4], color=GREY, linestyle="--", linewidth=1)
                labels.append(name)
                place += 1
        left.set_yticks(range(place), labels)
        left.invert_yaxis()
        left.set_xlim(0, 1)
        format_percent_axis(left, "x", "")
        left.set_title(
            "posterior probability, 95% Monte Carlo interval\n(dashed: before the record)", fontsize=8, loc="left"
        )
        _scores(result, right)
        return figure


def _scores(result: Result, axis: Axes) -> None:
    assert result.theories is not None
    scores, simple = result.theories["mean_log_score"], set(predict_baselines(result.problem))
    order = sorted(scores, key=lambda name: -scores[name])
    for k, name in enumerate(order):
        axis.plot(
            scores[name], k, "s" if name in simple else "o", color=VERMILION if name in simple else BLUE, markersize=5
        )
    axis.set_yticks(range(len(order)), order, fontsize=8)
    axis.invert_yaxis()
    axis.grid(axis="x", color=PALE, linewidth=0.6)
    axis.set_title(
        "leave-one-out log score\n(squares: baselines)",
        fontsize=8,
        loc="left",
    )


def plot_crises(result: Result) -> Figure:
    """Odds ratios of formal agreement against no mediation: record with 95% interval, fitted model."""
    with rc_context(STYLE):
        figure, (axis,) = _panels(1, "Formal agreement by style, against no mediation", 2.6)
        figure.set_size_inches(6.6, 2.8)
        rows = [row for row in result.odds if row["style"] != "none"]
        for k, row in enumerate(rows):
            ends = [[row["record_odds_ratio"] - row["record_low"]], [row["record_high"] - row["record_odds_ratio"]]]
            axis.errorbar(
                row["record_odds_ratio"],
                k - 0.1,
                xerr=ends,
                fmt="o",
                color=BLACK,
                capsize=3,
                label="record, 95%" if not k else None,
            )
            axis.plot(row["model_odds_ratio"], k + 0.1, "D", color=VERMILION, label="fitted model" if not k else None)
        axis.axvline(1, color=GREY, linestyle="--", linewidth=1)
        axis.set_xscale("log")
        axis.set_xticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
        axis.set_yticks(range(len(rows)), [row["style"] for row in rows])
        axis.set_ylim(len(rows) - 0.5, -0.5)
        axis.set_xlabel("odds ratio")
        axis.legend(fontsize=8, loc="lower left")
        return figure
