"""Only the modules that `sim.app` names import Streamlit, so that the rest can be tested and reused without a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("parley", "sim", "scenarios", "calibration", "experiments")
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}


def imports_streamlit(text: str) -> bool:
    """Whether a module imports Streamlit, anywhere in it."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names) if any(alias.name.split(".")[0] == "streamlit" for alias in names):
                return True
            case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] == "streamlit":
                return True
    return False


def faults(sources: Mapping[str, str], patterns: list[str]) -> list[str]:
    """Modules that import Streamlit without being named, and names that no module with it has."""
    users = {path for path, text in sources.items() if imports_streamlit(text)}
    named = {pattern: {path for path in users if fnmatch(path, f"sim/app/{pattern}.py")} for pattern in patterns}
    rest = users.difference(*named.values())
    return sorted(rest) + [pattern for pattern, paths in named.items() if not paths]


def list_patterns() -> list[str]:
    """Modules that the docstring of the page's package names, such as `view_*`."""
    return re.findall(r"`([a-z_*]+)`", ast.get_docstring(ast.parse(SOURCES["sim/app/__init__.py"])) or "")


def test_only_the_modules_that_the_package_names_import_streamlit() -> None:
    assert faults(SOURCES, list_patterns()) == []


@pytest.mark.parametrize(
    "text", ["import streamlit as st", "def f():\n    from streamlit.errors import X", "import os, streamlit.web"]
)
def test_control_another_module_with_streamlit(text: str) -> None:
    assert faults({**SOURCES, "sim/app/verdict.py": text}, list_patterns()) == ["sim/app/verdict.py"]
    assert faults({**SOURCES, "sim/app/state.py": ""}, list_patterns()) == ["state"]


@pytest.mark.parametrize("text", ["import streamlit_other", "from sim.app import streamlit", "'import streamlit'"])
def test_control_another_library(text: str) -> None:
    assert not imports_streamlit(text)
