"""Figure of a scenario's stakes: on every issue each party's demand and the range of its reservation value."""

from __future__ import annotations

from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import DPI, LINE_STYLES, STYLE, create_axes, wrap_text
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario, Stake


def plot_positions(scenario: Scenario, ax: Axes | None = None) -> Axes:
    """Plot the stakes of all parties: a filled mark is a documented demand, a hollow one an assumed range's middle.

    A thick line runs from the demand to the most conceding value on record, a thin one over the range in which the
    reservation value is drawn where nothing was conceded.

    Parameters
    ----------
    scenario : Scenario
        A loaded scenario, in which every stake has a demand.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, first issue on top.
    """
    ax = create_axes() if ax is None else ax
    row, ticks, labels = 0.0, [], []
    for i, issue in scenario.issues.items():
        top = row
        for n, party in enumerate(scenario.parties.values()):
            if i in party.issues:
                _plot_stake(ax, party.issues[i], row, LINE_STYLES[n][0])
                row -= 1.0
        ticks.append(0.5 * (top + row + 1.0))
        labels.append(wrap_text(issue.title, 34))
        ax.axhline(row + 0.3, color="#E5E5E5", lw=0.6)
        row -= 0.4
    ax.set_yticks(ticks, labels)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(row + 0.5, 0.9)
    ax.set_xlabel(f"scale of the issue; `parley show {scenario.id}` prints its labels")
    return ax


def _plot_stake(ax: Axes, stake: Stake, row: float, colour: str) -> None:
    assert stake.demand is not None
    demand: Number = stake.demand
    if stake.conceded is not None:
        ax.plot([demand.mode, stake.conceded.mode], [row, row], color=colour, lw=3.5, solid_capstyle="butt")
    elif stake.reservation is not None:
        ax.plot([stake.reservation.low, stake.reservation.high], [row, row], color=colour, lw=0.8)
    known = demand.provenance in ("derived", "documented")
    ax.plot([demand.mode], [row], marker="o", ms=5, color=colour, mfc=colour if known else "white")


_MEANINGS = (
    "filled: documented demand",
    "hollow: assumed demand",
    "thick: to the furthest documented concession",
    "thin: range assumed for the reservation value",
)


def _list_meanings() -> list[Line2D]:
    """List what marks and lines of any colour mean, in the order of `_MEANINGS`."""
    marks = [Line2D([], [], ls="", marker="o", ms=5, color="#555555", mfc=fill) for fill in ("#555555", "white")]
    return [*marks, *(Line2D([], [], color="#555555", lw=width) for width in (3.5, 0.8))]


def save_positions(loaded: Loaded, path: Path) -> None:
    """Save the figure of a scenario's stakes with title and legend.

    Parameters
    ----------
    loaded : Loaded
        The scenario.
    path : Path
        File to write; its suffix says the format.
    """
    scenario = loaded.scenario
    rows = sum(len(party.issues) for party in scenario.parties.values()) + 0.4 * len(scenario.issues)
    with rc_context(STYLE):
        figure = Figure(figsize=(6.6, 1.2 + 0.155 * rows), layout="constrained")
        FigureCanvasAgg(figure)
        plot_positions(scenario, figure.subplots())
        title = f"{scenario.title}\nas of {scenario.as_of}"
        figure.suptitle(title, x=0.015, ha="left", fontsize=9.5, fontweight="bold")
        parties = [party.title for party in scenario.parties.values()]
        lines = [Line2D([], [], color=LINE_STYLES[n][0], marker="o", ms=5, lw=2) for n in range(len(parties))]
        lines, names = [*lines, *_list_meanings()], [*parties, *_MEANINGS]
        figure.legend(lines, names, loc="outside lower center", ncols=2, fontsize=8)
        figure.savefig(path, dpi=DPI, metadata={"Software": None} if path.suffix == ".png" else None)
