"""Figures of an ensemble for notebooks and scripts: `ensemble.plot.outcomes()` and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.axes import Axes

    from sim.figures.style import Caption
    from sim.tables.summary import Summary
    from sim.tables.trajectory import Trajectory


class Plots:
    """Plots of an ensemble; every one takes axes to draw into and a title, and returns the axes.

    Parameters
    ----------
    counts : Summary
        Counts of the ensemble.
    run_table : pyarrow.Table
        Its table of runs.
    manifest : mapping
        Its manifest.
    simulate : callable
        Returns its trajectory.
    """

    def __init__(
        self, counts: Summary, run_table: pa.Table, manifest: Mapping[str, Any], simulate: Callable[[], Trajectory]
    ):
        self._counts, self._run_table, self._manifest, self._simulate = counts, run_table, manifest, simulate

    @cached_property
    def _caption(self) -> Caption:
        """Titles of the scenario's baskets, parties and issues."""
        from sim.figures.style import Caption

        return Caption.from_manifest(self._manifest)

    def outcomes(self, ax: Axes | None = None, title: str | None = None) -> Axes:
        """Plot the share of runs by outcome; see `sim.figures.outcomes.plot_outcomes`."""
        from sim.figures.outcomes import plot_outcomes

        return _set_title(plot_outcomes(self._counts, ax), title)

    def blocking(self, ax: Axes | None = None, title: str | None = None) -> Axes:
        """Plot what was settled and what stood in the way; see `sim.figures.blocking.plot_blocking`."""
        from sim.figures.blocking import plot_blocking

        return _set_title(plot_blocking(self._counts, self._caption.baskets, ax), title)

    def days(self, ax: Axes | None = None, title: str | None = None) -> Axes:
        """Plot the share of runs with an agreement by day; see `sim.figures.days.plot_days`."""
        from sim.figures.days import plot_days

        return _set_title(plot_days(self._counts, self._caption.baskets, ax), title)

    def convergence(
        self, basket: str = "", ax: Axes | None = None, title: str | None = None, *, issue: str | None = None
    ) -> Axes:
        """Plot the share of the distance closed over time, or the offers on an issue.

        The first call simulates the first runs once more, to measure them on many days.

        Parameters
        ----------
        basket : str
            Name of a basket; everything without it.
        ax : matplotlib.axes.Axes, optional
            Axes to draw into; a new figure is made without it.
        title : str, optional
            Title of the axes.
        issue : str, optional
            Name of an issue; then offers, reservation values, zone of agreement and settlements are drawn.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        ParleyError
            The scenario has no such basket or issue.
        """
        from sim.figures.convergence import plot_offers
        from sim.figures.distance import plot_closed

        trajectory = self._simulate()
        if issue is None:
            _check_name(basket, ["", *trajectory.baskets()], "basket")
            return _set_title(plot_closed(trajectory, basket, ax), title)
        _check_name(issue, trajectory.issues(), "issue")
        scale, titles = self._caption.scales.get(issue), self._caption.parties
        return _set_title(plot_offers(trajectory, issue, scale, ax, titles=titles), title)

    def terms(self, issue: str | None = None, ax: Axes | None = None, title: str | None = None) -> Axes:
        """Plot the terms agreed, of all issues or against the labels of one.

        Parameters
        ----------
        issue : str, optional
            Name of an issue; all issues that some run ends with terms on without it.
        ax : matplotlib.axes.Axes, optional
            Axes to draw into; a new figure is made without it.
        title : str, optional
            Title of the axes.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        ParleyError
            The scenario has no such issue.
        """
        from sim.figures.terms import plot_terms, plot_terms_overview

        counts, scales = self._counts, self._caption.scales
        if issue is None:
            return _set_title(plot_terms_overview(counts, scales, ax), title)
        _check_name(issue, counts.issues, "issue")
        return _set_title(plot_terms(counts, issue, scales.get(issue), ax), title)

    def utilities(self, ax: Axes | None = None, title: str | None = None) -> Axes:
        """Plot what each party gains by the end; see `sim.figures.utilities.plot_party_utilities`."""
        from sim.figures.utilities import plot_party_utilities
        from sim.tables.arrow import decode_numbers

        table = self._run_table
        utilities = {p: decode_numbers(table.column(f"utility_{p}")) for p in self._counts.parties}
        return _set_title(plot_party_utilities(utilities, self._caption.parties, ax), title)


def _set_title(axes: Axes, title: str | None) -> Axes:
    """Set the title of axes where there is one."""
    if title is not None:
        axes.set_title(title)
    return axes


def _check_name(name: str, known: list[str] | tuple[str, ...], kind: str) -> None:
    """Refuse an unknown name. Raises ParleyError that lists the known ones."""
    from sim.core.errors import ParleyError, nearest

    if name not in known:
        names = ", ".join(filter(None, known))
        raise ParleyError(f"the scenario has no {kind} `{name}`; known: {names}{nearest(name, list(known))}")
