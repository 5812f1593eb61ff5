"""Mathematics as MathML, which browsers draw without a script: docutils converts it from LaTeX."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def write_formula(translator: Any, node: nodes.Element, block: bool) -> None:
    """Write a formula; what cannot be converted is a warning, and so an error of the build."""
    try:
        translator.body.append(str(latex2mathml.tex2mathml(node.astext(), as_block=block)))
    except MathError as error:
        LOGGER.warning("formula %r: %s", node.astext(), error, location=node, type="mathml")
    raise nodes.SkipNode


def write_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula in running text."""
    write_formula(translator, node, block=False)


def write_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula that stands by itself."""
    write_formula(translator, node, block=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
