"""A folder of results as one HTML document with everything inside: opens offline, prints well, runs nothing."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from calibration.posterior import told
from sim.core.atomic import read_manifest, write_whole, writing
from sim.core.errors import ParleyError
from sim.report.contrasts import comparison
from sim.report.kinds import calibration, run, told_by_fit
from sim.report.parts import assumptions, cited, figures, rests_on
from sim.report.sweeps import sweep

READING = (
    "Results are conditional on the assumptions of the scenario. They are no forecast, and they say nothing on the "
    "likelihood of anything in the world.",
    "An interval of 95% covers the chance of drawing these runs and not others. It does not cover whether the "
    "assumptions or the rules are right; more runs make it narrower, not truer.",
    "Numbers marked `assumed` are drawn anew from their range in every run: the spread of results mixes what is "
    "not known with what is left to chance.",
    "Differences between scenarios are paired: run k of each has the same draws. They show what a change does within "
    "the model.",
)

_TITLES = {
    "run": "One scenario, many runs",
    "sweep": "A sweep over many settings",
    "comparison": "Scenarios compared on the same draws",
    "calibration": "A fit to the record, and its checks",
}

STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:60rem;
margin:2rem auto;padding:0 1rem}h1{font-size:1.7rem;line-height:1.25}h2{margin-top:2.2rem;font-size:1.25rem}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;width:100%}
.wide{overflow-x:auto}caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{border-bottom:1px solid #ccc;padding:.25rem .6rem;text-align:right;vertical-align:top}
th:first-child,td:first-child,.text th,.text td{text-align:left}
caption,th,td{overflow-wrap:break-word}th:first-child,td:first-child,.text td,caption{overflow-wrap:anywhere}
th:first-child,td:first-child{min-width:9rem}figure{margin:1.5rem 0;break-inside:avoid}
img{max-width:100%;height:auto}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.75rem}
.caution{border-left:4px solid #0072B2;padding:.5rem 1rem;background:#f2f7fb}
@media print{body{margin:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}tr{break-inside:avoid}
.wide{overflow:visible}table{font-size:.8rem}th,td{padding:.15rem .35rem}
details::details-content{content-visibility:visible;display:block;height:auto}.screen{display:none}thead{display:table-header-group}}
"""


def write_report(folder: str | Path, out: str | Path, force: bool = False) -> None:
    """Write the report of a folder. Raises ParleyError where that holds no results or the file cannot be written."""
    target = Path(out)
    if target.exists() and not force:
        raise ParleyError(f"`{target}` is there already; --force replaces it, or give another name")
    text = report(Path(folder))
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text)


def report(folder: Path) -> str:
    """The report of a folder of results as the text of an HTML document. Raises ParleyError."""
    manifest = read_manifest(folder) or {}
    kind = kind_of(folder, manifest)
    title = told_by_fit(folder)[0].removeprefix("# ") if kind == "calibration" else heading(kind, manifest)
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(_TITLES[kind])}. {escape(_what(manifest))}</p>"]
    parts.append(f'<p class="caution">{escape(READING[0])}</p>')
    parts += figures(folder)
    parts += {"run": run, "sweep": sweep, "comparison": comparison, "calibration": calibration}[kind](folder, manifest)
    parts += ["<h2>How to read this</h2>", "<ul>", *(f"<li>{escape(line)}</li>" for line in READING), "</ul>"]
    parts += [*assumptions(manifest), *cited(manifest), *rests_on(manifest)]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(title)}</title><style>{STYLE}</style>"
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body><main>\n{body}\n</main></body></html>\n'


def kind_of(folder: Path, manifest: dict[str, Any]) -> str:
    """What a folder holds. Raises ParleyError where it is no folder of results."""
    if not folder.is_dir():
        raise ParleyError(f"`{folder}` is no folder")
    if manifest.get("kind") in ("run", "sweep", "comparison"):
        return str(manifest["kind"])
    for name, kind in (("differences.csv", "comparison"), ("checks.json", "calibration")):
        if (folder / name).is_file():
            return kind
    raise ParleyError(f"`{folder}` holds no results of run, compare, sweep or calibrate")


def heading(kind: str, manifest: dict[str, Any]) -> str:
    """The title of the report."""
    scenario = manifest.get("scenario")
    title = scenario["title"] if isinstance(scenario, dict) else manifest.get("title")
    return str(title or _TITLES[kind])


def _what(manifest: dict[str, Any]) -> str:
    facts = [_swept(manifest)] if manifest.get("kind") == "sweep" else []
    facts += [f"{manifest['n']:,} runs" if "n" in manifest else "", manifest.get("question") or ""]
    facts += [f"seed {manifest['seed']}" if "seed" in manifest else ""]
    changes = manifest["scenario"]["changes"] if isinstance(manifest.get("scenario"), dict) else {}
    facts += [told(manifest["posterior"])] if manifest.get("posterior") else []
    facts += [entry["label"] for entry in manifest.get("scenarios", [])]
    facts += [f"changed: {path} = {value}" for path, value in changes.items()]
    return "; ".join(fact for fact in facts if fact)


def _swept(manifest: dict[str, Any]) -> str:
    tables = manifest["tables"]
    return f"{manifest['asked']['scenario']['title']}; {tables['points']:,} points, {tables['runs']:,} runs"
