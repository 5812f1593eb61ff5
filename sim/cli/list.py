"""`parley list`: the scenarios that come with parley."""

from __future__ import annotations

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command("list")
    def list_() -> None:
        """List the scenarios that come with parley, with their titles."""
        from sim.scenario.library import locate, shipped
        from sim.yamlio.reader import read

        names = shipped()
        for name in names:
            data = read(locate(name)).data
            typer.echo(f"{name:{max(map(len, names))}}  {data.get('title', '')}")
