"""One HTML document with everything inside, made from a folder of results: it opens offline, prints, and runs nothing.

The templates stand in `sim/report/templates`; this module collects what they show.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from calibration.posterior import describe_posterior
from sim.core.atomic import check_suffix, report_write_errors, write_file
from sim.core.counts import format_count
from sim.core.errors import ParleyError
from sim.report.analysis import describe_analysis
from sim.report.calibration import describe_calibration, read_fit_report
from sim.report.comparison import describe_comparison
from sim.report.ensemble import describe_run
from sim.report.sections import (
    Figure,
    Section,
    list_assumptions,
    list_provenance,
    list_sources,
    load_figures,
    name_scenario,
)
from sim.report.sweep import describe_sweep
from sim.results.reader import check_files, read_manifest

READING = (
    "Results are conditional on the assumptions of the scenario. They are not a forecast, and they say nothing about "
    "the likelihood of any event in the world.",
    "A 95% interval covers the chance of drawing these runs and not others. It does not cover whether the assumptions "
    "or the rules are right; more runs make it narrower, not truer.",
    "Numbers marked `assumed` are drawn anew from their range in every run: the spread of results mixes uncertainty "
    "about the numbers with chance.",
    "Differences between scenarios are paired: run k of each has the same draws. They show what a change does within "
    "the model.",
)

_HEAD = 1 << 17
"""Bytes of a report in which its style sheet and its first sentences lie."""

_TITLES = {
    "run": "One scenario, many runs",
    "sweep": "A sweep over many settings",
    "comparison": "Scenarios compared on the same draws",
    "calibration": "A fit to the record, and its checks",
    "analysis": "What theory says of one scenario, without runs",
}

_SECTIONS: dict[str, Callable[[Path, dict[str, Any]], Iterator[Section]]] = {
    "run": describe_run,
    "sweep": describe_sweep,
    "comparison": describe_comparison,
    "calibration": describe_calibration,
    "analysis": describe_analysis,
}


def write_report(folder: str | Path, out: str | Path, force: bool = False) -> None:
    """Write the report of a folder of results.

    Parameters
    ----------
    folder
        What run, compare, sweep, calibrate or analyse wrote.
    out
        The HTML file, NAME.html or NAME.htm; missing folders on the way to it are made.
    force
        Whether to replace an earlier report.

    Raises
    ------
    ParleyError
        If the folder holds no results, the name says another kind of file, the file is not a report, or it cannot be
        written; an existing file stays as it was.
    """
    target = Path(out)
    check_suffix(target, ".html", ".htm")
    with report_write_errors(target):
        _check_target(target, force)
    text = render_report(Path(folder))
    with report_write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, text)


def _check_target(target: Path, force: bool) -> None:
    """Refuse to replace a report without `force`, and anything else at all. Raises ParleyError."""
    if not target.exists():
        return
    if not _is_report(target):
        raise ParleyError(f"`{target}` is not a report of parley and is left as it is; give another name")
    if not force:
        raise ParleyError(f"`{target}` already exists; --force replaces it, or give another name")


def _is_report(path: Path) -> bool:
    """Return whether a file begins as a report does: the first sentence of `READING` stands below the title."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", errors="replace")
    return head.startswith("<!DOCTYPE html>") and f'<p class="caution">{READING[0].partition(".")[0]}.' in head


def render_report(folder: Path) -> str:
    """Render the report of a folder of results as the text of an HTML document. Raises ParleyError."""
    manifest = (read_manifest(folder) if folder.is_dir() else None) or {}
    kind = detect_kind(folder, manifest)
    check_files(folder, manifest)
    figures, sections = list(load_figures(folder)), list(_SECTIONS[kind](folder, manifest))
    assumptions, sources = list_assumptions(manifest), list_sources(manifest)
    return _environment().get_template("report.html").render(
        title=_fit_title(folder) if kind == "calibration" else choose_title(kind, manifest),
        kind=_TITLES[kind],
        facts=_describe_facts(manifest),
        reading=READING,
        contents=list_contents(figures, sections, bool(assumptions), bool(sources), bool(manifest)),
        figures=figures,
        sections=sections,
        assumptions=assumptions,
        sources=sources,
        provenance=list_provenance(manifest),
        manifest=json.dumps(manifest, ensure_ascii=False, indent=1) if manifest else "",
    )  # fmt: skip


def list_contents(
    figures: list[Figure], sections: list[Section], assumptions: bool, sources: bool, manifest: bool
) -> list[tuple[str, str]]:
    """List anchor and heading of everything that the report has, in its order."""
    later = [section for section in sections if not section.first]
    entries = [
        ("figures", "Figures" if len(figures) > 1 else ""),
        *((f"section-{n}", section.heading) for n, section in enumerate(later, 1)),
        ("reading", "How to read this"),
        ("assumptions", "What is assumed" if assumptions else ""),
        ("sources", "Sources" if sources else ""),
        ("reproduction", "How to reproduce this" if manifest else ""),
    ]
    return [(name, heading) for name, heading in entries if heading]


def _environment() -> Environment:
    """Templates that escape every value and refuse a name they are not passed."""
    return Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def detect_kind(folder: Path, manifest: dict[str, Any]) -> str:
    """Tell which kind of results a folder holds: run, sweep, comparison, calibration or analysis.

    Raises
    ------
    ParleyError
        If it is not a folder, or not a folder of results.
    """
    if not folder.is_dir():
        raise ParleyError(f"`{folder}` is not a folder")
    if manifest.get("kind") in _TITLES:
        return str(manifest["kind"])
    for name, kind in (("differences.csv", "comparison"), ("checks.json", "calibration")):
        if (folder / name).is_file():
            return kind
    raise ParleyError(f"`{folder}` holds no results of run, compare, sweep, calibrate or analyse")


def choose_title(kind: str, manifest: dict[str, Any]) -> str:
    """Choose the title of a report: that of the scenario or the experiment, else that of the kind."""
    scenario = manifest.get("scenario")
    title = scenario["title"] if isinstance(scenario, dict) else manifest.get("title")
    return str(title or _TITLES[kind])


def _fit_title(folder: Path) -> str:
    """The first line of a fit's `report.md`."""
    return read_fit_report(folder)[0].removeprefix("# ")


def _describe_facts(manifest: dict[str, Any]) -> str:
    """Size, question, seed and changes in one line."""
    facts = [_describe_design(manifest)] if manifest.get("kind") == "sweep" else []
    of = " of the assumed ranges" if manifest.get("kind") == "analysis" else ""
    size = f"{format_count(manifest['n'], 'draw' if of else 'run')}{of}" if "n" in manifest else ""
    facts += [size, manifest.get("question") or ""]
    facts += [f"seed {manifest['seed']}" if "seed" in manifest else ""]
    changes = manifest["scenario"].get("changes", {}) if isinstance(manifest.get("scenario"), dict) else {}
    facts += [describe_posterior(manifest["posterior"])] if manifest.get("posterior") else []
    facts += [name_scenario(entry) for entry in manifest.get("scenarios", [])]
    facts += [f"changed: {path} = {value}" for path, value in changes.items()]
    return "; ".join(fact for fact in facts if fact)


def _describe_design(manifest: dict[str, Any]) -> str:
    """Scenario, points and runs of a sweep."""
    tables = manifest["tables"]
    points, runs = format_count(tables["points"], "point"), format_count(tables["runs"], "run")
    return f"{manifest['asked']['scenario']['title']}; {points}, {runs}"
