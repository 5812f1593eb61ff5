"""`parley report`: a folder of results as one file to hand around."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def report(
        folder: Annotated[Path, typer.Argument(help="A folder that run, compare, sweep or calibrate wrote.")],
        out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")] = Path("report.html"),
        force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    ) -> None:
        """One self-contained HTML file: figures, tables, what it rests on, how to read it. Opens offline, prints well.

        Example: parley report out/river-border -o river-border.html
        """
        from sim.report.document import write_report

        write_report(folder, out, force=force)
        typer.echo(f"The report is in {out}")
