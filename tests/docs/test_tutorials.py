"""Every command and every piece of code of the tutorials runs, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

TUTORIALS = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```$", re.M | re.S)
NAMED = re.compile(r"# file: (\S+)\n")
BEYOND_RUN = (
    "SALib",
    "distributed",
    "duckdb",
    "ema_workbench",
    "hypothesis",
    "negmas",
    "openpyxl",
    "pyabc",
    "pytest",
    "streamlit",
)
"""Modules that `make run` does not install: those of extras and of the tests."""


def blocks(text: str) -> list[tuple[str, str]]:
    """Kind and content of every block that is executed."""
    return [(found[1], found[2]) for found in BLOCK.finditer(text)]


def carry_out(text: str, where: str) -> int:
    """Run all blocks in the current folder; returns how many there were. A failing one raises."""
    names: dict[str, Any] = {"__name__": "tutorial"}
    for number, (kind, content) in enumerate(blocks(text), 1):
        if kind == "yaml":
            named = NAMED.match(content)
            assert named, f"{where}, block {number}: a YAML block says `# file: NAME` in its first line"
            Path(named[1]).write_text(content, encoding="utf-8")
        elif kind == "python":
            exec(compile(content, f"{where}, block {number}", "exec"), names)
        else:
            for line in content.splitlines():
                command(line, where)
    return len(blocks(text))


def command(line: str, where: str) -> None:
    """Run one command line of the form `$ parley …`."""
    from sim.cli.main import app

    prompt, program, *arguments = shlex.split(line)
    assert (prompt, program) == ("$", "parley"), f"{where}: {line}"
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, f"{where}: {line}\n{result.output}"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in TUTORIALS.glob("0*.md")))
def test_tutorial_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what `make run` installs: an import of anything else fails."""
    monkeypatch.chdir(tmp_path)
    for module in BEYOND_RUN:
        monkeypatch.setitem(sys.modules, module, None)
    assert carry_out((TUTORIALS / name).read_text(encoding="utf-8"), name) >= 3


def test_control_a_tutorial_that_needs_more_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ImportError):
        carry_out("```python\nimport openpyxl\n```\n", "control")


def test_tutorials_are_listed_and_linked() -> None:
    text = (TUTORIALS / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\((0\d-[\w-]+\.md)\)", text)) == sorted(path.name for path in TUTORIALS.glob("0*.md"))
    for path in TUTORIALS.glob("*.md"):
        for link in re.findall(r"\]\(([\w.-]+\.md)\)", path.read_text(encoding="utf-8")):
            assert (TUTORIALS / link).is_file(), f"{path.name}: {link}"


@pytest.mark.parametrize(
    "text",
    ["```console\n$ parley run no-such-scenario\n```\n", "```python\nassert False\n```\n", "```yaml\na: 1\n```\n"],
)
def test_control_a_failing_block_is_seen(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError):
        carry_out(text, "control")
