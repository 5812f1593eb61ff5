"""Layout of the experiments' figures: captions, panels side by side, files with the manifest's hash inside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from experiments.results import Results, format_value, label_points
from sim.core.counts import format_count
from sim.core.errors import ParleyError
from sim.core.version import __version__
from sim.figures.style import CAUTION, DPI, STYLE, Caption, create_figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Note(Caption):
    """Caption of an experiment's figure; `scale` says how much was run."""

    scale: str = ""

    def subtitle(self) -> str:
        """Return the line under every title."""
        return f"{self.scale}, seed {self.seed}. {CAUTION}"


def build_note(results: Results) -> Note:
    """Build the caption of a sweep: its scenario, points and runs, and the hash of its manifest."""
    identity, tables = results.manifest["asked"], results.manifest["tables"]
    runs = tables["runs"] // max(tables["points"], 1)
    scale = format_count(runs, "run") + (f" at each of {tables['points']:,} points" if tables["points"] > 1 else "")
    title = identity["scenario"]["title"]
    return Note(
        title,
        tables["runs"],
        results.manifest["seed"],
        results.manifest["hash"][:12],
        _baskets(identity["scenario"]),
        scale=scale,
    )


def _baskets(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles of the baskets by name."""
    return {name: basket["title"] for name, basket in scenario["baskets"].items()}


def create_panels(
    caption: Caption,
    title: str,
    height: float,
    left: float,
    legend: int,
    columns: int,
    head: float = 0.0,
    rows: int = 1,
    **shared: Any,
) -> tuple[Figure, list[Any]]:
    """Create a captioned figure with panels side by side, in rows.

    Parameters
    ----------
    caption : Caption
        Origin of the figure.
    title : str
        Title of the figure.
    height, left : float
        Height of a row of panels and room on its left, in inches.
    legend : int
        Rows to leave free for the legend below.
    columns : int
        Number of panels in a row.
    head : float
        Inches above the panels for their titles.
    rows : int
        Number of rows.
    **shared
        Options of `Figure.subplots`.

    Returns
    -------
    tuple of Figure and list of Axes
    """
    gap = head + 0.3
    figure, axes = create_figure(caption, title, rows * height + (rows - 1) * gap + head, left, legend)
    axes.remove()
    figure.subplots_adjust(top=figure.subplotpars.top - head / figure.get_figheight())
    spaces = {"wspace": 0.16, "hspace": gap / height}
    return figure, list(figure.subplots(rows, columns, squeeze=False, gridspec_kw=spaces, **shared).flat)


_WIDEST = 3.6
"""Inches that labels to the left of the axes may take; longer ones are broken."""


def measure_width(text: str, size: float = 9) -> float:
    """Measure the widest line of a text in inches; `size` is that of the letters in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path  # outlines of the letters, as `TextPath` makes them, are not needed

    font = FontProperties(size=size)
    lines = (line or " " for line in text.split("\n"))
    return max(text_to_path.get_text_width_height_descent(line, font, False)[0] / 72 for line in lines)


def measure_margin(names: Iterable[str], most: float = _WIDEST) -> float:
    """Measure the inches that labels take to the left of the axes, at most `most`."""
    return min(max((measure_width(name) for name in names if name.strip()), default=0.5) + 0.22, most)


def wrap_names(names: Iterable[str], most: float = _WIDEST) -> list[str]:
    """Break names that take more than `most` inches into lines: after a blank or a mark, as in a path."""
    return ["\n".join(_lines(name, most - 0.22)) for name in names]


def _lines(name: str, most: float) -> list[str]:
    """Break one name into lines."""
    lines = [""]
    for piece in re.findall(r"[^ ,.:=/]*[ ,.:=/]|[^ ,.:=/]+$", name):
        if lines[-1] and measure_width(lines[-1] + piece) > most:
            lines.append(piece)
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def compute_pitch(names: Iterable[str], least: float) -> float:
    """Compute the inches from row to row that leave room for the lines of every name, at least `least`."""
    return max([least, *(0.06 + 0.15 * (name.count("\n") + 1) for name in names if "\n" in name)])


def clip_text(text: str, most: float, size: float) -> str:
    """Clip the end of a text that takes more than `most` inches."""
    if measure_width(text, size) <= most:
        return text
    while len(text) > 1 and measure_width(text + "…", size) > most:
        text = text[:-1]
    return text + "…"


def align_outer_labels(axis: Any) -> None:
    """Align the outermost labels of a panel's lower axis inwards, so that neighbours' labels do not touch."""
    labels = axis.get_xticklabels()
    if len(labels) > 1:
        labels[0].set_ha("left")
        labels[-1].set_ha("right")


def save_figures(figures: Mapping[str, Figure], folder: Path, fingerprint: str) -> list[Path]:
    """Write figures as PNG and SVG; each file names the result it was drawn from.

    Parameters
    ----------
    figures : mapping of str to Figure
        Figures by name.
    folder : Path
        Created if need be.
    fingerprint : str
        Hash of the result.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ParleyError
        A file cannot be written.
    """
    about = f"parley {__version__}, result {fingerprint}. {CAUTION}"
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            for kind in ("png", "svg"):
                creator = (
                    {"Software": f"parley {__version__}"}
                    if kind == "png"
                    else {"Creator": f"parley {__version__}", "Date": None}
                )
                written.append(folder / f"{name}.{kind}")
                with rc_context(STYLE):
                    figure.savefig(written[-1], dpi=DPI, metadata={**creator, "Description": about})
    except OSError as error:
        raise ParleyError(f"cannot write figures to {folder}: {error.strerror}") from None
    return written


def get_title(results: Results, factor: str) -> str:
    """Return the title of a factor, or its name."""
    factors = results.manifest["asked"]["experiment"]["factors"]
    return str(factors.get(factor, {}).get("title") or factor)


def label_rows(results: Results, by: Sequence[str] | None = None) -> tuple[dict[int, str], str]:
    """Label points by the values of factors that all have titles, which are returned too; else by names and values.

    Numbers of several factors look alike, so each has the name of its factor before it: `time 90, trust 1`.

    Parameters
    ----------
    results : Results
        A finished sweep.
    by : sequence of str, optional
        Factors that label the points; all by default.

    Returns
    -------
    labels : dict of int to str
        Label by number of the point.
    titles : str
        What the labels are values of, for a line below the figure; empty where they say it themselves.
    """
    names = list(by or results.factors)
    titles = {name: get_title(results, name) for name in names}
    if not names or any(title == name for name, title in titles.items()):
        return label_points(results, by), ""
    rows = results.points.to_dict("records")
    numeric = {name for name in names if len(names) > 1 and any(isinstance(row[name], int | float) for row in rows)}
    labels = {int(row["point"]): ", ".join(_label_value(name, row[name], numeric) for name in names) for row in rows}
    heads = [
        f"{_space(name)} ({title})" if name in numeric and title.lower() != _space(name).lower() else title
        for name, title in titles.items()
    ]
    return labels, f"Points by: {' × '.join(heads)}"


def _label_value(name: str, value: Any, numeric: Collection[str]) -> str:
    """Label a value of a factor, with the name of the factor before a number where the factor is one of `numeric`."""
    text = format_value(value)
    return f"{_space(name)} {text}" if name in numeric and isinstance(value, int | float) else text


def _space(name: str) -> str:
    """Return a name with spaces for underscores."""
    return name.replace("_", " ")


def write_foot(figure: Figure, text: str, titles: str) -> None:
    """Write the label of the axes of all panels, and below it what the labels of points are values of."""
    height = figure.get_figheight()
    figure.text(0.5, (0.5 if titles else 0.3) / height, text, ha="center", fontsize=9)
    if titles:
        figure.text(0.5, 0.3 / height, clip_text(titles, 6.4, 8), ha="center", fontsize=8)


def select_rows(results: Results, measure: str, level: str = "", kind: str | None = None) -> pd.DataFrame:
    """Select one measure from the table of summaries.

    Parameters
    ----------
    results : Results
        A finished sweep.
    measure, level : str
        Measure and level.
    kind : str, optional
        `share` or `mean`, where a measure has both.

    Returns
    -------
    pd.DataFrame
        One row a point, with the values of its factors.

    Raises
    ------
    ParleyError
        The sweep has no such measure.
    """
    summary = results.summary
    rows = summary[(summary["measure"] == measure) & (summary["level"] == level)]
    if kind:
        rows = rows[rows["kind"] == kind]
    if rows.empty:
        raise ParleyError(f"no measure `{measure}{'=' + level if level else ''}` in this sweep")
    return rows.merge(results.points, on="point", suffixes=("", "_point"))
