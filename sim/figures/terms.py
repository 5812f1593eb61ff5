"""Figure of terms: what was agreed on each issue, against the labels of its scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from sim.figures.scales import Scale, choose_labels
from sim.figures.style import (
    BLUE,
    GRID,
    MOST_PANELS,
    SMALL_PRINT,
    VERMILION,
    Caption,
    create_axes,
    create_grid,
)
from sim.tables.quantities import format_percent
from sim.tables.summary import Summary

_BINS = ((400, 40), (100, 20), (0, 10))
"""Runs that end with terms, and the number of bins from there on: few runs in many bins look like gaps."""
_LINE = 0.082
"""Height of a line of a label as a share of the scale, in an axes of the height used here."""
_MARGIN = 2.35
"""Inches on the left of an axes, for the labels of its scale and the title above them."""
LEAST_SHARE = 0.01
"""Share of runs that end with terms on an issue from which the figure shows it."""


def plot_terms(summary: Summary, issue: str, scale: Scale | None = None, ax: Axes | None = None) -> Axes:
    """Plot the terms on an issue that stand at the end, as a histogram along its scale.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    issue : str
        Name of the issue.
    scale : Scale, optional
        Its scale, whose labels are written beside the axis.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the scale up, the number of runs across; a line marks the median.
    """
    ax = create_axes() if ax is None else ax
    places, runs = summary.count_terms(issue)
    heights, edges = np.histogram(places, bins=_count_bins(int(runs.sum())), range=(0, 1), weights=runs)
    bars = StepPatch(heights, edges, orientation="horizontal", facecolor=BLUE, lw=0)
    ax.add_artist(bars)  # `stairs` would look for the limits, which are set below
    terms = summary.terms(issue)
    if terms.runs:
        ax.axhline(terms.quantiles[0.5], color=VERMILION, lw=1.2)
        text = f"agreed in {format_percent(terms.runs / summary.n, terms.runs)}; median {terms.quantiles[0.5]:.2f}"
        text += f" ({scale.unit.format_amount(terms.quantiles[0.5])})" if scale and scale.unit else ""
    else:
        text = "agreed in no run"
    ax.annotate(text, (1, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", ha="right", fontsize=7,
                color=SMALL_PRINT)  # fmt: skip
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlim(0, max(1.0, 1.05 * heights.max()))
    ends = sorted({0, int(heights.max())})
    ax.set_xticks(ends, [f"{end:,}" for end in ends], fontsize=7)
    ax.set_xlabel("Runs", fontsize=7)
    if scale is None:
        ax.set_yticks([0, 0.5, 1])
    else:
        near = terms.quantiles[0.5] if terms.runs else 0.5
        labels = choose_labels(scale.list_labels(), columns=42, lines=2, line=_LINE, near=near)
        ax.set_yticks([at for at, _ in labels], [text for _, text in labels], fontsize=6.8)
    return ax


def _count_bins(runs: int) -> int:
    """Count the bins of a histogram of so many runs."""
    return next(bins for least, bins in _BINS if runs >= least)


def plot_terms_overview(summary: Summary, scales: Mapping[str, Scale] | None = None, ax: Axes | None = None) -> Axes:
    """Plot the terms on every issue that some run ends with terms on: middle 80%, middle half and median.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.
    scales : mapping of str to Scale, optional
        Scales of the issues, whose titles name the rows.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the scale of each issue across, one row an issue, the first on top.
    """
    ax = create_axes() if ax is None else ax
    spreads = {issue: terms for issue in summary.issues if (terms := summary.terms(issue)).runs}
    titles = {issue: scale.title for issue, scale in (scales or {}).items()}
    names = []
    for row, (issue, terms) in enumerate(spreads.items()):
        q = terms.quantiles
        ax.hlines(row, q[0.1], q[0.9], color=BLUE, lw=2, alpha=0.5)
        ax.hlines(row, q[0.25], q[0.75], color=BLUE, lw=6, alpha=0.5)
        ax.plot(q[0.5], row, "o", color=BLUE, ms=5)
        names.append(f"{titles.get(issue, issue)}: {format_percent(terms.runs / summary.n, terms.runs)}")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("Place on the scale: middle 80%, half, median")
    ax.grid(axis="x", color=GRID, lw=0.7)
    if not names:
        ax.text(0.5, 0, "no run ends with terms on any issue", ha="center")
    return ax


def draw_terms(summary: Summary, caption: Caption) -> Figure:
    """Draw the captioned figure of terms: an axes for every issue that enough runs end with terms on."""
    shares = {issue: summary.terms(issue).runs / max(summary.n, 1) for issue in summary.issues}
    issues = [issue for issue, share in shares.items() if share >= LEAST_SHARE]
    issues = sorted(issues, key=lambda issue: -shares[issue])[:MOST_PANELS] if len(issues) > MOST_PANELS else issues
    rest = sum(share < LEAST_SHARE for share in shares.values())
    title = "What was agreed, against the labels of each scale"
    columns = 2 if len(issues) > 1 else 1
    count = max(len(issues), 1)
    figure, axes = create_grid(caption, title, count, columns, height=1.45, left=_MARGIN, legend=1, width=4.9)
    if not issues:
        axes[0].text(0.3, 0.5, "No issue is agreed in 1% of runs", ha="center", transform=axes[0].transAxes)
        axes[0].set_axis_off()
    for issue, ax in zip(issues, axes, strict=0 < len(issues) <= MOST_PANELS):
        scale = caption.scales.get(issue)
        plot_terms(summary, issue, scale, ax)
        ax.xaxis.set_label_coords(0.5, -0.067)  # between the two ticks
        across = ax.get_position().width * figure.get_figwidth()
        title = scale.title if scale else issue
        ax.set_title(title, loc="left", fontsize=8.5, fontweight="bold", pad=12, x=(0.15 - _MARGIN) / across)
    note = "Bars: runs that end with these terms. Line: their median."
    note += f" On {rest} further issues fewer than 1% of runs end with terms." if rest else ""
    figure.text(0.12 / figure.get_figwidth(), 0.24 / figure.get_figheight(), note, fontsize=8, color="#333333")
    return figure
