"""Whether what a page shows is older than the numbers behind it.

A product (a figure, or a block of a page) is fresh if nothing that it was made from has changed. Its own sources are
compared by content: Python without comments and docstrings, so that a better sentence makes nothing stale. The model is
compared by its code first. Where the code differs, small ensembles of the scenarios are simulated, by default and with
every other rule of the model, and compared with those of the last time: only moved numbers make a product stale.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "refresh.json"
"""What every step of the last refresh was made from, and what it made."""

_MODEL = ("sim/core", "sim/rules", "sim/solvers", "sim/compiled", "sim/evidence", "sim/scenario")
_RUNS = 24
_PLACES = 6
"""Decimals compared: the last bits differ between machines."""
BLOCK = re.compile(r"<!-- refresh: (?P<key>[\w -]+/[\w -]+) -->\n(?P<text>.*?)<!-- end -->", re.S)


NOTICE = """<!-- refresh: older text -->
> The figures on this page are of the present version. Numbers in its text are of an earlier one.
<!-- end -->

"""
"""Begins a page written by hand whose figures have moved since somebody read it over."""


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def hash_source(path: Path) -> str:
    """Hash a file: Python and YAML without comments, Python also without docstrings and blank lines, others whole."""
    if path.suffix == ".py":
        return _hash("\n".join(_strip_words(path.read_text(encoding="utf-8"))).encode())
    if path.suffix == ".yaml":
        lines = path.read_text(encoding="utf-8").splitlines()
        return _hash("\n".join(line for line in lines if not line.lstrip().startswith("#")).encode())
    return _hash(path.read_bytes())


def _strip_words(source: str) -> Iterator[str]:
    """Strip Python of comments, docstrings and blank lines; the same under every version of Python."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for row in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[row] = ""
    return (line.rstrip() for line in lines if line.strip())


@cache
def hash_model() -> str:
    """Hash the code and the shared files that simulated numbers can come from."""
    files = [path for folder in _MODEL for path in (ROOT / folder).rglob("*.py")]
    files += (ROOT / "scenarios").rglob("*.yaml")
    parts = [f"{path.relative_to(ROOT).as_posix()} {hash_source(path)}" for path in sorted(files)]
    return _hash("\n".join(parts).encode())


def _list_changes() -> Iterator[dict[str, Any]]:
    """The default, and one change for every other rule that a scenario may choose."""
    from sim.rules.choices import MODEL
    from sim.rules.concession import ConcessionRule

    yield {}
    yield {"model.version": 1}
    yield {"mediators.*.styles.*": 0.5}
    for name, choice in MODEL.items():
        yield from ({f"model.{name}": member.label} for member in choice)
    yield from ({f"model.{name}": False} for name in ("urgency", "war"))
    yield from ({"parties.*.concession.rule": member.label} for member in ConcessionRule)


@cache
def hash_numbers(scenario: str) -> str:
    """Hash the course of small ensembles of a scenario under every rule of the model."""
    from sim.results.ensemble import run_ensemble
    from sim.scenario.load import load

    issues = list(load(scenario).scenario.issues)
    digest = hashlib.blake2b(digest_size=12)
    for changes in _list_changes():
        result = run_ensemble(scenario, n=_RUNS if not changes else 6, seed=0, changes=changes, workers=1)
        rounds, runs = result.rounds, result.runs
        digest.update(rounds[["run", "day", "venue", "code", "settled"]].round(_PLACES).to_csv(index=False).encode())
        # Named columns only: a column added to the tables moves no number.
        names = ["outcome", "closed", "days_in_abeyance", *(f"terms_{issue}" for issue in issues)]
        digest.update(runs[names].round(_PLACES).to_csv(index=False).encode())
    return digest.hexdigest()


def read_record() -> dict[str, Any]:
    """Read what the last refresh was made from; empty where there was none."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.is_file() else {}


def list_pages() -> list[Path]:
    """List the pages that may hold blocks of numbers."""
    folders = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
    return [ROOT / "README.md", *folders]


def list_blocks() -> dict[str, str]:
    """Map `page#step/section` to the text of every block of numbers on the pages."""
    blocks = {}
    for page in list_pages():
        name = page.relative_to(ROOT).as_posix()
        blocks |= {f"{name}#{m['key']}": m["text"] for m in BLOCK.finditer(page.read_text(encoding="utf-8"))}
    return blocks


def hash_product(name: str) -> str:
    """Hash a figure by its path, or a block by `page#step/section`; empty where it is not there."""
    if "#" in name:
        return _hash(list_blocks()[name].encode()) if name in list_blocks() else ""
    path = ROOT / name
    return _hash(path.read_bytes()) if path.is_file() else ""


def describe_inputs(sources: tuple[str, ...]) -> dict[str, str]:
    """Hash the sources of a step, by path."""
    return {name: hash_source(ROOT / name) for name in sources}


def mark_text(page: Path, is_read: bool) -> None:
    """Put the notice at the head of a page written by hand, or take it away."""
    text = page.read_text(encoding="utf-8").replace(NOTICE, "")
    title, _, rest = text.partition("\n\n")
    page.write_text(text if is_read else f"{title}\n\n{NOTICE}{rest}", encoding="utf-8")


def find_reasons(entry: dict[str, Any] | None, sources: tuple[str, ...], scenarios: tuple[str, ...]) -> list[str]:
    """Find why the products of a step are older than what they show; none where they are fresh.

    Parameters
    ----------
    entry : dict, optional
        What the record holds of the step.
    sources, scenarios : tuple of str
        Paths of the step's own sources, and scenarios that it simulates.

    Returns
    -------
    list of str
        One reason a change.
    """
    if entry is None:
        return ["was never refreshed"]
    now = describe_inputs(sources)
    reasons = [f"{name} has changed" for name in sources if entry["sources"].get(name) != now[name]]
    reasons += [f"{name} is not what the step made" for name, h in entry["products"].items() if hash_product(name) != h]
    if not reasons and entry["model"] != hash_model():
        moved = [name for name in scenarios if entry["numbers"].get(name) != hash_numbers(name)]
        reasons += [f"numbers of {name} have moved" for name in moved]
    return reasons
