"""Mathematics as MathML, which browsers draw without a script: docutils converts it from LaTeX."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml, wrap_math_code
from sphinx.application import Sphinx


def convert_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula in running text."""
    translator.body.append(str(latex2mathml.tex2mathml(node.astext(), as_block=False)))
    raise nodes.SkipNode


def convert_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula that stands by itself."""
    code = wrap_math_code(node.astext(), as_block=True)
    translator.body.append(str(latex2mathml.tex2mathml(code, as_block=True)))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (convert_inline, None), (convert_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
