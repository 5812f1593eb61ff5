"""All figures of an ensemble, drawn from its summary and saved as files; no simulation is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from sim.figures.blocking import draw_blocking
from sim.figures.days import draw_days
from sim.figures.gap import draw_gap
from sim.figures.outcomes import draw_outcomes
from sim.figures.style import CAUTION, DPI, STYLE, Caption
from sim.tables.summary import Summary

FIGURES: dict[str, Callable[[Summary, Caption], Figure]] = {
    "outcomes": draw_outcomes,
    "days": draw_days,
    "gap": draw_gap,
    "blocking": draw_blocking,
}


def draw_figures(summary: Summary, manifest: Mapping[str, Any]) -> dict[str, Figure]:
    """Draw all figures of an ensemble.

    Parameters
    ----------
    summary : Summary
        Counts of the ensemble.
    manifest : mapping
        Its manifest; the captions come from it.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        The figures by name, as in `FIGURES`.
    """
    caption = Caption.from_manifest(manifest)
    with rc_context(STYLE):
        return {name: draw(summary, caption) for name, draw in FIGURES.items()}


def save_figures(
    summary: Summary, manifest: Mapping[str, Any], folder: Path, formats: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Write every figure in every format, with the fingerprint of the result inside.

    Parameters
    ----------
    summary : Summary
        Counts of the ensemble.
    manifest : mapping
        Its manifest.
    folder : Path
        An existing folder.
    formats : sequence of str
        Suffixes that Matplotlib knows.

    Returns
    -------
    list of Path
        The files.
    """
    paths = []
    for name, figure in draw_figures(summary, manifest).items():
        for suffix in formats:
            path = folder / f"{name}.{suffix}"
            with rc_context(STYLE):
                figure.savefig(path, dpi=DPI, metadata=_metadata(suffix, manifest))
            paths.append(path)
    return paths


def _metadata(suffix: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Program, result and caution for the file itself; no time, so that equal figures are equal files."""
    about = f"parley {manifest['parley']}, result {manifest['fingerprint']}. {CAUTION}"
    if suffix == "png":
        return {"Software": f"parley {manifest['parley']}", "Description": about}
    return {"Creator": f"parley {manifest['parley']}", "Description": about, "Date": None} if suffix == "svg" else {}
