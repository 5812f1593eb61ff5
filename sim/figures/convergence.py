"""Figure of convergence by issue: where offers, reservation values and settlements stand over time."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon

from sim.core.layout import Floats, Ints
from sim.figures.scales import Scale, choose_labels
from sim.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    LABEL_BOX,
    MOST_PANELS,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    SMALL_PRINT,
    VERMILION,
    Caption,
    add_legend_below,
    create_axes,
    create_grid,
    label_days,
)
from sim.tables.quantities import format_percent
from sim.tables.trajectory import Trajectory

_ZONE = "#DCF0E8"
_STRIP = (-0.17, -0.05)
"""Where the strip of settlements lies, below the scale from 0 to 1."""
_LINE = 0.102
"""Height of a line of a label as a share of the scale, in an axes of the height used here."""
_MARGIN = 1.5
"""Inches on the left of an axes, for the labels of its scale and the title above them."""
_MOST_TITLE, _MOST_BASKET = 48, 33
"""Letters of an issue's title, from margin to margin, and of its basket's, beside the share of runs settled."""

_COLOURS = (BLUE, VERMILION, PURPLE, ORANGE, BLACK, SKY)
"""Colours of the parties' lines; green is left to zones and settlements."""
_DASHES = ("-", "--", "-.", ":")

Styles = Mapping[str, tuple[str, str]]
"""Colour and dashes of every party's lines by its name."""


def assign_styles(parties: Iterable[str]) -> Styles:
    """Assign colour and dashes to every party by its place, so that it has them on every issue and in the legend.

    Parameters
    ----------
    parties : iterable of str
        Names of all parties in the order of the scenario; a name may occur again. Up to 24 have styles of their own.

    Returns
    -------
    mapping of str to (str, str)
        Colour and dashes by name.
    """
    names = enumerate(dict.fromkeys(parties))
    return {name: (_COLOURS[k % 6], _DASHES[(k + k // 6) % 4]) for k, name in names}


def _list_parties(trajectory: Trajectory, titles: Mapping[str, str]) -> list[str]:
    """List all parties: those that have titles, in their order, then others with a stake in some issue."""
    return [*titles, *(party for issue in trajectory.issues() for party in trajectory.parties(issue))]


def plot_offers(
    trajectory: Trajectory,
    issue: str,
    scale: Scale | None = None,
    ax: Axes | None = None,
    *,
    titles: Mapping[str, str] | None = None,
    legend: bool = True,
) -> Axes:
    """Plot how the parties' offers on an issue converge.

    Lines are each party's median offer, with the middle 80% of runs; where a settlement stands, its terms count as
    offer. Dotted lines are median reservation values, the green area between them the zone of agreement. The strip
    below shows the share of runs in which a settlement stands, and names that at the end.

    Parameters
    ----------
    trajectory : Trajectory
        Quantiles over runs by day.
    issue : str
        Name of the issue.
    scale : Scale, optional
        Its scale, whose labels are written beside the axis.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    titles : mapping of str to str, optional
        Titles of all parties by name, in the order of the scenario: the place of a party decides its style.
    legend : bool
        Whether to draw a legend to the right of the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes (days across, the issue's scale up).
    """
    ax = create_axes() if ax is None else ax
    titles, parties = titles or {}, trajectory.parties(issue)
    styles = assign_styles(_list_parties(trajectory, titles))
    _plot_issue(ax, trajectory, issue, scale, styles)
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    ax.annotate(_format_settled(trajectory, issue), (1, sum(_STRIP) / 2), (-3, 0), **at, ha="right", va="center",
                fontsize=6.5, color=SMALL_PRINT, bbox=LABEL_BOX)  # fmt: skip
    ax.set_xlabel("Days since the start")
    if legend:
        names = {party: titles.get(party, party) for party in styles if party in parties}
        ax.legend(handles=list_handles(names, styles), fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return ax


def _plot_issue(ax: Axes, trajectory: Trajectory, issue: str, scale: Scale | None, styles: Styles) -> None:
    """Plot offers, reservation values, zone and settlements of an issue, without texts but the labels of its scale."""
    days = trajectory.days
    low, high = find_zone(trajectory, issue)
    if (high >= low).any():
        ax.fill_between(days, low, high, where=(high >= low).tolist(), color=_ZONE, lw=0, zorder=0.5)
    for party in trajectory.parties(issue):
        colour, dash = styles[party]
        offer = trajectory.offers(party, issue)
        _fill(ax, days, offer[1], offer[5], color=colour, alpha=0.16)
        ax.plot(days, trajectory.reservations(party, issue)[3], color=colour, ls=":", lw=1.1)
        ax.plot(days, offer[3], color=colour, ls=dash, lw=1.9)
    _mark_settlements(ax, trajectory, issue)
    ax.set_xlim(0, max(int(days[-1]), 1))
    ax.set_ylim(-0.2, 1.04)
    _label_scale(ax, scale)


def find_zone(trajectory: Trajectory, issue: str) -> tuple[Floats, Floats]:
    """Find the zone of agreement of an issue taken alone, between the parties' median reservation values.

    Returns
    -------
    low, high : ndarray of float, shape (days,)
        Its ends; there is none where `low` exceeds `high`.
    """
    low, high = np.zeros(trajectory.days.size), np.ones(trajectory.days.size)
    demands = [trajectory.offers(party, issue)[3][0] for party in trajectory.parties(issue)]
    for party, demand in zip(trajectory.parties(issue), demands, strict=True):
        limit = trajectory.reservations(party, issue)[3]
        if demand > limit[0]:
            low = np.maximum(low, limit)
        else:
            high = np.minimum(high, limit)
    return np.maximum(low, min(demands)), np.minimum(high, max(demands))


def _fill(ax: Axes, days: Ints, low: Floats, high: Floats, **style: Any) -> None:
    """Fill between two lines; without missing values by a polygon, because `fill_between` is slow."""
    if np.isnan(low).any() or np.isnan(high).any():
        ax.fill_between(days, low, high, lw=0, **style)
    else:
        corners = np.column_stack([np.r_[days, days[::-1]], np.r_[low, high[::-1]]])
        ax.add_artist(Polygon(corners, lw=0, **style))


def _mark_settlements(ax: Axes, trajectory: Trajectory, issue: str) -> None:
    """Draw the strip with the share of runs settled by day."""
    days, share = trajectory.days, trajectory.settled(issue)
    bottom, top = _STRIP
    _fill(ax, days, np.full(days.size, bottom), np.full(days.size, top), color="#F0F0F0")
    if share.any():
        _fill(ax, days, np.full(days.size, bottom), bottom + (top - bottom) * share, color=GREEN)


def _format_settled(trajectory: Trajectory, issue: str) -> str:
    """Format the share of runs in which a settlement stands at the end."""
    share = float(trajectory.settled(issue)[-1])
    return f"settled {format_percent(share, round(share * trajectory.runs))}"


def _label_scale(ax: Axes, scale: Scale | None) -> None:
    """Write the labels of a scale beside the axis, those of the ends first and others where there is room."""
    if scale is None:
        ax.set_yticks([0, 0.5, 1])
        return
    labels = choose_labels(scale.list_labels(), columns=25, lines=3, line=_LINE)
    ax.set_yticks([at for at, _ in labels], [text for _, text in labels], fontsize=6.2)
    ax.tick_params(axis="y", length=2.5)


def list_handles(titles: Mapping[str, str], styles: Styles) -> list[Any]:
    """List what a legend explains: every party's line, then reservation values, zone and settlements.

    Parameters
    ----------
    titles : mapping of str to str
        Titles of the parties to explain by name.
    styles : mapping of str to (str, str)
        Colour and dashes of these parties, as `assign_styles` returns them.

    Returns
    -------
    list of matplotlib artists
        Handles with labels.
    """
    handles: list[Any] = [
        Line2D([], [], color=styles[party][0], ls=styles[party][1], lw=1.9, label=f"offer of {title}")
        for party, title in titles.items()
    ]
    handles.append(Patch(color=PALE, label="middle 80% of runs"))
    handles.append(Line2D([], [], color=SMALL_PRINT, ls=":", lw=1.1, label="reservation value (same colour)"))
    handles.append(Patch(color=_ZONE, label="zone of agreement"))
    handles.append(Patch(color=GREEN, label="share of runs settled"))
    return handles


def draw_convergence(trajectory: Trajectory, caption: Caption) -> Figure:
    """Draw the captioned figure of convergence by issue: small multiples, basket by basket."""
    issues = trajectory.issues()
    columns = 3 if len(issues) > 4 else 2
    title = "Where the offers stand, issue by issue"
    title += f" (first {MOST_PANELS} of {len(issues)})" if len(issues) > MOST_PANELS else ""
    figure, axes = create_grid(caption, title, len(issues), columns, height=1.3, left=_MARGIN, legend=2, width=3.75)
    styles = assign_styles(_list_parties(trajectory, caption.parties))
    small: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 6.2}
    for issue, ax in zip(issues, axes, strict=len(issues) <= MOST_PANELS):
        scale = caption.scales.get(issue)
        _plot_issue(ax, trajectory, issue, scale, styles)
        ax.annotate(_format_settled(trajectory, issue), (1, 1), (0, 3), **small, ha="right", color=SMALL_PRINT)
        ax.tick_params(axis="x", labelsize=7)
        name = textwrap.shorten(scale.title if scale else issue, _MOST_TITLE, placeholder=" …")
        across = ax.get_position().width * figure.get_figwidth()
        ax.set_title(name, loc="left", fontsize=8.5, fontweight="bold", pad=12, x=(0.12 - _MARGIN) / across)
        if scale:
            basket = textwrap.shorten(scale.basket, _MOST_BASKET, placeholder=" …")
            ax.annotate(basket, (0, 1), (0, 3), **small, color=SMALL_PRINT)
    label_days(figure, 2, "Lines: medians of the latest offers, or of the terms where a settlement stands.")
    visible = {party for issue in issues[:MOST_PANELS] for party in trajectory.parties(issue)}
    parties = {party: caption.parties.get(party, party) for party in styles if party in visible}
    add_legend_below(figure, *_split(list_handles(parties, styles)), 4)
    return figure


def _split(handles: list[Any]) -> tuple[list[Any], list[str]]:
    """Handles and their labels."""
    return handles, [handle.get_label() for handle in handles]
