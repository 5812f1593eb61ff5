"""`parley cite`: the sources of a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from sim.cli.options import ScenarioArgument

if TYPE_CHECKING:
    from sim.scenario.load import Loaded


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def cite(scenario: ScenarioArgument) -> None:
        """List the documents and papers behind the numbers of a scenario, each with its purpose.

        Example:

        parley cite istanbul-2025
        """
        from sim.scenario.load import load

        for line in format_citations(load(scenario)):
            typer.echo(line)


def format_citations(loaded: Loaded) -> Iterator[str]:
    """Format the references: documents, then papers, then parley itself."""
    from sim.core.version import __version__
    from sim.results.manifest import list_citations

    citations = list_citations(loaded)
    for kind, title in (("document", "Documents the numbers rest on"), ("paper", "Papers the reasons name")):
        entries = [entry for entry in citations if entry["kind"] == kind]
        if not entries:
            continue
        yield from (f"{title}:", "")
        for entry in entries:
            perspective = "" if entry["perspective"] == "neutral" else f" ({entry['perspective']})"
            yield f"[{entry['id']}]{perspective} {entry['citation']}"
            yield f"    for: {entry['cited_for']}"
        yield ""
    name = f"parley contributors. parley {__version__}: simulated diplomatic talks whose every number is sourced or"
    yield from ("Software:", "", f"{name} flagged as assumed. See CITATION.cff.")
