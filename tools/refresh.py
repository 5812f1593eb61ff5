"""Redo what the pages show: fits, experiments, figures and quoted numbers, in this order.

Usage:
    python tools/refresh.py                  every step whose sources or numbers have changed
    python tools/refresh.py --only venue …   these steps only (`--list` names them)
    python tools/refresh.py --list           what would be done, and why
    python tools/refresh.py --force          every step
    python tools/refresh.py --read venue …   their pages by hand were read over: drop the notice of older numbers

A step that was interrupted resumes; a finished one is skipped until something it was made from changes.
The record docs/refresh.json holds what each step was made from; `tests/docs/test_refresh.py` compares. Not redone here:
`make verify` and `make bench` write their own pages, tools/screenshots.py needs a browser.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tools.freshness import (  # noqa: E402
    BLOCK,
    RECORD,
    describe_inputs,
    find_reasons,
    hash_model,
    hash_numbers,
    hash_product,
    list_blocks,
    list_pages,
    mark_text,
    read_record,
)

OUT = ROOT / "out" / "refresh"
_SAMPLED = ("fit", "inference", "particles", "priors", "problem", "records", "sampler", "summaries")
"""Modules of calibration that decide the draws of a fit."""
_CHECKED = ("calibrate", "checks", "content", "figures", "interval_plots", "predictive", "report", "theories")
"""Those that check and show them."""


@dataclass(frozen=True)
class Step:
    """One thing to redo.

    Attributes
    ----------
    name : str
        Also the first part of the keys of its blocks.
    command : tuple of str
        Arguments of Python; `{out}` is the step's folder.
    sources, scenarios : tuple of str
        What it depends on beside the model.
    pages : str
        Folder below which its figures, tables and pages lie.
    text : str
        Page written by hand that quotes its numbers; empty where the numbers are written by the step.
    simulated : tuple of str
        Those sources without which finished simulations cannot be taken up.
    copies : tuple of (str, str)
        Files of the step's folder and the names they have among the figures; none where the command draws there.
    resumable : bool
        Whether the command takes up a folder of its own that it did not finish.
    """

    name: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    scenarios: tuple[str, ...]
    pages: str
    simulated: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    resumable: bool = True
    text: str = ""


def list_steps() -> list[Step]:
    """List the steps in their order: fits, experiments, validation, then the figure of the first page."""
    return [
        _describe_fit("rounds"),
        _describe_fit("crises"),
        *_describe_experiments(),
        _describe_validation(),
        _describe_overview(),
    ]


def _describe_fit(name: str) -> Step:
    """A fit: its tables go into blocks, its figures beside the page on calibration."""
    from calibration.fit_file import load_fit

    record = {"rounds": "rounds.yaml", "crises": "crises.csv"}[name]
    sampled = [f"calibration/{module}.py" for module in _SAMPLED]
    sampled += [f"calibration/fits/{name}.yaml", f"calibration/record/{record}"]
    checked = [f"calibration/{module}.py" for module in _CHECKED]
    drawn = {"rounds": ("posterior", "ranks", "predictive", "days", "theories"), "crises": ("posterior", "crises")}
    return Step(
        name,
        ("-m", "parley", "calibrate", name, "-o", "{out}"),
        (*sampled, *checked),
        tuple(dict.fromkeys(target.scenario for target in load_fit(name).targets)),
        "docs/explanation/calibration",
        tuple(sampled),
        tuple((f"{kind}.png", f"{name}-{kind}.png") for kind in drawn[name]),
    )


def _describe_experiments() -> list[Step]:
    """Every shipped experiment; its script draws the figures and writes the page, if it has a template."""
    from experiments.spec import list_shipped, read_experiment

    steps = []
    for name in list_shipped():
        script, entry = f"experiments/run_{name.replace('-', '_')}.py", f"experiments/{name}.yaml"
        template, page = f"experiments/templates/{name}.md", f"docs/experiments/{name}.md"
        sources = (script, entry, template) if (ROOT / template).is_file() else (script, entry)
        experiment = read_experiment(name)
        scenarios = tuple(getattr(experiment, "cases", ())) or (str(experiment.scenario),)
        command = (script, "--out", "{out}")
        text = "" if template in sources else page
        steps.append(Step(name, command, sources, scenarios, "docs/experiments", (entry,), text=text))
    return steps


def _describe_validation() -> Step:
    """The validation that leaves one dyad out: its tables go into blocks of its page."""
    from calibration.validation.units import load_units

    folder = ROOT / "calibration"
    sources = [*sorted((folder / "validation").glob("*.py")), *sorted((folder / "record" / "cases").iterdir())]
    names = tuple(path.relative_to(ROOT).as_posix() for path in sources)
    scenarios = tuple(unit.scenario for unit in load_units())
    command = ("-m", "parley", "validate", "-o", "{out}")
    return Step("validation", command, names, scenarios, "docs/explanation/validation")


def _describe_overview() -> Step:
    """The ensemble whose figure opens the documentation."""
    return Step(
        "overview",
        ("-m", "parley", "run", "istanbul-2025", "-n", "10000", "--seed", "0", "-o", "{out}/run"),
        (),
        ("istanbul-2025",),
        "docs/figures",
        (),
        (("run/blocking.png", "istanbul-2025.png"),),
        resumable=False,
    )


def run_step(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    """Carry out a step and publish its figures and blocks; returns its entry, from the entry before."""
    inputs = describe_inputs(step.sources)
    identity = [hash_model(), step.command, *(inputs[name] for name in step.simulated)]
    key = hashlib.blake2b(json.dumps(identity).encode(), digest_size=4).hexdigest()
    out, began, start = OUT / f"{step.name}-{key}", time.time(), time.monotonic()
    if not step.resumable:
        shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, *(part.format(out=out) for part in step.command)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise SystemExit(f"{step.name} failed; what is finished stays in {out}, and the next refresh takes it up")
    for source, target in step.copies:
        shutil.copyfile(out / source, ROOT / step.pages / target)
    fill_blocks(step.name, out)
    blocks = [name for name in list_blocks() if name.partition("#")[2].startswith(f"{step.name}/")]
    written = [path for path in sorted((ROOT / step.pages).rglob("*")) if path.is_file()]
    names = [path.relative_to(ROOT).as_posix() for path in written if path.stat().st_mtime >= began]
    pages = {step.text, *(name.partition("#")[0] for name in blocks)}
    numbers = {name: hash_numbers(name) for name in step.scenarios}
    if step.text:
        mark_text(ROOT / step.text, before.get("read") == numbers)
    products = [name for name in names if name not in pages] + blocks
    return {
        "seconds": round(time.monotonic() - start),
        "sources": inputs,
        "model": hash_model(),
        "numbers": numbers,
        **({"read": before["read"]} if "read" in before else {}),
        "products": {name: hash_product(name) for name in products},
    }


def read_sections(folder: Path) -> dict[str, str]:
    """Read the sections of every `report.md` below a folder, by heading in lower case."""
    sections = {}
    for report in sorted(folder.rglob("report.md")):
        for part in re.split(r"^## ", report.read_text(encoding="utf-8"), flags=re.M)[1:]:
            title, _, text = part.partition("\n")
            sections[re.sub(r"[^\w -]", "", title).strip().lower()] = text.strip() + "\n"
    return sections


def fill_blocks(step: str, folder: Path) -> None:
    """Fill the blocks of a step on all pages with the sections of its report."""
    sections = read_sections(folder)
    for page in list_pages():
        text = page.read_text(encoding="utf-8")

        def fill(match: re.Match[str]) -> str:
            owner, _, section = match["key"].partition("/")
            if owner != step:
                return match[0]
            if section not in sections:
                raise SystemExit(f"{step} has no section `{section}`; it has {', '.join(sorted(sections))}")
            return f"<!-- refresh: {match['key']} -->\n{sections[section]}<!-- end -->"

        filled = BLOCK.sub(fill, text)
        if filled != text:
            page.write_text(filled, encoding="utf-8")


def write_entry(name: str, entry: dict[str, Any]) -> None:
    """Put the entry of a step into the record, at once, so that a stopped refresh loses nothing."""
    record = {**read_record(), name: entry}
    temporary = RECORD.with_suffix(".tmp")
    temporary.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n", encoding="utf-8")
    temporary.replace(RECORD)


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh what is stale, and print how long each step took."""
    parser = argparse.ArgumentParser(description="Redo fits, experiments, figures and quoted numbers.")
    parser.add_argument("--only", nargs="+", metavar="STEP", help="these steps only")
    parser.add_argument("--force", action="store_true", help="also steps whose products are fresh")
    parser.add_argument("--read", nargs="+", metavar="STEP", help="their pages by hand were read over: drop the notice")
    parser.add_argument("--list", action="store_true", help="print what would be done, and why, and stop")
    options = parser.parse_args(arguments)
    steps = list_steps()
    unknown = sorted(set(options.only or ()) - {step.name for step in steps})
    if unknown:
        parser.error(f"no step {', '.join(unknown)}; there are {', '.join(step.name for step in steps)}")
    begin, record = time.monotonic(), read_record()
    for step in steps:
        if step.name in (options.read or ()) and step.text and step.name in record:
            mark_text(ROOT / step.text, True)
            write_entry(step.name, {**record[step.name], "read": record[step.name]["numbers"]})
    if options.read:
        return 0
    for step in steps:
        if options.only and step.name not in options.only:
            continue
        entry = record.get(step.name)
        reasons = ["forced"] if options.force else find_reasons(entry, step.sources, step.scenarios)
        before = f" (last time {entry['seconds']} s)" if entry else ""
        print(f"{step.name}: {'; '.join(reasons[:3]) or 'fresh'}{before}", flush=True)
        if reasons and not options.list:
            new = run_step(step, entry or {})
            write_entry(step.name, new)
            print(f"{step.name}: {new['seconds']} s, {len(new['products'])} products", flush=True)
        elif entry and entry["model"] != hash_model() and not options.list:
            # Other code gave the same numbers; the next comparison need not simulate them again.
            write_entry(step.name, {**entry, "model": hash_model()})
    print(f"{time.monotonic() - begin:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
