"""The blocks of the model description show which rule they state, with a link to it.

In Markdown such a block begins with `python rule: module.function`; what follows the language is not shown otherwise.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

from sphinx.application import Sphinx

HEAD = re.compile(r"^```python (rule|property): (\w+)\.(\w+)$", re.M)
HOMES = ("sim.rules", "sim.solvers", "sim.core")


def name_rule(match: re.Match[str]) -> str:
    """The head of a code block with a caption in place of the words after the language."""
    kind, module, name = match.groups()
    home = next((home for home in HOMES if find_spec(home) and find_spec(f"{home}.{module}")), HOMES[0])
    return f"```{{code-block}} python\n:caption: '{kind} {{py:obj}}`{module}.{name} <{home}.{module}.{name}>`'\n"


def name_rules(app: Sphinx, page: str, source: list[str]) -> None:
    """Change the heads of all blocks of a page."""
    source[0] = HEAD.sub(name_rule, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the change."""
    app.connect("source-read", name_rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
