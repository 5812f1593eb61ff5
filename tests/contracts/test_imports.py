"""Data flows one way, sources → positions → scenario → run → ensemble → …: no module imports from its right.

Every module has its place in LAYERS; one that has none fails. Within a layer only modules of the same group
may import each other: so neither engine knows the other. An import counts wherever it stands, in a function
too, and whether it is needed at run time or by the type checker only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("parley", "sim", "scenarios", "calibration", "experiments")

# From left to right. A layer holds groups; a group holds modules; `a.b.*` is a.b with all below it. The
# longest match counts. Compiled rules come before all that a user writes: they import nothing but each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("sim.core.*",),
    ("scenarios",),
    ("sim.rules.* sim.solvers.*",),
    ("sim.yamlio.*",),
    ("sim.evidence.*",),
    ("sim.scenario.*",),
    ("sim.agents.*", "sim.compiled.*"),
    ("sim.tables.*",),
    ("sim.analysis.*", "sim.narrative.*", "sim.figures.*"),
    ("sim.results.*",),
    ("sim",),
    ("sim.interop.*",),
    ("calibration.*",),
    ("experiments.*",),
    ("sim.report.*",),
    ("sim.replication.*",),
    ("sim.app.*",),
    ("sim.cli.* sim.__main__",),
    ("parley.*",),
)

PLACES = {
    pattern: (layer, group) for layer, groups in enumerate(LAYERS) for group in groups for pattern in group.split()
}


def place(module: str) -> tuple[int, str] | None:
    """Layer and group of a module, or None where the table has no place for it."""
    if module in PLACES:
        return PLACES[module]
    parts = module.split(".")
    names = [".".join(parts[:end]) + ".*" for end in range(len(parts), 0, -1)]
    return next((PLACES[name] for name in names if name in PLACES), None)


def modules_of_the_house() -> dict[str, str]:
    """Every module's name and source text."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path.read_text(encoding="utf-8")
    return found


def _base(module: str, node: ast.ImportFrom, packages: set[str]) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + (module in packages)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def imports(module: str, node: ast.AST, known: set[str], packages: set[str]) -> Iterator[tuple[str, int]]:
    """The modules of the house that one syntax node imports, with the line."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, node.lineno
    elif isinstance(node, ast.ImportFrom):
        base = _base(module, node, packages)
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield (inner if inner in known else base), node.lineno
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
            yield node.args[0].value, node.lineno


def _ours(module: str, nodes: list[ast.AST], sources: Mapping[str, str]) -> list[tuple[str, int]]:
    known = set(sources)
    packages = {name.rpartition(".")[0] for name in known} | set(PACKAGES)
    found = [pair for node in nodes for pair in imports(module, node, known, packages)]
    return [(target, line) for target, line in found if target.split(".")[0] in PACKAGES]


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that are executed on import: neither function bodies nor `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run_at_import(child)


def misplaced(sources: Mapping[str, str]) -> list[str]:
    """Modules without a place, and imports from the right or from another group of the same layer."""
    faults = [f"{module} has no place in LAYERS" for module in sources if place(module) is None]
    for module, text in sources.items():
        here = place(module)
        for target, line in _ours(module, list(ast.walk(ast.parse(text))), sources):
            there = place(target)
            if there is None:
                faults.append(f"{module}:{line} imports {target}, which has no place in LAYERS")
            elif here is not None and (there[0] > here[0] or (there[0] == here[0] and there[1] != here[1])):
                faults.append(f"{module}:{line} imports {target}")
    return faults


def circle(sources: Mapping[str, str]) -> list[str]:
    """The modules of one circle of imports, wherever the imports stand; empty without a circle."""
    graph = {}
    for module, text in sources.items():
        targets = {target for target, _ in _ours(module, list(ast.walk(ast.parse(text))), sources)}
        graph[module] = targets - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def eager_packages(sources: Mapping[str, str]) -> list[str]:
    """Packages that import from the house on their own import, with modules to their left inside."""
    faults = []
    for module, text in sources.items():
        own = place(module)
        inner = [place(name) for name in sources if name.startswith(module + ".")]
        left = any(own is not None and below is not None and below < own for below in inner)
        if left and _ours(module, list(_run_at_import(ast.parse(text))), sources):
            faults.append(module)
    return faults


def test_nothing_imports_from_its_right() -> None:
    faults = misplaced(modules_of_the_house())
    assert not faults, "\n".join(faults)


def test_no_circle_of_files() -> None:
    found = circle(modules_of_the_house())
    assert not found, " → ".join(found)


def test_packages_around_modules_to_their_left_import_late() -> None:
    found = eager_packages(modules_of_the_house())
    assert not found, "\n".join(found)


HOUSE = dict.fromkeys(
    [
        *["sim", "sim.core.jit", "sim.core.errors", "sim.rules", "sim.rules.trust", "sim.rules.value"],
        *["sim.evidence", "sim.evidence.sources", "sim.scenario", "sim.scenario.load", "sim.compiled"],
        *["sim.compiled.kernel", "sim.agents", "sim.agents.model", "sim.agents.party", "sim.tables.summary"],
        *["sim.figures.ensemble", "sim.results.ensemble", "sim.cli", "sim.cli.main"],
        *["experiments", "experiments.sweep"],
    ],
    "",
)
SOURCES, FIGURES = "sim.evidence.sources", "sim.figures.ensemble"


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (SOURCES, "from sim.scenario.load import load"),
        (SOURCES, "import sim.scenario.load"),
        (SOURCES, "from sim.scenario import load"),
        (SOURCES, "def late():\n    def later():\n        from sim.cli.main import main"),
        (SOURCES, "class C:\n    import sim.cli.main"),
        (SOURCES, "import typing\nif typing.TYPE_CHECKING:\n    from sim.agents.model import Model"),
        (SOURCES, "import importlib\nimportlib.import_module('sim.cli.main')"),
        (SOURCES, "from sim import run_ensemble"),
        (SOURCES, "import sim"),
        (SOURCES, "from ..cli import main"),
        (SOURCES, "from ..scenario.load import load"),
        ("sim.core.jit", "from sim.rules.trust import gain_trust"),
        ("sim.rules", "from ..cli import main"),
        ("sim.compiled.kernel", "from sim.agents.model import NegotiationModel"),
        ("sim.agents.model", "from sim.compiled.kernel import simulate"),
        (FIGURES, "from sim.results.ensemble import run_ensemble"),
        (FIGURES, "from sim.cli.main import main"),
        ("sim.results.ensemble", "from experiments.sweep import sweep"),
        ("experiments.sweep", "from sim.cli.main import app"),
        ("sim.cli.main", "from sim.nowhere import x"),
        ("sim.nowhere", "x = 1"),
    ],
)
def test_control_an_import_from_the_right_is_found(module: str, text: str) -> None:
    assert len(misplaced({**HOUSE, module: text})) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sim.agents.model", "from sim.agents.party import Party"),
        ("sim.agents.party", "from sim.agents.model import NegotiationModel"),
        ("sim.rules.trust", "from . import value\nfrom ..core.jit import rule\nimport math"),
        (SOURCES, "from sim.core import errors"),
        ("experiments.sweep", "from sim import run_ensemble\nimport scenarios"),
        ("sim.cli.main", "import experiments.sweep\nfrom sim.compiled.kernel import simulate"),
        (SOURCES, "import simpy\nfrom scenarios_of_another import x"),
    ],
)
def test_control_an_import_from_the_left_is_none(module: str, text: str) -> None:
    assert misplaced({**HOUSE, module: text}) == []


@pytest.mark.parametrize(
    "back",
    [
        "from sim.agents.party import Party",
        "def f():\n    from sim.agents.party import Party",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.agents.party import Party",
    ],
)
def test_control_a_circle_is_found(back: str) -> None:
    agents = {**HOUSE, "sim.agents.party": "from sim.agents.model import NegotiationModel"}
    assert set(circle({**agents, "sim.agents.model": back})) == {"sim.agents.party", "sim.agents.model"}
    assert circle(agents) == []


def test_control_an_eager_package_is_found() -> None:
    assert eager_packages({**HOUSE, "sim": "from sim.results.ensemble import run_ensemble"}) == ["sim"]
    assert eager_packages({**HOUSE, "sim": "def __getattr__(name):\n    from sim import ensemble"}) == []
    assert eager_packages({**HOUSE, "experiments": "from experiments.sweep import sweep"}) == []
