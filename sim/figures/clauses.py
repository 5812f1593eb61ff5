"""Figure of acceptability by clause: in which share of draws each party could live with a labelled option."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.core.layout import Floats
from sim.figures.style import CAUTION, DPI, SMALL_PRINT, STYLE, create_axes, wrap_text
from sim.tables.quantities import format_percent

_LABEL, _ROW, _CELL = 52, 0.165, 1.05
"""Characters of a line of an option's label; inches of such a line, and of the width of a cell."""


def plot_clauses(
    options: Sequence[tuple[str, str]], parties: Sequence[str], shares: Floats, ax: Axes | None = None
) -> Axes:
    """Plot the share of draws in which each party could live with an option: a row an option, a column a party.

    Parameters
    ----------
    options : sequence of (str, str)
        Title of the issue and label of the option of every row; options of an issue follow each other.
    parties : sequence of str
        Titles of the columns.
    shares : ndarray of float, shape (rows, columns)
        Shares in [0, 1].
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, first option on top.
    """
    ax = create_axes() if ax is None else ax
    ticks, labels, row, before = [], [], 0.0, ""
    for k, (issue, label) in enumerate(options):
        if issue != before:
            lines = wrap_text(issue, _LABEL)
            row += lines.count("\n") + 1.3
            across = ax.get_yaxis_transform()
            ax.text(-0.02, row - 0.15, lines, transform=across, ha="right", va="bottom", weight="bold")
            before = issue
        text = wrap_text(label, _LABEL)
        height = text.count("\n") + 1.25
        _draw_cells(ax, shares[k], row, height)
        ticks.append(row + height / 2)
        labels.append(text)
        row += height
    ax.set_yticks(ticks, labels)
    ax.set_xticks(np.arange(len(parties)) + 0.5, [wrap_text(party, 14) for party in parties])
    ax.xaxis.tick_top()
    ax.set_xlim(0, len(parties))
    ax.set_ylim(row, 0)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _draw_cells(ax: Axes, shares: Floats, top: float, height: float) -> None:
    """Draw one row of cells: the darker, the larger the share, which stands in the cell."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    for column, share in enumerate(shares.tolist()):
        colour = colormaps["Blues"](0.85 * share)
        ax.add_patch(Rectangle((column, top), 1, height, facecolor=colour, edgecolor="white", lw=1.5))
        text = format_percent(share, int(share > 0))
        ink = "white" if share > 0.6 else "black"
        ax.text(column + 0.5, top + height / 2, text, ha="center", va="center", color=ink)


def save_clauses(
    options: Sequence[tuple[str, str]],
    parties: Sequence[str],
    shares: Floats,
    titles: Sequence[str],
    paths: Sequence[Path],
) -> None:
    """Write the figure of one basket.

    Parameters
    ----------
    options, parties, shares
        As `plot_clauses` takes them.
    titles : sequence of str
        Title of the figure, then the lines below it.
    paths : sequence of Path
        Files to write; the suffix of each says the format.
    """
    lines = sum(len(wrap_text(label, _LABEL).splitlines()) + 0.25 for _, label in options)
    lines += sum(len(wrap_text(issue, _LABEL).splitlines()) + 0.3 for issue in dict.fromkeys(i for i, _ in options))
    left, top, foot = 3.6, 1.1, 0.3
    width, height = left + _CELL * len(parties) + 0.15, top + _ROW * lines + foot
    width = max(width, 6.6)
    with rc_context(STYLE | {"font.size": 8}):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        share = 1 - foot / height - top / height
        ax = figure.add_axes((left / width, foot / height, _CELL * len(parties) / width, share))
        plot_clauses(options, parties, shares, ax)
        head, *rest = titles
        figure.text(0.12 / width, 1 - 0.1 / height, head, va="top", fontsize=11.5, fontweight="bold")
        figure.text(0.12 / width, 1 - 0.33 / height, "\n".join(rest), va="top", fontsize=8.5, color="#333333")
        figure.text(1 - 0.12 / width, 0.08 / height, CAUTION, ha="right", fontsize=6.5, color=SMALL_PRINT)
        for path in paths:
            figure.savefig(path, dpi=DPI, metadata={"Software": None} if path.suffix == ".png" else None)
