"""A comparison on disk: the table of differences, its figure, and the manifest that says what they rest on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figure_layout import Note, clipped, save
from experiments.forest_plots import forest
from sim.core.atomic import MANIFEST, Folder, writing
from sim.results.manifest import manifest

if TYPE_CHECKING:
    from experiments.compare import Comparison
    from sim.results.plan import Plan

KIND = "comparison"
_COMMON = ("format", "parley", "seed", "n", "engine", "assumptions", "fates", "environment", "created")
"""What all scenarios of a comparison share, for they are run on the same draws."""


def about(labels: list[str], jobs: list[Plan]) -> dict[str, Any]:
    """The manifest of a comparison: what its ensembles share, then each scenario as in the manifest of a run."""
    each = [manifest(job) for job in jobs]
    digest = hashlib.blake2b(digest_size=6)
    for label, one in zip(labels, each, strict=True):
        digest.update(f"{label}|{one['fingerprint']}|".encode())
    return {
        "kind": KIND,
        "title": f"{each[0]['scenario']['title']}: what changes with what is changed",
        "fingerprint": digest.hexdigest(),
        **{key: each[0][key] for key in _COMMON},
        "scenarios": [
            {"label": label, "fingerprint": one["fingerprint"], **one["scenario"]}
            for label, one in zip(labels, each, strict=True)
        ],
        "citations": list({entry["id"]: entry for one in each for entry in one["citations"]}.values()),
    }


def _held(labels: list[str]) -> str:
    """The line of the figure that says what is held against what; rows name the others where there are several."""
    if len(labels) > 2:
        return f"Held against {clipped(labels[0], 5.5, 8.5)}"
    first, second = (clipped(label, most, 8.5) for label, most in zip(labels, (2.2, 3.2), strict=True))
    return f"{second} held against {first}"


def write(found: Comparison, out: Folder) -> None:
    """Table as CSV, forest of outcome shares as PNG and SVG, and the manifest. Raises ParleyError."""
    note_of = about(found.labels, found.jobs)
    held = _held(found.labels)
    mark = note_of["fingerprint"]
    note = Note(held, found.n, found.seed, mark, {}, f"{found.n:,} paired runs")
    with writing(out.folder):
        found.frame.to_csv(out.path("differences.csv"), index=False, lineterminator="\n")
        drawn = save({"differences": forest(found.frame, note, "Difference of outcome shares")}, out.stage, mark)
        note_of["files"] = sorted([MANIFEST, "differences.csv", *(Path(path).name for path in drawn)])
        text = json.dumps(note_of, ensure_ascii=False, indent=1, allow_nan=False)
        out.path(MANIFEST).write_text(text + "\n", encoding="utf-8")
