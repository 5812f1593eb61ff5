"""`parley sweep`: an experiment over many points into a folder, resumable at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import console

if TYPE_CHECKING:
    from experiments.spec import Experiment


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def sweep(
        experiment: Annotated[
            str, typer.Argument(help="Name of a shipped experiment, or a YAML file.", show_default=False)
        ],
        out: Annotated[
            Path, typer.Option("-o", "--out", help="Folder for the results; an unfinished sweep goes on there.")
        ],
        workers: Annotated[int | None, typer.Option(min=1, help="Threads; one a processor if left out.")] = None,
        dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")] = None,
        runs: Annotated[
            int | None, typer.Option(min=1, help="Runs at each point, in place of the experiment's.")
        ] = None,
        points: Annotated[int | None, typer.Option(min=1, help="Points of a sampled design, likewise.")] = None,
    ) -> None:
        """Run a scenario at every point of a design: factorial, sampled, listed or named variants.

        All points share the seed, so that they share every draw. Stopped or killed at any moment and started again with
        the same folder, the sweep goes on where it was; the tables come out the same to the byte. Points whose values
        do not go together fail one by one; the rest is run, and the exit status is 1.

        Examples:

        parley sweep venue -o results/venue

        parley sweep mine.yaml -o results/mine --workers 4
        """
        from experiments.sweep import run_sweep

        def say(line: str) -> None:
            typer.echo(f"parley: {line}", err=True)

        asked = shortened(experiment, runs, points)
        try:
            with watched() as progress:
                manifest = run_sweep(asked, out, workers=workers, dask=dask, progress=progress, notice=say)
        except KeyboardInterrupt:
            typer.echo("parley: interrupted; what is finished is kept, the same command goes on with it", err=True)
            raise typer.Exit(130) from None
        tables = manifest["tables"]
        typer.echo(f"{tables['points']:,} points, {tables['runs']:,} runs; tables and manifest are in {out}")
        for point, error in failed(manifest):
            typer.echo(f"point {point} failed: {error}", err=True)
        if tables["failed_points"]:
            typer.echo(f"{len(tables['failed_points']):,} of {tables['points']:,} points failed", err=True)
            raise typer.Exit(1)


def shortened(name: str, runs: int | None, points: int | None) -> Experiment:
    """An experiment with other numbers of runs and points, where they are given. Raises ParleyError."""
    from experiments.spec import list_shipped, read_experiment, shipped_folder
    from sim.core.errors import ParleyError

    asked = read_experiment(name)
    if runs is not None and asked.nested is not None:
        file = shipped_folder() / f"{name}.yaml" if name in list_shipped() else name
        layers = f"{asked.nested.assumptions:,} assumptions, each with {asked.nested.fates:,} fates"
        problem = f"--runs: this experiment is nested ({layers}) and takes no number of runs"
        raise ParleyError(f"{problem}; for a shorter one copy {file} and make the numbers under `nested` smaller")
    return asked.replace_keys(runs=runs, points=points)


def failed(manifest: dict[str, Any], most: int = 5) -> Iterator[tuple[str, str]]:
    """The first failed points with their errors, and how many more there are."""
    errors = {failure["point"]: failure["error"] for failure in manifest["tables"]["failures"]}
    for point in list(errors)[:most]:
        yield str(point), errors[point]
    if len(errors) > most:
        yield "…", f"and {len(errors) - most} more; the table of points holds every error"


@contextmanager
def watched() -> Iterator[Callable[[int, int], None]]:
    """A bar with rate and time left on a terminal; what an earlier sweep had finished counts as done, not as speed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda done, total: None
        return
    rate = TextColumn("{task.fields[rate]}")
    with Progress(
        TextColumn("runs"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), console=screen
    ) as bar:
        task = bar.add_task("", total=None, rate="")
        begun: list[int] = []

        def advance(done: int, total: int) -> None:
            if not begun:
                begun.append(done)
                bar.reset(task, total=total, completed=done)
                return
            bar.advance(task, done)
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.0f} runs/s" if speed else "")

        yield advance
