"""`parley rerun`: repeat a result from its folder or package, and say file by file whether it agrees."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.core.counts import format_count

if TYPE_CHECKING:
    from sim.replication.repetition import Repetition


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def rerun(
        source: Annotated[
            Path,
            typer.Argument(
                help="Folder of run, compare, sweep or calibrate, file of forecast, or package of `parley pack`.",
                show_default=False,
            ),
        ],
        out: Annotated[
            Path | None,
            typer.Option("-o", "--out", help="New folder in which the repetition stays.", show_default=False),
        ] = None,
        trust_code: Annotated[
            bool,
            typer.Option("--trust-code", help="Execute the module of a party class that came with the results."),
        ] = False,
        scenario: Annotated[
            str | None,
            typer.Option(help="Scenario of a sweep, where its own file is needed again.", show_default=False),
        ] = None,
        workers: Annotated[
            int | None,
            typer.Option(min=1, help="Number of threads or processes; by default one a processor."),
        ] = None,
    ) -> None:
        """Repeat a result, and say file by file whether the bytes agree.

        The scenario comes from the manifest, so the folder is enough. Where files differ, the recorded inputs that
        differ are listed: the scenario, the rules, the git commit, versions of packages, the processor. The exit status
        is 0 if every file agrees (figures by their pixels), else 1.

        For example:

        parley rerun out/river-border

        parley rerun package.zip -o repeated
        """
        from sim.core.errors import ParleyError
        from sim.replication.package import open_results
        from sim.replication.repetition import repeat, repeat_file

        if out is not None and (out.is_file() or (out.is_dir() and any(out.iterdir()))):
            raise ParleyError(f"`{out}` is already there; give a new folder")
        with tempfile.TemporaryDirectory(prefix="parley-") as scratch, open_results(source, Path(scratch)) as folder:
            into = Path(scratch) / "repetition" if out is None else out
            if folder.is_dir():
                repetition = repeat(folder, into, trust_code=trust_code, scenario=scenario, workers=workers)
            else:
                repetition = repeat_file(folder, Path(scratch), workers)
        print_repetition(repetition)
        if out is not None and out.exists():
            typer.echo(f"The repetition is in {out}")
        if not repetition.agrees:
            raise typer.Exit(1)


def print_repetition(repetition: Repetition) -> None:
    """Print a line a file, then the inputs that differ."""
    for name, agreement in repetition.files.items():
        problem = f"; the file {repetition.damage[name]}" if name in repetition.damage else ""
        typer.echo(f"{name}: {agreement}{problem}")
    if repetition.inputs:
        typer.echo("Recorded inputs that differ (recorded → now):")
    for line in repetition.inputs:
        typer.echo(f"  {line}")
    if repetition.agrees:
        agree = "its file agrees" if len(repetition.files) == 1 else f"all {len(repetition.files):,} files agree"
        typer.echo(f"The {repetition.kind} is repeated: {agree}")
        return
    count = sum(not agreement.agrees for agreement in repetition.files.values())
    if repetition.damage:
        damaged = format_count(len(repetition.damage), "file is not as it was", "files are not as they were")
        typer.echo(f"{damaged} written", err=True)
    if count:
        why = "see the inputs above" if repetition.inputs else "though every recorded input is the same"
        typer.echo(f"{format_count(count, 'file differs', 'files differ')}, {why}", err=True)
