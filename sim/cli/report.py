"""`parley report`: a folder of results as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def report(
        folder: Annotated[Path, typer.Argument(help="Folder that run, compare, sweep, calibrate or analyse wrote.")],
        out: Annotated[Path, typer.Option("--out", "-o", help="HTML file to write, NAME.html.")] = Path("report.html"),
        force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
    ) -> None:
        """Write a report: one HTML file with figures, tables, assumptions, sources and a guide to reading it.

        The file is self-contained: it opens offline, and it can be printed.

        Example:

        parley report out/river-border -o river-border.html
        """
        from sim.report.document import write_report

        write_report(folder, out, force=force)
        typer.echo(f"The report is in {out}")
