"""Figure of utilities: what each party gains by the end, over runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from sim.core.layout import Floats
from sim.figures.style import BLUE, GRID, VERMILION, create_axes, legend_entries, wrap_text


def plot_party_utilities(
    utilities: Mapping[str, Floats],
    titles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    *,
    legend: bool = True,
) -> Axes:
    """Plot the utility of each party at the end, open issues counting 0: middle 80%, middle half, median and mean.

    Parameters
    ----------
    utilities : mapping of str to ndarray, shape (runs,)
        Utility in every run by party.
    titles : mapping of str to str, optional
        Titles of the parties by name.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into; a new figure is made without it.
    legend : bool
        Whether to draw a legend to the right of the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, one row a party, the first on top.
    """
    ax = create_axes() if ax is None else ax
    rows = np.arange(len(utilities))
    quantiles = np.array([np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]) for values in utilities.values()]).T
    ax.hlines(rows, quantiles[0], quantiles[4], color=BLUE, lw=2, alpha=0.5, label="middle 80% of runs")
    ax.hlines(rows, quantiles[1], quantiles[3], color=BLUE, lw=7, alpha=0.5, label="middle half of runs")
    ax.plot(quantiles[2], rows, "o", color=BLUE, ms=6, label="median")
    means = [float(np.mean(values)) for values in utilities.values()]
    ax.plot(means, rows, "D", mfc="white", mec=VERMILION, ms=5, label="mean")
    ax.set_yticks(rows, [wrap_text((titles or {}).get(party, party)) for party in utilities])
    ax.set_ylim(len(utilities) - 0.4, -0.6)
    ax.set_xlabel("Utility at the end (open issues count 0)")
    ax.grid(axis="x", color=GRID, lw=0.7)
    if legend:
        ax.legend(*legend_entries(ax), fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return ax
