"""Parts that every report has: figures, tables, assumptions, sources, what it takes to repeat the result."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

ABOUT = {
    "outcomes": "Share of runs by outcome standing at the end",
    "days": "Share of runs in which each basket had been agreed on by a day",
    "gap": "Gap between positions by number of the round held",
    "blocking": "What was settled in each basket, and what stood in the way",
    "differences": "Differences of outcome shares with intervals",
    "indices": "What the answer hangs on: index of every factor with its interval",
    "split": "Variance between runs: assumption, chance, and both together",
    "box": "Conditions under which the measure is above the limit",
}
"""What is said of a figure to those who do not see it."""


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], text: bool = False) -> str:
    """A table; `text` sets every column to the left."""
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>\n" for row in rows)
    kind = ' class="text"' if text else ""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table{kind}>{title}<thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def figures(folder: Path) -> Iterator[str]:
    """Every figure of the folder, and of `figures` in it, as an image inside the document, SVG where there is one."""
    places = [folder / "figures", folder]
    found = {p.stem: p for suffix in ("png", "svg") for place in places for p in sorted(place.glob(f"*.{suffix}"))}
    for path in [found[name] for name in sorted(found, key=lambda n: ([*ABOUT, n].index(n), n))]:
        name = path.stem
        kind = {".svg": "svg+xml", ".png": "png"}[path.suffix]
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        about = escape(ABOUT.get(name, name.replace("_", " ").replace("-", " ")), quote=True)
        yield f'<figure><img alt="{about}" src="data:image/{kind};base64,{data}"></figure>'


def assumptions(manifest: dict[str, Any]) -> Iterator[str]:
    """Every assumed range with its reason; which numbers a posterior gave instead."""
    scenario, fitted = manifest.get("scenario"), set((manifest.get("posterior") or {}).get("paths", ()))
    one = [scenario] if isinstance(scenario, dict) else []
    given = [(entry, list(_assumed(entry["resolved"], ()))) for entry in manifest.get("scenarios", one)]
    if any(rows for _, rows in given):
        yield "<h2>What is assumed</h2>"
    for entry, rows in given:
        if rows:
            where = f"{entry['label']}: " if "label" in entry else ""
            yield f"<details open><summary>{escape(where)}{len(rows)} numbers are drawn from an assumed range</summary>"
            marked = [
                (p, r, f"drawn from the posterior; before the fit: {why}" if p in fitted else why) for p, r, why in rows
            ]
            yield table("", ("Number", "Range", "Why"), marked, text=True) + "</details>"


def _assumed(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    if not isinstance(node, dict):
        return
    if "assumed" in node and isinstance(node["assumed"], list):
        ends = node["assumed"]
        peak = f", peak {ends[1]:g}" if len(ends) == 3 else ""
        yield ".".join(path), f"{ends[0]:g} to {ends[-1]:g}{peak}", node.get("why", "")
        return
    for key, below in node.items():
        yield from _assumed(below, (*path, str(key)))


def cited(manifest: dict[str, Any]) -> Iterator[str]:
    """Documents and papers the numbers rest on."""
    found = manifest.get("citations") or []
    if found:
        yield "<h2>Sources</h2><ul>"
        for entry in found:
            used = f" Cited for: {entry['cited_for']}" if entry.get("cited_for") else ""
            yield f"<li>{escape(entry['citation'])}{escape(used)}</li>"
        yield "</ul>"


def rests_on(manifest: dict[str, Any]) -> Iterator[str]:
    """Version, seed, hashes and machine, and the whole manifest for those who want to repeat the result."""
    if not manifest:
        return
    yield "<h2>What it takes to repeat this</h2>"
    plain = {key: value for key, value in manifest.items() if isinstance(value, str | int | float)}
    environment = manifest.get("environment", {})
    plain |= {key: environment[key] for key in ("python", "platform", "processor") if key in environment}
    yield table("", ("What", "Value"), [(key.replace("_", " "), value) for key, value in plain.items()], text=True)
    whole = escape(json.dumps(manifest, ensure_ascii=False, indent=1))
    yield f'<details class="screen"><summary>The whole manifest</summary><pre>{whole}</pre></details>'
