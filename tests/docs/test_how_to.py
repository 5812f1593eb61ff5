"""The guides that extend parley fit the code, and carried out in a copy of the repository they do what they say.

A block of Python or YAML names its file in the first line: `# file: PATH` for a new file, `# file: PATH, at the end`,
or `# file: PATH, after: TEXT` or `before: TEXT`, where one line of the file contains the text. Python without a file is
a script. Console blocks hold commands after `$ `. All guides share one copy, so the engine is compiled once.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/how-to").glob("add-*.md"))}
PARTS = ("sim", "scenarios", "calibration", "experiments", "tests", "pyproject.toml")
BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```$", re.M | re.S)
NAMED = re.compile(r"# file: ([\w./-]+)(?:, (after|before): (.+)|, (at the end))?\n")


@dataclass(frozen=True)
class Block:
    """A block of a guide; `file` is empty for scripts and commands."""

    kind: str
    content: str
    file: str = ""
    where: str = "new"
    anchor: str = ""


def blocks(text: str) -> Iterator[Block]:
    """Every block of a guide that the test carries out."""
    for kind, content in BLOCK.findall(text):
        name = NAMED.match(content) if kind != "console" else None
        if name is None:
            assert kind != "yaml", f"a YAML block names its file: {content[:80]}"
            yield Block(kind, content)
        else:
            yield Block(kind, content[name.end() :], name[1], name[2] or name[4] or "new", name[3] or "")


def insert(source: str | None, block: Block) -> str:
    """The text of a file with a block in its place. Raises ValueError where the place is not there once."""
    if block.where == "new":
        if source is not None:
            raise ValueError(f"{block.file} exists already")
        return block.content
    if source is None:
        raise ValueError(f"there is no {block.file}")
    if block.where == "at the end":
        return source + block.content
    lines = source.splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if block.anchor in line]
    if len(places) != 1:
        raise ValueError(f"{len(places)} lines of {block.file} contain `{block.anchor}`")
    at = places[0] + (block.where == "after")
    return "".join([*lines[:at], block.content, *lines[at:]])


def carry_out(names: Mapping[str, str], folder: Path, leave_out: str | None = None) -> list[str]:
    """Put the blocks of guides into a folder, except those that contain a text; returns the files."""
    files = []
    for text in names.values():
        for block in blocks(text):
            if block.file and (leave_out is None or leave_out not in block.content):
                path = folder / block.file
                path_text = path.read_text(encoding="utf-8") if path.is_file() else None
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(insert(path_text, block), encoding="utf-8")
                files.append(block.file)
    return files


def copy_repository(folder: Path) -> Path:
    """A copy of what runs and is tested."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "benchmarks"))
        else:
            shutil.copy(source, folder / part)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy, with a cache of its own, or in the repository itself."""
    cache = {} if folder == ROOT else {"PARLEY_CACHE_DIR": str(folder / ".cache")}
    environment = os.environ | {"PYTHONPATH": str(folder)} | cache
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def python_arguments(line: str) -> list[str]:
    """The arguments of Python for a line `$ parley …` or `$ python …`."""
    prompt, program, *rest = shlex.split(line)
    assert prompt == "$" and program in ("parley", "python"), line
    return ["-m", "sim.cli.main", *rest] if program == "parley" else rest


def test_there_are_guides() -> None:
    index = (ROOT / "docs/how-to/index.md").read_text(encoding="utf-8")
    assert len(GUIDES) >= 6
    assert all(f"({name}.md)" in index for name in GUIDES)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_fits_the_code(name: str, tmp_path: Path) -> None:
    """Every block has its place, and what it makes can be parsed."""
    folder = copy_repository(tmp_path / "copy")
    files = carry_out({name: GUIDES[name]}, folder)
    assert files
    for file in files:
        if file.endswith(".py"):
            compile((folder / file).read_text(encoding="utf-8"), file, "exec")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with all guides carried out."""
    folder = copy_repository(tmp_path_factory.mktemp("how_to") / "copy")
    carry_out(GUIDES, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_does_what_it_says(name: str, extended: Path) -> None:
    steps = [block for block in blocks(GUIDES[name]) if not block.file]
    assert any(block.kind == "console" for block in steps)
    for block in steps:
        scripts = [["-c", block.content]]
        if block.kind == "console":
            scripts = [python_arguments(line) for line in block.content.splitlines()]
        for arguments in scripts:
            done = run(extended, *arguments)
            assert done.returncode == 0, f"{arguments}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.slow
def test_an_extension_that_is_off_moves_no_number(extended: Path) -> None:
    """With the new rule, style and effect unused, every column from before is the same."""
    ensemble = "sim.run_ensemble('river-border', 12, engine='mesa')"
    script = f"import sys, sim; {ensemble}.run_table.to_pandas().to_csv(sys.argv[1])"
    tables = []
    for folder in (ROOT, extended):
        out = extended / f"{folder.name}.csv"
        done = run(folder, "-c", script, str(out))
        assert done.returncode == 0, done.stderr
        tables.append(out)
    import pandas as pd

    before, after = (pd.read_csv(path) for path in tables)
    assert set(after.columns) - set(before.columns) == {"lowest_trust", "information"}
    pd.testing.assert_frame_equal(before, after[before.columns], check_exact=True)


@pytest.mark.parametrize(
    ("name", "leave_out", "message"),
    [
        (
            "add-a-concession-rule",
            "if kind == ConcessionRule.LAST_MINUTE",
            "`last_minute` of ConcessionRule has no branch in sim.rules.concession.concede",
        ),
        (
            "add-a-mediation-style",
            "mediation.split_difference(offers[:, lo:hi]",
            "`split` of TextRule has no branch in sim.compiled.mediation.draft",
        ),
    ],
)
def test_control_a_missing_branch_is_refused_before_anything_runs(
    name: str, leave_out: str, message: str, tmp_path: Path
) -> None:
    folder = copy_repository(tmp_path / "copy")
    carry_out({name: GUIDES[name]}, folder, leave_out=leave_out)
    done = run(folder, "-m", "sim.cli.main", "run", "river-border", "-n", "2", "-o", "out")
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert not (folder / "out").exists()
    assert not list((folder / ".cache").rglob("*.nbi")), "nothing was compiled"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# file: a.py, after: nowhere\n", "0 lines of a.py"),
        ("# file: a.py, before: x\n", "2 lines of a.py"),
        ("# file: a.py\n", "exists already"),
        ("# file: b.py, at the end\n", "there is no b.py"),
    ],
)
def test_control_a_block_without_a_place_is_seen(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        carry_out({"control": f"```python\n{text}y = 3\n```\n"}, tmp_path)
