"""Figures for the gallery: not all are known to pyplot, so they are found in a script's variables."""

from __future__ import annotations

from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst


def scrape_figures(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the figure that a block has made under the name `figure` or `axes`; returns the markup that shows it."""
    names = block_vars["example_globals"]
    found = [names.pop(name) for name in ("figure", "axes") if name in names]
    figures = [thing.figure if isinstance(thing, Axes) else thing for thing in found]
    paths = []
    for figure in figures:
        if isinstance(figure, Figure):
            path = next(block_vars["image_path_iterator"])
            figure.savefig(path, dpi=150)
            paths.append(path)
    pyplot.close("all")
    return figure_rst(paths, gallery_conf["src_dir"])
