"""The reference of the packages can be built with what the docs install: other libraries are stood in for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "scenarios", "calibration", "experiments", "parley")
SCRIPTS = ("sim/app/page.py",)


def list_imports() -> Iterator[tuple[str, str]]:
    """Yield every module of the packages with each library that it imports when it is imported itself."""
    for file in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if name not in SCRIPTS:
                yield from ((name, imported.partition(".")[0]) for imported in names)


def read_name(entry: str) -> str:
    """Read the name of a distribution from a requirement."""
    return re.split(r"[\[<>=!~; (]", entry)[0].lower().replace("-", "_")


def find_absent(stood_in: set[str]) -> list[str]:
    """Find libraries that neither come with the package or its docs nor are stood in for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = [*project["dependencies"], *project["optional-dependencies"]["docs"]]
    installed = {read_name(entry) for entry in entries}
    for name in {read_name(entry) for entry in project["dependencies"]}:  # and what these bring, such as llvmlite
        installed |= {read_name(entry) for entry in requires(name) or () if "extra ==" not in entry}
    homes = packages_distributions()
    known = {*sys.stdlib_module_names, *PACKAGES, *stood_in}
    return [
        f"{file}: {library}"
        for file, library in list_imports()
        if library not in known and not {read_name(home) for home in homes.get(library, [])} & installed
    ]


def read_stand_ins() -> set[str]:
    """Read which libraries docs/conf.py stands in for."""
    text = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    lists = re.findall(r"^autodoc_mock_imports \+?= (\[.*\])$", text, re.MULTILINE)
    return {name for found in lists for name in ast.literal_eval(found)}


def test_the_reference_needs_nothing_that_the_docs_do_not_install():
    assert not find_absent(read_stand_ins())


def test_control_a_library_of_an_extra_would_be_noticed():
    assert any(fault.endswith(": altair") for fault in find_absent(read_stand_ins() - {"altair"}))
