"""`parley pack`: a folder of results as one file that a colleague can repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def pack(
        folder: Annotated[
            Path, typer.Argument(help="Folder that run, compare, sweep or calibrate wrote.", show_default=False)
        ],
        out: Annotated[Path, typer.Option("-o", "--out", help="ZIP file to write, NAME.zip; it must not exist.")],
    ) -> None:
        """Pack results for replication: one ZIP file with all that a colleague needs to repeat them.

        It holds the results with their manifest, the resolved scenario, the scenario's files and documents where they
        are unchanged, the exact versions of packages, checksums, and a README of two commands.

        Example:

        parley pack out/river-border -o river-border.zip
        """
        from sim.replication.package import write_package

        missing = write_package(folder, out)
        for line in missing:
            typer.echo(f"note: {line}", err=True)
        typer.echo(f"The package is {out}; `parley rerun {out}` repeats it")
