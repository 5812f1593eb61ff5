"""`parley new`: the file of a new scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def new(
        name: Annotated[str, typer.Argument(help="Name of the new scenario: lower case, digits, hyphens.")],
        base: Annotated[str, typer.Option("--from", help="Scenario from which it starts.")] = "istanbul-2025",
    ) -> None:
        """Write NAME.yaml: a commented scenario that takes every number from another one until you change it.

        Example:

        parley new my-talks --from river-border
        """
        from sim.scenario.template import write_template

        path = write_template(name, base, Path.cwd())
        typer.echo(f"{path.name} is written. Next: parley check {path.name}; parley run {path.name}")
