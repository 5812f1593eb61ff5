"""The blocks of the model description show which rule they state, with a link to it, and its equation.

In Markdown such a block begins with `python rule: module.function`; what follows the language is not shown otherwise.
The equation above it is made from the block.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

from equations import write_equation
from sphinx.application import Sphinx

BLOCK = re.compile(r"^```python (rule|property): (\w+)\.(\w+)\n(.*?)\n```$", re.M | re.S)
HOMES = ("sim.rules", "sim.solvers", "sim.core")


def show_rule(match: re.Match[str]) -> str:
    """A rule as an equation, then as code with a caption in place of the words after the language."""
    kind, module, name, code = match.groups()
    home = next((home for home in HOMES if find_spec(home) and find_spec(f"{home}.{module}")), HOMES[0])
    caption = f"{kind} {{py:obj}}`{module}.{name} <{home}.{module}.{name}>`"
    equation = f"```{{math}}\n{write_equation(code, name)}\n```\n\n"
    return f"{equation}```{{code-block}} python\n:caption: '{caption}'\n\n{code}\n```"


def show_rules(app: Sphinx, page: str, source: list[str]) -> None:
    """Show all blocks of a page."""
    source[0] = BLOCK.sub(show_rule, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the change."""
    app.connect("source-read", show_rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
