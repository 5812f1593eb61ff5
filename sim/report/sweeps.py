"""What a sweep has of its own in a report: every point with its name, and the points that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError
from sim.report.parts import table

if TYPE_CHECKING:
    from experiments.results import Results

MOST_POINTS = 200
MOST_FACTORS = 6
"""More points make no table to read, and more factors no name to read."""

Cell = dict[str, Any]
Cells = dict[tuple[int, str, str], Cell]


def sweep(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Outcomes, settlements and the main means of every point of a sweep, and what became of the points that failed."""
    from experiments.results import load

    results = load(folder)
    try:
        points, rows = results.points.to_dict("records"), results.summary.to_dict("records")
    except (OSError, ValueError) as error:  # Arrow's complaint of a damaged file is a ValueError
        raise ParleyError(f"the tables of `{folder}` cannot be read: {error}") from None
    cells = {(int(row["point"]), row["measure"], row["level"]): row for row in rows}
    named, head = _labels(results), _head(results)
    failed = {int(point["point"]): point["error"] for point in points if isinstance(point["error"], str)}
    with_runs = {point for point, _, _ in cells}
    whole = [point for point in named if point in with_runs]
    yield "<h2>In numbers</h2>"
    yield from _remarks(results, len(whole), len(failed))
    shown, names = whole[:MOST_POINTS], list(dict.fromkeys(key[1:] for key in cells))
    for caption, columns, cell in _tables(cells, names, _titles(manifest)):
        lines = [(named[point], *(cell(cells.get((point, *key))) for key, _ in columns)) for point in shown]
        yield table(caption, (head, *(title for _, title in columns)), lines)
    if failed:
        lines = [(named[point], error) for point, error in list(failed.items())[:MOST_POINTS]]
        yield table("Points that failed", (head, "Why"), lines, text=True)


def _labels(results: Results) -> dict[int, str]:
    from experiments.results import labels

    if len(results.factors) > MOST_FACTORS:
        return {int(point): str(point) for point in results.points["point"]}
    return labels(results)


def _head(results: Results) -> str:
    """The factors whose values name the points; of variants, and of many factors, there are none."""
    return ", ".join(results.factors) if 0 < len(results.factors) <= MOST_FACTORS else "Point"


def _titles(manifest: dict[str, Any]) -> dict[str, str]:
    baskets = manifest.get("asked", {}).get("scenario", {}).get("baskets", {})
    return {name: basket.get("title", name) for name, basket in baskets.items()}


def _remarks(results: Results, whole: int, failed: int) -> Iterator[str]:
    """What the tables below leave out, and why."""
    said = []
    if not whole:
        said.append("No point has a result: all failed." if failed else "No point has a result.")
    elif whole > MOST_POINTS:
        said.append(f"The first {MOST_POINTS} of {whole:,} points; summary.parquet holds them all.")
    if failed and whole:
        said.append(f"{failed:,} of {len(results.points):,} points failed, wholly or in part; they are listed below.")
    if len(results.factors) > MOST_FACTORS:
        said.append(
            f"Points have their numbers here; points.parquet holds the values of {len(results.factors)} factors."
        )
    kept = results.summary["measure"]
    if whole and not kept.isin(("outcome", "rounds_held", "days")).any() and not kept.str.startswith("settled_").any():
        said.append("The experiment keeps neither outcomes nor settlements; summary.parquet holds what it keeps.")
    if said:
        yield f"<p>{escape(' '.join(said))}</p>"


Columns = list[tuple[tuple[str, str], str]]


def _tables(
    cells: Cells, names: Sequence[tuple[str, str]], titles: dict[str, str]
) -> Iterator[tuple[str, Columns, Callable[[Cell | None], str]]]:
    """Caption, columns (measure and level, heading) and the text of a cell for each table that has something."""
    from sim.rules.outcome import CODES

    came = {key[2] for key, cell in cells.items() if key[1] == "outcome" and cell["mean"] > 0}
    codes: Columns = [(("outcome", code), code) for code in CODES if code in came]
    settled: Columns = [
        ((name, level), titles.get(name.removeprefix("settled_"), name.removeprefix("settled_").replace("_", " ")))
        for name, level in names
        if name.startswith("settled_")
    ]
    means: Columns = [((name, ""), name.replace("_", " ")) for name in ("rounds_held", "days") if (name, "") in names]
    share = "share of runs (95% interval)"
    yield from (
        (caption, columns, cell)
        for caption, columns, cell in (
            (f"Outcome standing at the end: {share}", codes, _share),
            (f"Settled at the end: {share}", settled, _share),
            ("Means over runs (95% interval)", means, _mean),
        )
        if columns
    )


def _share(cell: Cell | None) -> str:
    return f"{cell['mean']:.1%} ({100 * cell['low']:.1f} to {100 * cell['high']:.1f})" if cell else "–"


def _mean(cell: Cell | None) -> str:
    return f"{cell['mean']:.4g} ({cell['low']:.4g} to {cell['high']:.4g})" if cell else "–"
