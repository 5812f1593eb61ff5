"""Names in signatures lead to the class they mean, also where a module imports it for type checkers only.

Sphinx evaluates annotations; what stands under `if TYPE_CHECKING:` it knows by its bare name and looks for in the whole
project, where several classes may be called `Party`. The imports of the module say which one is meant.
"""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

PACKAGES = ("sim.", "experiments.", "calibration.")


@cache
def find_imports(module: str) -> dict[str, str]:
    """Names that a module imports from others, each with the module and name it is defined under."""
    tree = ast.parse(Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = find_home(node.module, alias.name)
    return found


def find_home(module: str, name: str) -> str:
    """Where a name is defined: a package may pass on what one of its modules holds."""
    try:
        thing = getattr(importlib.import_module(module), name)
        return f"{thing.__module__}.{thing.__qualname__}"
    except (ImportError, AttributeError):
        return f"{module}.{name}"


def name_in_full(app: Sphinx, document: nodes.document) -> None:
    """Put the full name in place of a bare one that the module imports."""
    for link in document.findall(addnodes.pending_xref):
        module, target = link.get("py:module"), link.get("reftarget", "")
        if link.get("refdomain") == "py" and module and "." not in target and target in find_imports(module):
            link["reftarget"] = find_imports(module)[target]
            link["reftype"] = "obj"  # a class, or another name for a type
            link["refspecific"] = False


def accept_made_class(app: Sphinx, env: object, node: nodes.Element, content: nodes.Element) -> nodes.Element | None:
    """Show a class as text that is made while the program runs, such as a model of a schema: no module holds it."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    if node.get("refdomain") != "py" or not module.startswith(PACKAGES):
        return None
    try:
        found = hasattr(importlib.import_module(module), name)
    except ImportError:
        return None
    return None if found else content


def escape_bars(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Keep the bars of absolute values, `|d - r|`: reStructuredText would look for a substitution of that name."""
    for number, line in enumerate(lines):
        parts = line.split("`")
        parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
        lines[number] = "`".join(parts)


def leave_signatures(app: Sphinx, config: object) -> None:
    """Take numpydoc's reading of signatures away: it fails on type aliases, and no docstring here holds a signature."""
    for listener in list(app.events.listeners["autodoc-process-signature"]):
        if listener.handler.__module__.startswith("numpydoc"):
            app.disconnect(listener.id)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the changes."""
    app.connect("config-inited", leave_signatures, priority=900)
    app.connect("autodoc-process-docstring", escape_bars, priority=600)
    app.connect("doctree-read", name_in_full)
    app.connect("missing-reference", accept_made_class)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
