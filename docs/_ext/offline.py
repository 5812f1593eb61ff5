"""Refuse a built page that loads anything from another machine: the site has to open without a network."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

ELEMENT = r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*\""
LOADED = re.compile(ELEMENT + r"|@import[^;]*https?:[^;]*|url\([\"']?https?:[^)]*")


def check_pages(app: Sphinx, failure: Exception | None) -> None:
    """Look through every page and style sheet; raise SphinxError with what is found."""
    if failure is not None:
        return
    out = Path(app.outdir)
    pages = [path for kind in ("*.html", "*.css") for path in sorted(out.rglob(kind))]
    found = [f"{path.relative_to(out)}: {hit}" for path in pages for hit in LOADED.findall(path.read_text("utf-8"))]
    if found:
        raise SphinxError("loaded from another machine:\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the check."""
    app.connect("build-finished", check_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
