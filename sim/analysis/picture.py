"""One picture of a study: every party's room on every issue with the solutions on it, and the utilities they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.game import WHOLE
from sim.analysis.study import Analysis, Study

if TYPE_CHECKING:
    from pathlib import Path

# Okabe & Ito's colours, told apart by the colour-blind; shapes tell the solutions apart without colour.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MOST_ISSUES = 8
"""With more issues than this the package of all baskets is left to the tables."""
_MARKS = {"Nash": "o", "weighted Nash": "P", "Kalai-Smorodinsky": "s", "egalitarian": "^", "utilitarian": "D"}


def draw(analysis: Analysis, path: Path, title: str) -> None:
    """Write the picture to a PNG or SVG file: every basket, and all at once where that is no more than a few issues."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    studies = [entry for entry in analysis.studies if entry.game.name != WHOLE or len(entry.game.issues) <= MOST_ISSUES]
    heights = [max(1.9, 0.32 * entry.game.demand.size + 0.9) for entry in studies]
    figure = Figure(figsize=(12, sum(heights) + 1.4), layout="constrained")
    FigureCanvasAgg(figure)
    ratios = {"height_ratios": heights, "width_ratios": (3, 2)}
    axes = figure.subplots(len(studies), 2, squeeze=False, gridspec_kw=ratios)
    for row, entry in zip(axes, studies, strict=True):
        _rooms(row[0], entry)
        _worth(row[1], entry)
    where = "the middle of every assumed range" if analysis.assumption < 0 else f"draw {analysis.assumption}"
    figure.suptitle(f"{title}\nRoom of each party and textbook solutions at {where}; no forecast")
    _legend(figure)
    figure.savefig(path, dpi=110, metadata={"Software": None} if path.suffix == ".png" else None)


def _legend(figure: Any) -> None:
    from matplotlib.lines import Line2D

    signs = [Line2D([], [], marker=mark, color="black", ls="", label=name) for name, mark in _MARKS.items()]
    room = "demand (tick) to reservation point"
    signs.append(Line2D([], [], marker="|", color="grey", ms=9, mew=2, ls="-", label=room))
    signs.append(Line2D([], [], color="black", ls=":", label="disagreement"))
    figure.legend(handles=signs, loc="outside lower center", ncols=4, frameon=False)


def _rooms(axis: Any, entry: Study) -> None:
    """Bars from demand to reservation point by issue and party; the solutions' points across them."""
    game = entry.game
    place, labels = 0.0, []
    for k, issue in enumerate(game.issues):
        top = place
        for i in range(len(game.parties)):
            if game.salience[i, k] <= 0.0:
                continue
            ends = [game.demand[i, k], game.reservation[i, k]]
            style = {"color": _COLOURS[i % len(_COLOURS)], "lw": 4 if game.red[i, k] else 2, "solid_capstyle": "butt"}
            axis.plot(ends, [place, place], **style)
            axis.plot(ends[:1], [place], marker="|", ms=10, mew=2, color=style["color"])
            place -= 1.0
        labels.append((0.5 * (top + place + 1.0), issue))
        for point in entry.points:
            axis.plot(point.package[k], labels[-1][0], marker=_MARKS[point.name], color="black", mfc="none", ms=7)
        place -= 0.6
    axis.set_yticks([at for at, _ in labels], [name for _, name in labels])
    axis.set_xlim(-0.03, 1.03)
    axis.set_title(f"{game.name} (thick: red line)", loc="left", fontsize=10)


def _worth(axis: Any, entry: Study) -> None:
    """Two parties: the utility plane with the exact frontier. More: each party's utility of each solution."""
    from matplotlib.ticker import MaxNLocator

    game = entry.game
    if len(game.parties) == 2 and entry.corners:
        line = np.array([game.utilities(package) for package in entry.corners])
        axis.plot(line[:, 0], line[:, 1], color="black", lw=1.2)
        axis.axvline(game.floor[0], color="black", ls=":", lw=1)
        axis.axhline(game.floor[1], color="black", ls=":", lw=1)
        for point in entry.points:
            axis.plot(*point.utility, marker=_MARKS[point.name], color="black", mfc="none", ms=8)
        axis.set_xlabel(f"utility of {game.parties[0]}", color=_COLOURS[0])
        axis.set_ylabel(f"utility of {game.parties[1]}", color=_COLOURS[1])
        axis.set_xlim(max(line[:, 0].min(), -1.0) - 0.05, 1.05)
        axis.set_ylim(max(line[:, 1].min(), -1.0) - 0.05, 1.05)
        for ticks in (axis.xaxis, axis.yaxis):  # left to itself Matplotlib sets labels that run into each other
            ticks.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    else:
        for i, party in enumerate(game.parties):
            colour = _COLOURS[i % len(_COLOURS)]
            axis.plot([game.floor[i]], [-i], marker="|", ms=14, color="black", ls="")
            for point in entry.points:
                axis.plot(point.utility[i], -i, marker=_MARKS[point.name], color=colour, mfc="none")
            axis.text(0.01, -i + 0.15, party, color=colour, transform=axis.get_yaxis_transform())
        axis.set_yticks([])
        axis.set_ylim(0.6 - len(game.parties), 0.6)
        axis.set_xlabel("utility")
    basis = "above the floors" if entry.above_floors else "no zone above the floors: interests alone"
    axis.set_title(basis, loc="left", fontsize=10)
