"""A missing library is answered by a command that installs the right package, from a checkout and from a wheel."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from sim.core import extras
from sim.core.extras import DISTRIBUTION, describe_missing

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def list_calls() -> list[tuple[str, str]]:
    """File and extra of every message about a missing library."""
    calls = []
    for path in sorted(
        path for folder in ("sim", "experiments", "calibration") for path in (ROOT / folder).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "describe_missing":
                assert isinstance(node.args[0], ast.Constant)
                calls.append((path.relative_to(ROOT).as_posix(), str(node.args[0].value)))
    return calls


def test_every_message_names_an_extra_of_the_package() -> None:
    calls = list_calls()
    assert {extra for _, extra in calls} == {"app", "excel", "discover", "cluster", "calibrate", "negmas"}
    assert {extra for _, extra in calls} <= set(PROJECT["optional-dependencies"])


def test_no_message_offers_the_package_of_another_project() -> None:
    pattern = re.compile(r"(install\b[^\n]{0,40}|[\s'\"`])parley\[")
    assert pattern.search("pip install 'parley[app]'") and not pattern.search("pip install 'parley-talks[app]'")
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "scenarios").glob("*.md"),
    ]
    code = [path for folder in ("sim", "experiments", "calibration") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in (*pages, *code) if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_the_package_has_its_own_name_and_the_old_command() -> None:
    assert PROJECT["name"] == DISTRIBUTION != "parley"
    assert PROJECT["scripts"] == {"parley": "parley:main"}


def test_a_checkout_is_installed_from_its_folder() -> None:
    text = str(describe_missing("app", "the page needs Streamlit"))
    assert (
        text == f'the page needs Streamlit; install it with: {sys.executable} -m pip install --editable "{ROOT}[app]"'
    )


def test_a_wheel_is_answered_by_the_requirements_it_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stated = ["numpy>=2", "streamlit<1.68,>=1.67; extra == 'app'", 'pyabc<0.14,>=0.13; extra == "calibrate"']
    monkeypatch.setattr(extras.metadata, "requires", lambda name: stated if name == DISTRIBUTION else None)
    assert str(describe_missing("app", "x", tmp_path)).endswith('-m pip install "streamlit<1.68,>=1.67"')
    assert str(describe_missing("calibrate", "x", tmp_path)).endswith('-m pip install "pyabc<0.14,>=0.13"')
    assert str(describe_missing("none", "x", tmp_path)).endswith('-m pip install "parley-talks[none]"')


def test_make_app_installs_and_opens_the_page() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^app: .*\n((?:\t.*\n)+)", text, re.M)
    assert "parley app" in recipe and re.search(r"^\.PHONY:.* app\b", text, re.M)
    assert "'.[app]'" in text
