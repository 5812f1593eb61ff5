"""Parts that every report has: figures, assumed ranges, sources, and the facts needed to reproduce the result."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError
from sim.results.reader import read_bytes

MOST_FIGURES = 100
MOST_IMAGE = 8 * 2**20
"""Bytes of the largest figure that goes into a report."""

DESCRIPTIONS = {
    "convergence": "Offers, reservation values, zones of agreement and settlements over time, issue by issue",
    "closed": "Share of the distance between the first demands that is closed, over time",
    "terms": "Terms agreed on each issue, against the labels of its scale",
    "outcomes": "Share of runs by outcome at the end",
    "days": "Share of runs with a first agreement on each basket, by day",
    "blocking": "What was settled in each basket, and what stood in the way",
    "effects": "Differences of the share of the distance closed with intervals, by day",
    "differences": "Differences of outcome shares with intervals",
    "indices": "Sensitivity index of every factor with its interval",
    "split": "Variance between runs: share of assumptions, share of chance, and both together",
    "zone": "Range of each party on every issue, and the textbook solutions",
    "box": "Conditions under which the measure exceeds the limit",
}
"""Text alternative of each figure by file name, in the order of the report; other figures follow by name."""


_WIDE = ("convergence", "terms")


@dataclass(frozen=True)
class Table:
    """A table; `text` aligns every column to the left, `labels` the first two, otherwise only the first one is."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    text: bool = False
    labels: bool = False


@dataclass
class Section:
    """Paragraphs and tables under one heading; an empty heading prints none.

    Of a section that comes first, paragraphs stand above the first figure and tables below it.
    """

    heading: str
    blocks: list[str | Table] = field(default_factory=list)
    first: bool = False


@dataclass(frozen=True)
class Figure:
    """An image as base64 data with its media type and text alternative; a wide one scrolls on a narrow screen."""

    description: str
    media_type: str
    data: str
    wide: bool = False


def load_figures(folder: Path) -> Iterator[Figure]:
    """Read every image of a folder and of `figures` in it; an SVG file replaces a PNG file of the same name.

    Raises
    ------
    ParleyError
        If an image is a link or no regular file, or there are too many or too large ones.
    """
    places = [place for place in (folder / "figures", folder) if not place.is_symlink() or place == folder]
    files = {p.stem: p for suffix in ("png", "svg") for place in places for p in sorted(place.glob(f"*.{suffix}"))}
    if len(files) > MOST_FIGURES:
        raise ParleyError(f"{folder} holds {len(files):,} figures; at most {MOST_FIGURES} go into a report")
    for name in sorted(files, key=lambda n: ([*DESCRIPTIONS, n].index(n), n)):
        media_type = {".svg": "image/svg+xml", ".png": "image/png"}[files[name].suffix]
        description = DESCRIPTIONS.get(name) or _describe_figure(name)
        data = base64.b64encode(read_bytes(files[name], MOST_IMAGE)).decode("ascii")
        yield Figure(description, media_type, data, name in _WIDE)


def _describe_figure(name: str) -> str:
    """Text alternative of a figure that belongs to one basket, or has no description."""
    if name.startswith("clauses_"):
        return f"Share of draws in which each party could live with each option: {name.removeprefix('clauses_')}"
    return name.replace("_", " ").replace("-", " ")


def list_assumptions(manifest: dict[str, Any]) -> list[tuple[str, Table]]:
    """List the assumed ranges of each scenario with their reasons.

    Numbers that a posterior replaced are marked.

    Returns
    -------
    list of (str, Table)
        A summary line and the table of ranges, one pair a scenario that assumes anything.
    """
    scenario, fitted = manifest.get("scenario"), set((manifest.get("posterior") or {}).get("paths", ()))
    entries = manifest.get("scenarios", [scenario] if isinstance(scenario, dict) else [])
    groups = []
    for entry in entries:
        rows = [
            (path, ends, f"drawn from the posterior; before the fit: {why}" if path in fitted else why)
            for path, ends, why in _assumed_ranges(entry["resolved"], ())
        ]
        if rows:
            label = f"{entry['label']}: " if "label" in entry else ""
            summary = f"{label}{len(rows)} numbers are drawn from a range"
            groups.append((summary, Table("", ("Number", "Range", "Why"), rows, text=True)))
    return groups


def _assumed_ranges(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Path, range and reason of every assumed number below a node."""
    if not isinstance(node, dict):
        return
    if "assumed" in node and isinstance(node["assumed"], list):
        ends = node["assumed"]
        peak = f", peak {ends[1]:g}" if len(ends) == 3 else ""
        yield ".".join(path), f"{ends[0]:g} to {ends[-1]:g}{peak}", node.get("why", "")
        return
    if "elicited" in node and isinstance(node["elicited"], dict):
        stated = [[*own.values()] if isinstance(own, dict) else own for own in node["elicited"].values()]
        low, high = min(own[0] for own in stated), max(own[-1] for own in stated)
        yield ".".join(path), f"{low:g} to {high:g}, {len(stated)} experts", node.get("why", "")
        return
    for key, below in node.items():
        yield from _assumed_ranges(below, (*path, str(key)))


def list_sources(manifest: dict[str, Any]) -> list[str]:
    """List the documents and papers that the numbers cite."""
    entries = manifest.get("citations") or []
    return [e["citation"] + (f" Cited for: {e['cited_for']}" if e.get("cited_for") else "") for e in entries]


def list_provenance(manifest: dict[str, Any]) -> Table:
    """List version, seed, hashes and machine."""
    facts = {key: value for key, value in manifest.items() if isinstance(value, str | int | float)}
    environment = manifest.get("environment", {})
    facts |= {key: environment[key] for key in ("python", "platform", "processor") if key in environment}
    return Table("", ("What", "Value"), [(key.replace("_", " "), value) for key, value in facts.items()], text=True)
