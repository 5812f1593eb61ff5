"""Figures from summaries: outcome shares, time to settlement, gap over rounds, what blocked. None runs a simulation.

They are drawn on Matplotlib's object interface, so they need no screen and leave no state.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.figures.style import (
    BLACK,
    BLUE,
    BOX,
    CAUTION,
    CODE_TITLES,
    DPI,
    GREY,
    GRID,
    LINES,
    LOOKS,
    STYLE,
    THINNEST,
    VERMILION,
    Caption,
    blank,
    legend_below,
    percent,
    percent_axis,
    wrapped,
)
from sim.rules.outcome import CODES
from sim.tables.summary import Summary


def figures(summary: Summary, manifest: Mapping[str, Any]) -> dict[str, Figure]:
    """All figures of an ensemble by name: outcomes, days, gap, blocking."""
    caption = Caption.of(manifest)
    with rc_context(STYLE):
        return {name: draw(summary, caption) for name, draw in FIGURES.items()}


def save_figures(
    summary: Summary, manifest: Mapping[str, Any], folder: Path, formats: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Write every figure in every format, with the result's fingerprint inside. Returns the paths."""
    written = []
    for name, figure in figures(summary, manifest).items():
        for kind in formats:
            path = folder / f"{name}.{kind}"
            with rc_context(STYLE):
                figure.savefig(path, dpi=DPI, metadata=_metadata(kind, manifest))
            written.append(path)
    return written


def _metadata(kind: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the file itself says: program, result and caution; no time, so that equal figures are equal files."""
    about = f"parley {manifest['parley']}, result {manifest['fingerprint']}. {CAUTION}"
    if kind == "png":
        return {"Software": f"parley {manifest['parley']}", "Description": about}
    return {"Creator": f"parley {manifest['parley']}", "Description": about, "Date": None} if kind == "svg" else {}


# The figures


def outcomes(summary: Summary, caption: Caption) -> Figure:
    """Share of runs by outcome standing at the end, with intervals; the highest reached on the way as a mark."""
    figure, axes = blank(caption, "How the talks ended", 2.9, left=1.95, legend=1)
    standing, peak = summary.outcomes(), summary.outcomes("peak_outcome")
    places = np.arange(len(CODES))
    shares = np.array([standing[code].share for code in CODES])
    low = shares - [standing[code].low for code in CODES]
    high = np.array([standing[code].high for code in CODES]) - shares
    bars = axes.barh(places, shares, color=BLUE, height=0.62)
    axes.errorbar(shares, places, xerr=[low, high], fmt="none", ecolor=BLACK, elinewidth=1, capsize=2.5)
    reached = [peak[code].share for code in CODES]
    (marks,) = axes.plot(reached, places, "D", mfc="white", mec=VERMILION, mew=1.2, ms=4.5, ls="", clip_on=False)
    for place, code in enumerate(CODES):
        found = standing[code]
        end = (max(found.high, peak[code].share), place)
        axes.annotate(percent(found.share, found.runs), end, (7, 0), textcoords="offset points", va="center")
    axes.set_yticks(places, [CODE_TITLES[code] for code in CODES])
    axes.set_xlim(0, min(max(found.high for found in (*standing.values(), *peak.values())) * 1.14 + 0.03, 1.12))
    percent_axis(axes, "x", "Share of runs")
    legend_below(figure, [bars, marks], ["standing at the end, with 95% interval", "highest reached on the way"], 2)
    return figure


def days(summary: Summary, caption: Caption) -> Figure:
    """Share of all runs in which each basket had been agreed on by a day; how many of these stand at the end."""
    ends = {basket: summary.agreed_by(basket) for basket in summary.baskets}
    figure, axes = blank(caption, "Time to the first agreement", 2.8, left=0.75, legend=len(ends))
    last = max([1.0, summary.mean("days"), *(float(found[-1]) + 1 for found, _ in ends.values() if found.size)])
    lines, labels = [], []
    for (basket, (found, sofar)), (colour, dash) in zip(ends.items(), itertools.cycle(LINES), strict=False):
        # An agreement of day 12.4 counts from the end of day 12 on, at 13.
        across = np.r_[0, np.repeat(found + 1, 2), last]
        up = np.repeat(np.r_[0, sofar], 2) / max(summary.n, 1)
        lines += axes.plot(across, up, color=colour, ls=dash, lw=1.8)
        title = textwrap.shorten(caption.baskets.get(basket, basket), 38, placeholder=" …")
        labels.append(f"{title}: {_when(summary, basket)}")
    axes.set_xlim(0, last)
    axes.set_ylim(0, max(0.05, 1.04 * max(summary.agreed(basket).share for basket in ends)))
    axes.set_xlabel("Days since the start")
    percent_axis(axes, "y", "Agreed on by that day, share of all runs")
    legend_below(figure, lines, labels, 1)
    return figure


def _when(summary: Summary, basket: str) -> str:
    """How often and when a basket was first agreed on, and how often a settlement stands."""
    first, stands = summary.agreed(basket), summary.settled(basket)
    if not first.runs:
        return "never agreed on"
    median = summary.days(basket, "first_settled")[0.5]
    text = f"agreed in {percent(first.share, first.runs)}, half of these by day {median:.0f}"
    return f"{text}; {percent(stands.share, stands.runs)} stand at the end"


def gap(summary: Summary, caption: Caption) -> Figure:
    """The gap between positions after each round held, as a fan, above how many runs held so many rounds."""
    figure, (upper, lower) = blank(caption, "Gap between positions on the issues still open", 3.5, 0.95, 1, (3, 1))
    fan = summary.fan()
    # Beyond this the quantiles rest on a handful of runs.
    shown = max(int((fan.runs >= max(summary.n / 100, 20)).sum()), min(fan.runs.size, 1))
    x, q = fan.rounds[:shown], fan.quantiles[:, :shown]
    wide = upper.fill_between(x, q[0], q[4], color="#CFE3F1", lw=0)
    narrow = upper.fill_between(x, q[1], q[3], color="#8FBFDF", lw=0)
    (median,) = upper.plot(x, q[2], color=BLUE, lw=1.8, marker="o" if shown <= 30 else None, ms=3)
    upper.set_ylim(0, min(1.0, max(0.1, q.max(initial=0.0) * 1.2)))
    upper.set_ylabel("Mean distance of offers\n(whole scale: 1)")
    upper.grid(axis="y", color=GRID, lw=0.7)
    lower.bar(x, fan.runs[:shown] / max(summary.n, 1), color=GREY, width=0.8)
    lower.set_xlim(0.5, max(shown, 2) + 0.5)
    lower.set_xlabel("Number of the round held")
    lower.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    percent_axis(lower, "y", "Runs that\nheld it")
    lower.set_ylim(0, 1)
    lower.set_yticks([0, 0.5, 1])
    if not shown:
        upper.text(0.5, 0.5, "no round was held", ha="center", transform=upper.transAxes)
    names = ["median run", "middle half", "middle 80% of the runs that held the round"]
    legend_below(figure, [median, narrow, wide], names, 3)
    return figure


def blocking(summary: Summary, caption: Caption) -> Figure:
    """For every basket the share of runs that settled it and, of the others, what stood in the way."""
    shares = {reason: np.array([_share_of(summary, basket, reason) for basket in summary.baskets]) for reason in LOOKS}
    seen = [reason for reason, found in shares.items() if found.max(initial=0.0) >= THINNEST]
    height = 0.35 + 0.5 * len(summary.baskets)
    title = "What was settled, and what stood in the way"
    figure, axes = blank(caption, title, height, left=1.7, legend=math.ceil(len(seen) / 3))
    places = np.arange(len(summary.baskets))
    left = np.zeros(places.size)
    handles = {}
    for reason, found in shares.items():
        colour, hatch = LOOKS[reason]
        handles[reason] = axes.barh(
            places, found, left=left, color=colour, hatch=hatch, ec="white", lw=0.6, height=0.66
        )
        for place in np.flatnonzero(found >= 0.06):
            at = (left[place] + found[place] / 2, place)
            axes.annotate(f"{found[place]:.0%}", at, ha="center", va="center", fontsize=8, bbox=BOX)
        left = left + found
    axes.set_yticks(places, [wrapped(caption.baskets.get(basket, basket)) for basket in summary.baskets])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    percent_axis(axes, "x", "Share of runs")
    legend_below(figure, [handles[reason] for reason in seen], seen, 3)
    return figure


FIGURES: dict[str, Callable[[Summary, Caption], Figure]] = {
    "outcomes": outcomes,
    "days": days,
    "gap": gap,
    "blocking": blocking,
}


def _share_of(summary: Summary, basket: str, reason: str) -> float:
    if reason == "settled":
        return summary.settled(basket).share
    found = summary.blocked(basket).get(reason)
    return found.share if found else 0.0
