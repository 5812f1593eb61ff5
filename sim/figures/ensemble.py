"""All figures of an ensemble, drawn from its summary and saved as files; no simulation is run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from sim.figures.blocking import draw_blocking
from sim.figures.convergence import draw_convergence
from sim.figures.days import draw_days
from sim.figures.distance import draw_closed
from sim.figures.outcomes import draw_outcomes
from sim.figures.style import CAUTION, DPI, PNG_LEVEL, STYLE, Caption
from sim.figures.terms import draw_terms
from sim.tables.summary import Summary
from sim.tables.trajectory import Trajectory

FIGURES: dict[str, Callable[[Summary, Caption], Figure]] = {
    "outcomes": draw_outcomes,
    "days": draw_days,
    "blocking": draw_blocking,
    "terms": draw_terms,
}
"""Figures drawn from a summary."""

TRAJECTORY_FIGURES: dict[str, Callable[[Trajectory, Caption], Figure]] = {
    "convergence": draw_convergence,
    "closed": draw_closed,
}
"""Figures drawn from a trajectory."""

_WRITER: dict[str, dict[str, Any]] = {"png": {"pil_kwargs": {"compress_level": PNG_LEVEL}}}
"""What Matplotlib passes on to the writer of a format."""


SHARES = (frozenset({"terms", "outcomes"}), frozenset({"days", "blocking"}))
"""Two halves of the work on the figures of a summary, for two processors."""


def draw_figures(
    summary: Summary | None,
    manifest: Mapping[str, Any],
    trajectory: Trajectory | None = None,
    names: Collection[str] = tuple(FIGURES),
) -> dict[str, Figure]:
    """Draw all figures of an ensemble.

    Parameters
    ----------
    summary : Summary, optional
        Counts of the ensemble; without it, only figures over time are drawn.
    manifest : mapping
        Its manifest; the captions come from it.
    trajectory : Trajectory, optional
        How it converges; without it, figures over time are left out.
    names : collection of str
        Which of `FIGURES` to draw.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        The figures by name, as in `FIGURES` and `TRAJECTORY_FIGURES`.
    """
    caption = Caption.from_manifest(manifest)
    with rc_context(STYLE):
        figures = {}
        if summary is not None:
            figures = {name: draw(summary, caption) for name, draw in FIGURES.items() if name in names}
        if trajectory is not None:
            sample = replace(caption, n=trajectory.runs, of=caption.n)
            figures |= {name: draw(trajectory, sample) for name, draw in TRAJECTORY_FIGURES.items()}
    return figures


def save_figures(
    summary: Summary | None,
    manifest: Mapping[str, Any],
    folder: Path,
    formats: Sequence[str] = ("png", "svg"),
    trajectory: Trajectory | None = None,
    names: Collection[str] = tuple(FIGURES),
) -> list[Path]:
    """Write every figure in every format, with the fingerprint of the result inside.

    Parameters
    ----------
    summary : Summary, optional
        Counts of the ensemble; without it, only figures over time are drawn.
    manifest : mapping
        Its manifest.
    folder : Path
        An existing folder.
    formats : sequence of str
        Suffixes that Matplotlib knows.
    trajectory : Trajectory, optional
        How it converges; without it, figures over time are left out.
    names : collection of str
        Which of `FIGURES` to draw.

    Returns
    -------
    list of Path
        The files.
    """
    paths = []
    for name, figure in draw_figures(summary, manifest, trajectory, names).items():
        for suffix in formats:
            path = folder / f"{name}.{suffix}"
            with rc_context(STYLE):
                figure.savefig(path, dpi=DPI, metadata=_metadata(suffix, manifest), **_WRITER.get(suffix, {}))
            paths.append(path)
    return paths


def warm_up() -> None:
    """Load fonts and the writer of PNG files, which Matplotlib loads with the first figure that is saved."""
    figure = Figure(figsize=(1, 1))
    with rc_context(STYLE):
        figure.subplots().set_title("0", fontweight="bold")
        figure.savefig(BytesIO(), dpi=DPI)


def _metadata(suffix: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Program, result and caution for the file itself; no time, so that equal figures are equal files."""
    about = f"parley {manifest['parley']}, result {manifest['fingerprint']}. {CAUTION}"
    if suffix == "png":
        return {"Software": f"parley {manifest['parley']}", "Description": about}
    return {"Creator": f"parley {manifest['parley']}", "Description": about, "Date": None} if suffix == "svg" else {}
