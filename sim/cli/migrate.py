"""`parley migrate`: a file of an earlier version under present names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def migrate(
        file: Annotated[Path, typer.Argument(help="Scenario or experiment that an earlier version of parley read.")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help="Write here, and leave FILE as it is. Default: rewrite FILE.")
        ] = None,
    ) -> None:
        """Rewrite a scenario or an experiment of an earlier version; comments stay.

        Renames the outcome code `tabled` (now `texts`) and the measure `gap` (now `gap_open`). A scenario that has
        baskets or extends a shipped one, and does not say which version of the model it plays, gets
        `model: {version: 1}`, so that its results stay what they were. Delete that line to play version 2.

        Examples:

        parley migrate my-talks.yaml

        parley migrate my-talks.yaml -o my-talks-2.yaml
        """
        from sim.core.atomic import check_new_file, write_file
        from sim.core.errors import ParleyError
        from sim.scenario.migration import migrate as rewrite

        if not file.is_file():
            problem = "is a folder" if file.is_dir() else "is not a file" if file.exists() else "does not exist"
            raise ParleyError(f"`{file}` {problem}; name a scenario or an experiment")
        if out is not None:
            check_new_file(out, ".yaml", ".yml")
        text, changes = rewrite(file)
        for change in changes:
            typer.echo(change)
        if not changes:
            typer.echo(f"{file} has nothing to rename")
        if changes or out is not None:
            write_file(out or file, text)
            typer.echo(f"{out or file} is written. Next: parley check {out or file}")
