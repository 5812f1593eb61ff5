"""Old names stay away: of modules by their files, of everything else by the syntax tree (some are ordinary words).

A name counts where it is defined: function, class, parameter, variable, attribute, import alias. Texts, keys and column
names are free.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "experiments", "calibration")

OLD_NAMES: dict[str, str] = {
    "Given": "PosteriorSource",
    "told": "on_progress, describe_…",
    "laid": "transform_plan",
    "look_over": "init_basket",
    "feel": "update_readiness",
    "suffer": "apply_incident",
    "_come": "_immigrants",
    # Participles and metaphors: a noun for the thing instead, or a verb for the function.
    "apart": "distance, separate_…",
    "asked": "experiment, request, demand",
    "found": "result, or what it is",
    "given": "values, or what they are",
    "kept": "remaining, mask, best",
    "looks": "styles",
    "made": "result, or what it is",
    "moved": "answer_…, shift_…",
    "named": "names, by_name",
    "picked": "choices, selection",
    "placed": "locate_…, describe_…",
    "room": "range, space, width",
    "shown": "visible, rows, text",
    "trial": "candidate",
    "wanted": "parameters, columns",
}
"""Identifiers that must not be defined, with what replaces them."""

OLD_PREFIXES = ("parsed_", "laid_", "looks_", "told_")
"""Beginnings of names that read as participles."""

OLD_MODULES = {
    "apart": "compiled/memory/function_table",
    "ascent": "solvers/nash_ascent",
    "carry": "cli/convert",
    "catalogue": "cli/list, check, cite, new, schema",
    "closing": "agents/report, compiled/conclusion",
    "drawing": "experiments/figure_layout",
    "forests": "experiments/forest_plots",
    "incidence": "agents/incidents",
    "inlined": "solvers/inline",
    "look": "figures/style",
    "meeting": "agents/convening",
    "parting": "experiments/divergence",
    "picture": "figures/solutions",
    "pieces": "solvers/piecewise",
    "prepared": "experiments/setup",
    "room": "scenario/reservation",
    "setting": "agents/model",
    "shipping": "experiments/script",
    "starter": "scenario/template",
    "tailoring": "compiled/memory/types",
    "telling": "agents/events",
    "third_parties": "agents/mediator, agents/sponsor",
    "verbs": "cli",
    "warming": "compiled/precompile",
    "wording": "narrative/titles",
    "yamlfile": "yamlio/reader",
    "yamlscalar": "yamlio/scalars",
    "yamltree": "yamlio/tree",
}
"""Names of files that must not come back anywhere, with what replaces them."""

OLD_FILES = {
    "experiments/parts.py": "experiments/sweep_parts.py",
    "experiments/tasks.py": "experiments/sweep_parts.py",
    "sim/agents/gap.py": "sim/agents/elapse.py and incidents.py",
    "sim/compiled/gap.py": "sim/compiled/elapse.py and incidents.py",
    "sim/compiled/texts.py": "sim/compiled/mediation.py",
    "sim/engine": "sim/compiled",
    "sim/run": "sim/agents",
}
"""Files whose name is an ordinary word elsewhere."""

TERMS = {"blocking", "convening", "editing", "sampling", "stopping"}
"""Nouns in -ing or -ed that a scholar or an engineer searches for; every other such name of a file is a participle."""


def definitions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module defines, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno


def old_names(path: str, text: str) -> list[str]:
    """Old names that the source text of a module defines."""
    faults = []
    for name, line in definitions(ast.parse(text)):
        if name in OLD_NAMES:
            faults.append(f"{path}:{line}: `{name}`; rather: {OLD_NAMES[name]}")
        elif name.lstrip("_").startswith(OLD_PREFIXES):
            faults.append(f"{path}:{line}: `{name}` reads as a participle; functions are verbs")
    return faults


def old_modules(path: str) -> list[str]:
    """What is wrong with the path of a module, if anything."""
    stem = Path(path).stem
    if stem in OLD_MODULES:
        return [f"{path}: now {OLD_MODULES[stem]}"]
    places = [place for place in OLD_FILES if path == place or path.startswith(f"{place}/")]
    if places:
        return [f"{path}: now {OLD_FILES[places[0]]}"]
    if stem.endswith(("ing", "ed")) and stem not in TERMS:
        return [f"{path}: named by a participle"]
    return []


def area(path: Path) -> str:
    """Package that a module belongs to."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[: 2 if parts[0] == "sim" and len(parts) > 2 else 1])


MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
AREAS = sorted({area(path) for path in MODULES})


@pytest.mark.parametrize("name", AREAS)
def test_no_old_name_is_defined(name: str) -> None:
    faults = []
    for path in MODULES:
        if area(path) == name:
            faults += old_names(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    assert not faults, f"{len(faults)} old names\n" + "\n".join(faults)


def test_no_module_has_an_old_name() -> None:
    faults = [fault for path in MODULES for fault in old_modules(path.relative_to(ROOT).as_posix())]
    assert not faults, "\n".join(faults)


def test_the_checks_see_the_project() -> None:
    assert {"sim/agents", "sim/cli", "sim/figures", "sim", "experiments", "calibration"} <= set(AREAS)
    assert len(MODULES) > 150


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "for kept in x: pass",
        "def told(): pass",
        "def f(given): pass",
        "def f(*, laid=None): pass",
        "lambda made: 1",
        "class Given: pass",
        "self.wanted = 1",
        "[0 for shown in x]",
        "import numpy as trial",
        "with x as room: pass",
        "async def feel(): pass",
        "a, (picked, b) = 1",
        "found: int = 1",
        "found += 1",
        "if (asked := 1): pass",
        "try: pass\nexcept E as moved: pass",
        "match x:\n    case [placed]: pass",
        "def parsed_changes(): pass",
    ],
)
def test_control_definitions(text: str) -> None:
    assert len(old_names("sim/a.py", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x = 'found'",
        "x['asked']",
        "f(told=1)",
        "y = x.named",
        "# found",
        "foundation = unkept = 1",
        "import room.x as y",
    ],
)
def test_control_other_words(text: str) -> None:
    assert old_names("sim/a.py", text) == []


@pytest.mark.parametrize(
    "path",
    ["sim/core/look.py", "experiments/parts.py", "sim/engine/party.py", "sim/cli/printing.py", "calibration/fitted.py"],
)
def test_control_modules(path: str) -> None:
    assert len(old_modules(path)) == 1


@pytest.mark.parametrize(
    "path", ["sim/report/parts.py", "sim/figures/gap.py", "sim/agents/convening.py", "sim/core/draws.py"]
)
def test_control_other_modules(path: str) -> None:
    assert old_modules(path) == []
