"""What the experiments' figures share: captions, panels side by side, files with the manifest's hash inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from experiments.results import Results
from sim.core.errors import ParleyError
from sim.core.version import __version__
from sim.figures.style import CAUTION, DPI, LINE_STYLES, STYLE, Caption, create_figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Note(Caption):
    """Caption of an experiment's figure; `scale` says how much was run."""

    scale: str = ""

    def subtitle(self) -> str:
        """The line under every title."""
        return f"{self.scale}, seed {self.seed}. {CAUTION}"


def build_note(results: Results) -> Note:
    """The caption of a sweep: its scenario, points and runs, and the hash of its manifest."""
    asked, tables = results.manifest["asked"], results.manifest["tables"]
    runs = tables["runs"] // max(tables["points"], 1)
    scale = f"{runs:,} runs" + (f" at each of {tables['points']:,} points" if tables["points"] > 1 else "")
    title = asked["scenario"]["title"]
    return Note(
        title,
        tables["runs"],
        results.manifest["seed"],
        results.manifest["hash"][:12],
        _baskets(asked["scenario"]),
        scale,
    )


def _baskets(scenario: Mapping[str, Any]) -> dict[str, str]:
    return {name: basket["title"] for name, basket in scenario["baskets"].items()}


def create_panels(
    caption: Caption,
    title: str,
    height: float,
    left: float,
    legend: int,
    columns: int,
    head: float = 0.0,
    **shared: Any,
) -> tuple[Figure, list[Any]]:
    """A figure with `columns` panels side by side; `head` inches above them for their titles."""
    figure, axes = create_figure(caption, title, height + head, left, legend)
    axes.remove()
    figure.subplots_adjust(top=figure.subplotpars.top - head / figure.get_figheight())
    return figure, list(figure.subplots(1, columns, squeeze=False, gridspec_kw={"wspace": 0.16}, **shared)[0])


_WIDEST = 3.6
"""Inches that labels to the left of the axes may take; longer ones are broken."""


def measure_width(text: str, size: float = 9) -> float:
    """Inches that the widest line of a text takes."""
    from matplotlib.textpath import TextPath

    return max(TextPath((0, 0), line or " ", size=size).get_extents().width / 72 for line in text.split("\n"))


def measure_margin(names: Iterable[str], most: float = _WIDEST) -> float:
    """Inches that labels take to the left of the axes."""
    return min(max((measure_width(name) for name in names if name.strip()), default=0.5) + 0.22, most)


def wrap_names(names: Iterable[str], most: float = _WIDEST) -> list[str]:
    """Names with line breaks where they would take more than `most` inches: after a blank or a mark, as in a path."""
    return ["\n".join(_lines(name, most - 0.22)) for name in names]


def _lines(name: str, most: float) -> list[str]:
    lines = [""]
    for piece in re.findall(r"[^ ,.:=/]*[ ,.:=/]|[^ ,.:=/]+$", name):
        if lines[-1] and measure_width(lines[-1] + piece) > most:
            lines.append(piece)
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def compute_pitch(names: Iterable[str], least: float) -> float:
    """Inches from row to row that leave room for the lines of every name."""
    return max([least, *(0.06 + 0.15 * (name.count("\n") + 1) for name in names if "\n" in name)])


def clip_text(text: str, most: float, size: float) -> str:
    """A text that takes at most so many inches, its end left out where it is longer."""
    if measure_width(text, size) <= most:
        return text
    while len(text) > 1 and measure_width(text + "…", size) > most:
        text = text[:-1]
    return text + "…"


def align_outer_labels(axis: Any) -> None:
    """Set the outermost labels of a panel's lower axis inside it, so that neighbours' labels do not touch."""
    labels = axis.get_xticklabels()
    if len(labels) > 1:
        labels[0].set_ha("left")
        labels[-1].set_ha("right")


def save_figures(figures: Mapping[str, Figure], folder: Path, fingerprint: str) -> list[Path]:
    """Write figures as PNG and SVG; each file names the result it was drawn from. Raises ParleyError."""
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
    """A factor's title, or its name."""
    factors = results.manifest["asked"]["experiment"]["factors"]
    return str(factors.get(factor, {}).get("title") or factor)


def select_rows(results: Results, measure: str, level: str = "", kind: str | None = None) -> pd.DataFrame:
    """The rows of the summary that hold one measure, by point, with the points' factors."""
    summary = results.summary
    chosen = summary[(summary["measure"] == measure) & (summary["level"] == level)]
    if kind:
        chosen = chosen[chosen["kind"] == kind]
    if chosen.empty:
        raise ParleyError(f"no measure `{measure}{'=' + level if level else ''}` in this sweep")
    return chosen.merge(results.points, on="point", suffixes=("", "_point"))


def get_line_style(n: int) -> tuple[str, str]:
    """Colour and dashes of the n-th line."""
    return LINE_STYLES[n % len(LINE_STYLES)]
