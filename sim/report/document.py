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
from sim.core.atomic import report_write_errors, write_file
from sim.core.errors import ParleyError
from sim.report.analysis import describe_analysis
from sim.report.calibration import describe_calibration, read_fit_report
from sim.report.comparison import describe_comparison, name_scenario
from sim.report.ensemble import describe_run
from sim.report.sections import Section, list_assumptions, list_provenance, list_sources, load_figures
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
        The HTML file; missing folders on the way to it are made.
    force
        Whether to replace a file that exists.

    Raises
    ------
    ParleyError
        If the folder holds no results or the file cannot be written; an existing file stays as it was.
    """
    target = Path(out)
    if target.exists() and not force:
        raise ParleyError(f"`{target}` already exists; --force replaces it, or give another name")
    text = render_report(Path(folder))
    with report_write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, text)


def render_report(folder: Path) -> str:
    """Render the report of a folder of results as the text of an HTML document. Raises ParleyError."""
    manifest = (read_manifest(folder) if folder.is_dir() else None) or {}
    kind = detect_kind(folder, manifest)
    check_files(folder, manifest)
    return _environment().get_template("report.html").render(
        title=_fit_title(folder) if kind == "calibration" else choose_title(kind, manifest),
        kind=_TITLES[kind],
        facts=_describe_facts(manifest),
        reading=READING,
        figures=list(load_figures(folder)),
        sections=list(_SECTIONS[kind](folder, manifest)),
        assumptions=list_assumptions(manifest),
        sources=list_sources(manifest),
        provenance=list_provenance(manifest),
        manifest=json.dumps(manifest, ensure_ascii=False, indent=1) if manifest else "",
    )  # fmt: skip


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
    unit = "draws of the assumed ranges" if manifest.get("kind") == "analysis" else "runs"
    facts += [f"{manifest['n']:,} {unit}" if "n" in manifest else "", manifest.get("question") or ""]
    facts += [f"seed {manifest['seed']}" if "seed" in manifest else ""]
    changes = manifest["scenario"].get("changes", {}) if isinstance(manifest.get("scenario"), dict) else {}
    facts += [describe_posterior(manifest["posterior"])] if manifest.get("posterior") else []
    facts += [name_scenario(entry) for entry in manifest.get("scenarios", [])]
    facts += [f"changed: {path} = {value}" for path, value in changes.items()]
    return "; ".join(fact for fact in facts if fact)


def _describe_design(manifest: dict[str, Any]) -> str:
    """Scenario, points and runs of a sweep."""
    tables = manifest["tables"]
    return f"{manifest['asked']['scenario']['title']}; {tables['points']:,} points, {tables['runs']:,} runs"
