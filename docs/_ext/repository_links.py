"""Links from a page to Markdown that stands elsewhere in the repository lead to the page that includes it."""

from __future__ import annotations

import os

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

INCLUDED = {
    "../scenarios/README": "how-to/write-a-scenario",
    "../scenarios/derive-rules": "reference/coding-rules",
    "../calibration/priors": "explanation/priors",
    "../calibration/record/README": "cases/record",
    "../calibration/record/pace/README": "explanation/pace",
}
"""Files outside of docs, relative to it and without suffix, and the page that each is shown on."""


def lead_to_pages(app: Sphinx, document: nodes.document) -> None:
    """Put the page of this site in place of a link's file outside of it."""
    for link in document.findall(addnodes.pending_xref):
        target = os.path.relpath(link.get("reftarget", ""), app.srcdir)
        if link.get("refdomain") == "doc" and target in INCLUDED:
            link["reftarget"] = INCLUDED[target]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the change of links."""
    app.connect("doctree-read", lead_to_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
