"""Figures of bargaining problems: ranges of the parties, packages and utilities of the solutions, Pareto frontier.

Every plot takes arrays, so that packages and utilities of any origin can be drawn: P is the number of parties, n the
number of issues. Colours stand for parties, markers for solutions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.core.layout import Floats, Ints
from sim.figures.style import LINE_STYLES, create_axes

MARKERS = {"Nash": "o", "weighted Nash": "P", "Kalai-Smorodinsky": "s", "egalitarian": "^", "utilitarian": "D"}
"""Marker of each solution by its name."""
_OTHER_MARKER = "X"


@dataclass(frozen=True)
class Panel:
    """One row of the figure: a bargaining problem and its solutions.

    Attributes
    ----------
    title, subtitle : str
        Titles of the ranges (left) and of the utilities (right).
    parties, issues : tuple of str
        Names of the P parties and n issues.
    demand, reservation, salience : ndarray of float, shape (P, n)
        Points on the scales of the issues, and weights; a salience of 0 means that the party has no stake.
    red : ndarray of int, shape (P, n)
        1 where the reservation value is a red line.
    floor : ndarray of float, shape (P,)
        Utility of each party without an agreement.
    packages, utilities : mapping of str to ndarray
        Package (n,) and utilities (P,) of each solution by name.
    frontier : ndarray of float, shape (k, 2)
        Utilities at the corners of the Pareto frontier of two parties; of other games no row.
    """

    title: str
    subtitle: str
    parties: tuple[str, ...]
    issues: tuple[str, ...]
    demand: Floats
    reservation: Floats
    salience: Floats
    red: Ints
    floor: Floats
    packages: Mapping[str, Floats]
    utilities: Mapping[str, Floats]
    frontier: Floats


def plot_ranges(
    issues: Sequence[str],
    demand: Floats,
    reservation: Floats,
    *,
    salience: Floats | None = None,
    red: Ints | None = None,
    packages: Mapping[str, Floats] | None = None,
    ax: Axes | None = None,
    colours: Sequence[str] | None = None,
) -> Axes:
    """Plot each party's range on every issue, from its demand (tick) to its reservation value, and packages across.

    Parameters
    ----------
    issues : sequence of str
        Names of the n issues.
    demand, reservation : ndarray of float, shape (P, n)
        Points on the scales of the issues.
    salience : ndarray of float, shape (P, n), optional
        Weights of the issues; where one is 0 the party has no range.
    red : ndarray of int, shape (P, n), optional
        1 where the reservation value is a red line: the range is drawn thick.
    packages : mapping of str to ndarray, optional
        Packages (n,) by the name of the solution.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    colours : sequence of str, optional
        Colours of the P parties; without them by the place of each.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, first issue on top.
    """
    ax = create_axes() if ax is None else ax
    colours = colours or _assign_colours(len(demand))
    row, middles = 0.0, []
    for k in range(len(issues)):
        top = row
        for i in range(len(demand)):
            if salience is not None and salience[i, k] <= 0.0:
                continue
            ends, colour = [demand[i, k], reservation[i, k]], colours[i]
            width = 4 if red is not None and red[i, k] else 2
            ax.plot(ends, [row, row], color=colour, lw=width, solid_capstyle="butt")
            ax.plot(ends[:1], [row], marker="|", ms=10, mew=2, color=colour)
            row -= 1.0
        middles.append(0.5 * (top + row + 1.0))
        for name, package in (packages or {}).items():
            ax.plot(package[k], middles[-1], marker=_marker(name), color="black", mfc="none", ms=7)
        row -= 0.6
    ax.set_yticks(middles, list(issues))
    ax.set_xlim(-0.03, 1.03)
    return ax


def plot_frontier(
    parties: Sequence[str],
    frontier: Floats,
    floor: Floats,
    utilities: Mapping[str, Floats] | None = None,
    ax: Axes | None = None,
    colours: Sequence[str] | None = None,
) -> Axes:
    """Plot the Pareto frontier of two parties in the plane of their utilities, with their floors and solutions.

    Parameters
    ----------
    parties : sequence of str
        Names of the two parties.
    frontier : ndarray of float, shape (k, 2)
        Utilities at the corners of the frontier.
    floor : ndarray of float, shape (2,)
        Utilities without an agreement.
    utilities : mapping of str to ndarray, optional
        Utilities (2,) by the name of the solution.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    colours : sequence of str, optional
        Colours of the two parties; without them by the place of each.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; utilities below -1 are outside the view.
    """
    ax = create_axes() if ax is None else ax
    first, second = colours or _assign_colours(len(parties))
    ax.plot(frontier[:, 0], frontier[:, 1], color="black", lw=1.2)
    ax.axvline(floor[0], color="black", ls=":", lw=1)
    ax.axhline(floor[1], color="black", ls=":", lw=1)
    for name, utility in (utilities or {}).items():
        ax.plot(*utility, marker=_marker(name), color="black", mfc="none", ms=8)
    ax.set_xlabel(f"utility of {parties[0]}", color=first)
    ax.set_ylabel(f"utility of {parties[1]}", color=second)
    ax.set_xlim(max(frontier[:, 0].min(), -1.0) - 0.05, 1.05)
    ax.set_ylim(max(frontier[:, 1].min(), -1.0) - 0.05, 1.05)
    for axis in (ax.xaxis, ax.yaxis):  # Matplotlib's own choice of ticks sets labels that overlap
        axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    return ax


def plot_utilities(
    parties: Sequence[str],
    floor: Floats,
    utilities: Mapping[str, Floats],
    ax: Axes | None = None,
    colours: Sequence[str] | None = None,
) -> Axes:
    """Plot the utility of every party at each solution, a row a party; a tick marks the floor.

    Parameters
    ----------
    parties : sequence of str
        Names of the P parties.
    floor : ndarray of float, shape (P,)
        Utilities without an agreement.
    utilities : mapping of str to ndarray
        Utilities (P,) by the name of the solution.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    colours : sequence of str, optional
        Colours of the P parties; without them by the place of each.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, first party on top.
    """
    ax = create_axes() if ax is None else ax
    colours = colours or _assign_colours(len(parties))
    for i, party in enumerate(parties):
        ax.plot([floor[i]], [-i], marker="|", ms=14, color="black", ls="")
        for name, utility in utilities.items():
            ax.plot(utility[i], -i, marker=_marker(name), color=colours[i], mfc="none")
        ax.text(0.01, -i + 0.15, party, color=colours[i], transform=ax.get_yaxis_transform())
    ax.set_yticks([])
    ax.set_ylim(0.6 - len(parties), 0.6)
    ax.set_xlabel("utility")
    return ax


def draw_solutions(panels: Sequence[Panel], title: str) -> Figure:
    """Draw the figure of an analysis: ranges and packages on the left, utilities on the right, a row a panel."""
    heights = [max(1.9, 0.32 * panel.demand.size + 0.9) for panel in panels]
    figure = Figure(figsize=(12, sum(heights) + 1.4), layout="constrained")
    FigureCanvasAgg(figure)
    ratios = {"height_ratios": heights, "width_ratios": (3, 2)}
    axes = figure.subplots(len(panels), 2, squeeze=False, gridspec_kw=ratios)
    largest = sorted(panels, key=lambda panel: -len(panel.parties))  # the whole, where it is shown, has all parties
    names = dict.fromkeys(name for panel in largest for name in panel.parties)
    colour = dict(zip(names, _assign_colours(len(names)), strict=True))
    for (left, right), panel in zip(axes, panels, strict=True):
        colours = [colour[name] for name in panel.parties]
        plot_ranges(
            panel.issues,
            panel.demand,
            panel.reservation,
            salience=panel.salience,
            red=panel.red,
            packages=panel.packages,
            ax=left,
            colours=colours,
        )
        left.set_title(panel.title, loc="left", fontsize=10)
        if len(panel.parties) == 2 and len(panel.frontier):
            plot_frontier(panel.parties, panel.frontier, panel.floor, panel.utilities, right, colours)
        else:
            plot_utilities(panel.parties, panel.floor, panel.utilities, right, colours)
        right.set_title(panel.subtitle, loc="left", fontsize=10)
    figure.suptitle(title)
    _add_legend(figure)
    return figure


def save_solutions(panels: Sequence[Panel], title: str, path: Path) -> None:
    """Write the figure of an analysis to a PNG or SVG file."""
    metadata = {"Software": None} if path.suffix == ".png" else None
    draw_solutions(panels, title).savefig(path, dpi=110, metadata=metadata)


def _add_legend(figure: Figure) -> None:
    """Add the legend of markers and lines below all axes."""
    marks = [
        Line2D([], [], marker=mark, color="black", mfc="none", ls="", label=name) for name, mark in MARKERS.items()
    ]
    label = "demand (tick) to reservation value"
    marks.append(Line2D([], [], marker="|", color="grey", ms=9, mew=2, ls="-", label=label))
    marks.append(Line2D([], [], color="black", ls=":", label="disagreement"))
    figure.legend(handles=marks, loc="outside lower center", ncols=4, frameon=False)


def _assign_colours(count: int) -> list[str]:
    """Assign a colour to every party by its place; the eighth has that of the first again."""
    return [LINE_STYLES[k % 7][0] for k in range(count)]


def _marker(solution: str) -> str:
    """Marker of a solution."""
    return MARKERS.get(solution, _OTHER_MARKER)
