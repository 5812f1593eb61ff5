"""The API reference is what the docstrings say today, and every public name of the package has one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import sim

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_api", ROOT / "tools" / "make_api.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current(tool: ModuleType) -> None:
    written = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert written == tool.reference(), "docstrings have changed: `make docs` writes docs/api.md anew"


def test_the_reference_holds_every_public_name(tool: ModuleType) -> None:
    written = tool.reference()
    missing = [name for name in sim.__all__ if f"`{name}" not in written and name != "__version__"]
    assert not missing


def test_control_a_changed_docstring_is_seen(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.results import ensemble

    before = tool.reference()
    monkeypatch.setattr(ensemble.plan, "__doc__", "Something else.")
    assert tool.reference() != before
