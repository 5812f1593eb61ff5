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
PACKAGES = ("sim", "scenarios", "calibration", "experiments")

# From left to right. A layer holds groups; a group holds modules; `a.b.*` is a.b with all below it. The
# longest match counts. Compiled rules come before all that a user writes: they import nothing but each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("sim.compiled",),
    ("sim.coefficients sim.layout",),
    ("sim.draws sim.rules.*",),
    ("sim.errors", "sim.version", "scenarios"),
    ("sim.files",),
    ("sim.scenario.yamlfile sim.scenario.yamltree sim.scenario.yamlscalar",),
    ("sim.sources",),
    ("sim.positions",),
    ("sim.scenario.*",),
    ("sim.columns",),
    ("sim.outcomes", "sim.summary"),
    ("sim.plots.* sim.look",),  # figures come from tables: nothing that runs a simulation lies to their left
    ("sim.engine.*", "sim.agents sim.third_parties sim.basket sim.model sim.run.*"),
    ("sim.mesa_pool",),
    ("sim.provenance sim.ensemble sim.store",),
    ("sim.solutions.*", "sim.forecasters.*", "sim.narrative.* sim.wording", "sim.ledger", "sim.starter"),
    ("sim",),
    ("sim.interop.*",),
    ("calibration.*",),
    ("experiments.*",),
    ("sim.report.*",),
    ("sim.app.*",),
    ("sim.cli.* sim.verbs.* sim.__main__",),
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
    """The modules of one circle of imports at run time, or none."""
    graph = {}
    for module, text in sources.items():
        found = _ours(module, list(_run_at_import(ast.parse(text))), sources)
        graph[module] = {target for target, _ in found} - {module}
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


def test_no_circle_at_run_time() -> None:
    found = circle(modules_of_the_house())
    assert not found, " → ".join(found)


def test_packages_around_modules_to_their_left_import_late() -> None:
    found = eager_packages(modules_of_the_house())
    assert not found, "\n".join(found)


HOUSE = dict.fromkeys(
    [
        *["sim", "sim.compiled", "sim.errors", "sim.rules", "sim.rules.trust", "sim.sources", "sim.scenario"],
        *["sim.scenario.load", "sim.engine", "sim.engine.kernel", "sim.model", "sim.agents", "sim.ensemble"],
        *["sim.plots", "sim.cli", "experiments", "experiments.sweep"],
    ],
    "",
)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sim.sources", "from sim.scenario.load import load"),
        ("sim.sources", "import sim.scenario.load"),
        ("sim.sources", "from sim.scenario import load"),
        ("sim.sources", "def late():\n    def later():\n        from sim.cli import main"),
        ("sim.sources", "class C:\n    import sim.cli"),
        ("sim.sources", "import typing\nif typing.TYPE_CHECKING:\n    from sim.model import Model"),
        ("sim.sources", "import importlib\nimportlib.import_module('sim.cli')"),
        ("sim.sources", "from sim import run_ensemble"),
        ("sim.sources", "import sim"),
        ("sim.sources", "from . import cli"),
        ("sim.sources", "from .scenario.load import load"),
        ("sim.rules.trust", "from ..errors import ScenarioError"),
        ("sim.rules.trust", "from sim.errors import ScenarioError"),
        ("sim.rules", "from ..cli import main"),
        ("sim.engine.kernel", "from sim.model import NegotiationModel"),
        ("sim.model", "from sim.engine.kernel import simulate"),
        ("sim.plots", "from sim.ensemble import run_ensemble"),
        ("sim.plots", "from sim.engine.kernel import simulate"),
        ("sim.ensemble", "from experiments.sweep import sweep"),
        ("experiments.sweep", "from sim.cli import app"),
        ("sim.cli", "from sim.nowhere import x"),
        ("sim.nowhere", "x = 1"),
    ],
)
def test_control_an_import_from_the_right_is_found(module: str, text: str) -> None:
    assert len(misplaced({**HOUSE, module: text})) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sim.model", "from sim.agents import Party"),
        ("sim.agents", "from sim.model import NegotiationModel"),
        ("sim.rules.trust", "from . import value\nfrom ..compiled import rule\nimport math"),
        ("sim.sources", "from sim import errors"),
        ("experiments.sweep", "from sim import run_ensemble\nimport scenarios"),
        ("sim.cli", "import experiments.sweep\nfrom sim.engine.kernel import simulate"),
        ("sim.sources", "import simpy\nfrom scenarios_of_another import x"),
    ],
)
def test_control_an_import_from_the_left_is_none(module: str, text: str) -> None:
    assert misplaced({**HOUSE, module: text}) == []


def test_control_a_circle_is_found() -> None:
    agents = {**HOUSE, "sim.agents": "from sim.model import NegotiationModel"}
    assert set(circle({**agents, "sim.model": "from sim.agents import Party"})) == {"sim.agents", "sim.model"}
    assert circle({**agents, "sim.model": "def f():\n    from sim.agents import Party"}) == []
    late = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.agents import Party"
    assert circle({**agents, "sim.model": late}) == []


def test_control_an_eager_package_is_found() -> None:
    assert eager_packages({**HOUSE, "sim": "from sim.ensemble import run_ensemble"}) == ["sim"]
    assert eager_packages({**HOUSE, "sim": "def __getattr__(name):\n    from sim import ensemble"}) == []
    assert eager_packages({**HOUSE, "experiments": "from experiments.sweep import sweep"}) == []
