"""Writes docs/api.md from the docstrings of the public names of the package. Usage: python tools/make_api.py"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "api.md"

MODULES = (
    "sim",
    "sim.results.ensemble",
    "sim.scenario.library",
    "sim.scenario.load",
    "sim.scenario.resolve",
    "sim.tables.summary",
    "sim.core.atomic",
    "sim.results.store",
    "sim.results.manifest",
    "sim.figures.ensemble",
    "sim.agents.model",
    "sim.agents.party",
    "sim.narrative.narrator",
    "sim.tables.schema",
    "sim.evidence.positions",
    "sim.evidence.acts",
    "sim.evidence.record",
    "sim.evidence.sources",
    "sim.analysis.study",
    "sim.analysis.solutions",
    "sim.analysis.zone",
    "sim.analysis.challenge",
    "sim.analysis.actors",
    "sim.analysis.votes",
    "sim.report.document",
    "experiments.spec",
    "experiments.sweep",
    "experiments.results",
    "experiments.compare",
    "experiments.sensitivity",
    "experiments.variance",
    "sim.core.errors",
)
RULES = "sim/rules"
HEAD = """# API reference

Made from the docstrings by `make docs`; do not edit. Shapes are written as tuples of dimensions, days count from the
start of the talks, shares and positions lie between 0 and 1. Errors for what a user can put right are `ParleyError`
or a subclass of it. What a formula rests on is said where it stands; [odd.md](odd.md) has the model as a whole.
"""


def reference() -> str:
    """The whole document."""
    rules = sorted(f"sim.rules.{path.stem}" for path in (ROOT / RULES).glob("*.py") if path.stem != "__init__")
    import sim

    # A name that `import sim` offers may have moved to a module that is not listed.
    names = dict.fromkeys([*MODULES, *sorted(sim._HOME.values())])
    parts = [HEAD, *(part for name in names for part in module(name)), "## Rules\n"]
    parts += [part for name in rules for part in module(name, "###")]
    return "\n".join(parts)


def module(name: str, mark: str = "##") -> Iterator[str]:
    """A module with its public classes and functions, in the order in which they are written."""
    found = importlib.import_module(name)
    yield f"{mark} `{name}`\n\n{inspect.cleandoc(found.__doc__ or '')}\n"
    written = {key: getattr(thing, "py_func", thing) for key, thing in vars(found).items() if not key.startswith("_")}
    own = {key: thing for key, thing in written.items() if is_written_in(thing, name)}
    for key, thing in sorted(own.items(), key=lambda item: inspect.getsourcelines(item[1])[1]):
        yield entry(f"{mark}#", key, thing)
        if inspect.isclass(thing):
            yield from members(f"{mark}##", key, thing)


def is_written_in(thing: object, name: str) -> bool:
    """Whether a class or function stands in this module."""
    return (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == name


def members(mark: str, owner: str, thing: type) -> Iterator[str]:
    """Public methods and properties that a class writes itself and says something about."""
    for key, value in vars(thing).items():
        inner = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        inner = getattr(value, "func", inner)  # a cached property
        if key.startswith("_") or not inspect.isfunction(inner) or not inner.__doc__:
            continue
        name = f"{owner}.{key}"
        yield f"{mark} `{name}`\n\n{text(inner)}\n" if inner is not value else entry(mark, name, inner)


def entry(mark: str, name: str, thing: object) -> str:
    """Heading with signature, and the docstring."""
    return f"{mark} `{name}{signature(thing)}`\n\n{text(thing)}\n"


def signature(thing: object) -> str:
    """The signature of a function as written; nothing for a class."""
    if not inspect.isfunction(thing):
        return ""
    written = str(inspect.signature(thing)).replace("'", "")
    return re.sub(r" at 0x[0-9a-f]+", "", written)


def text(thing: object) -> str:
    """A docstring; not those that Python makes up for a class that has none of its own."""
    own = vars(thing).get("__doc__") if inspect.isclass(thing) else getattr(thing, "__doc__", None)
    return inspect.cleandoc(own) if own and not own.startswith(f"{getattr(thing, '__name__', '')}(") else ""


def main() -> None:
    """Write the document."""
    TARGET.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
