"""A comparison on disk: the table of differences, its figure, and the manifest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from experiments.compare import count_changes
from experiments.comparison_plots import draw_effects
from experiments.figure_layout import Note, clip_text, save_figures
from experiments.forest_plots import draw_forest
from sim.core.atomic import OutputFolder, report_write_errors
from sim.results.manifest import describe_software, manifest, write_manifest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.compare import Comparison
    from sim.results.plan import Plan

KIND = "comparison"
_COMMON = ("seed", "n", "engine", "party_class", "party_source", "assumptions", "fates", "environment", "created")
"""What all scenarios of a comparison share, for they are run on the same draws."""


def build_manifest(labels: list[str], plans: list[Plan]) -> dict[str, Any]:
    """Build the manifest of a comparison: what its ensembles share, then each scenario as in the manifest of a run.

    Parameters
    ----------
    labels : list of str
        Labels of the scenarios.
    plans : list of Plan
        Plan of each.
    """
    manifests = [manifest(job) for job in plans]
    digest = hashlib.blake2b(digest_size=6)
    for label, entry in zip(labels, manifests, strict=True):
        digest.update(f"{label}|{entry['fingerprint']}|".encode())
    return {
        "kind": KIND,
        **describe_software(),
        "title": f"{manifests[0]['scenario']['title']}: what changes with what is changed",
        "fingerprint": digest.hexdigest(),
        **{key: manifests[0][key] for key in _COMMON},
        "scenarios": [
            {"label": label, "fingerprint": entry["fingerprint"], **entry["scenario"]}
            for label, entry in zip(labels, manifests, strict=True)
        ],
        "citations": list({entry["id"]: entry for entry in manifests for entry in entry["citations"]}.values()),
    }


def _format_contrast(labels: list[str]) -> str:
    """Format the caption that says what is compared with what; rows name the others where there are several."""
    if len(labels) > 2:
        return f"Compared with {clip_text(labels[0], 5.5, 8.5)}"
    first, second = (clip_text(label, most, 8.5) for label, most in zip(labels, (2.2, 3.2), strict=True))
    return f"{second} compared with {first}"


def _name_scenarios(comparison: Comparison) -> dict[str, str]:
    """Name scenarios by what stands before the colon of their titles, and changes; by labels if two are alike."""
    names = {}
    for label, job in zip(comparison.labels, comparison.plans, strict=True):
        changes = (f"{path} = {value}" for path, value in job.loaded.changes.items())
        names[label] = ", ".join([job.loaded.scenario.title.split(":")[0], *changes])
    return names if len(set(names.values())) == len(names) else {label: label for label in names}


def _rename_contrasts(comparison: Comparison, names: dict[str, str]) -> pd.DataFrame:
    """Return the differences with the names of the scenarios in place of their labels."""
    first = comparison.labels[0]
    contrasts = {f"{label} − {first}": f"{name} − {names[first]}" for label, name in names.items()}
    frame = comparison.frame
    return frame.assign(contrast=[contrasts.get(contrast, contrast) for contrast in frame["contrast"]])


def write_comparison(comparison: Comparison, out: OutputFolder) -> None:
    """Write the table as CSV, figures of outcome shares and of convergence as PNG and SVG, and the manifest.

    Parameters
    ----------
    comparison : Comparison
        What to write.
    out : OutputFolder
        An open folder of kind `KIND`.

    Raises
    ------
    ParleyError
        A file cannot be written.
    """
    record = build_manifest(comparison.labels, comparison.plans)
    names = _name_scenarios(comparison)
    contrast, frame = _format_contrast(list(names.values())), _rename_contrasts(comparison, names)
    mark = record["fingerprint"]
    scale = f"{comparison.n:,} runs each"
    note = Note(contrast, comparison.n, comparison.seed, mark, {}, scale=scale)
    with report_write_errors(out.folder):
        comparison.frame.to_csv(out.path("differences.csv"), index=False, lineterminator="\n")
        figures = {
            "differences": draw_forest(frame, note, "Difference of outcome shares"),
            "effects": draw_effects(frame, note),
        }
        save_figures(figures, out.stage, mark)
        record["changed"] = count_changes(comparison)
        write_manifest(out, record)
