"""`parley sweep`: run an experiment over many points into a folder; it can be interrupted and continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import make_console
from sim.core.counts import format_count

if TYPE_CHECKING:
    from experiments.spec import Contrast, Experiment
    from sim.figures.process import FigureProcess


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def sweep(
        context: typer.Context,
        experiment: Annotated[
            str, typer.Argument(help="Name of a shipped experiment or path of a YAML file.", show_default=False)
        ],
        out: Annotated[
            Path, typer.Option("-o", "--out", help="Folder for the results; an unfinished sweep in it continues.")
        ],
        workers: Annotated[
            int | None, typer.Option(min=1, help="Number of threads; by default one a processor.")
        ] = None,
        dask: Annotated[
            str | None, typer.Option(metavar="ADDRESS", help="Address of a Dask scheduler, to run on a cluster.")
        ] = None,
        runs: Annotated[
            int | None, typer.Option(min=1, help="Number of runs at each point, instead of the experiment's.")
        ] = None,
        points: Annotated[
            int | None, typer.Option(min=1, help="Number of points of a sampled design, instead of the experiment's.")
        ] = None,
        until_se: Annotated[
            str | None,
            typer.Option(
                metavar="MEASURE=SE",
                help="Make as many runs at each point as the standard error of a measure needs at the worst of them.",
            ),
        ] = None,
        scenario: Annotated[
            str | None, typer.Option(help="Case to run, of an experiment with several; by default its scenario.")
        ] = None,
        contrast: Annotated[
            list[str] | None,
            typer.Option(
                metavar="A:B",
                help="Compare two points on the same draws: names of variants, or factor=value,…; may be repeated.",
            ),
        ] = None,
    ) -> None:
        """Run an experiment: a scenario at every point of a factorial, sampled, listed or named design.

        All points share the seed, so that they share every draw. The same command continues a sweep that was stopped or
        killed, and the tables are the same to the byte. A point whose values contradict each other fails; all others
        run, and the exit status is 1.

        Prints the main results of every point and the paired effects of the planned contrasts (those of the experiment,
        and --contrast), and draws both into `figures` in the folder. `rate=1,seat=away:seat=beside` compares two seats
        at one rate; without `rate=1` at each rate. A star marks a difference that stays significant after Holm's
        correction over what was planned.

        For example:

        parley sweep venue -o results/venue

        parley sweep mine.yaml -o results/mine --workers 4
        """
        from sim.figures.process import FigureProcess

        figure_process = context.with_resource(FigureProcess("experiments.overview_process"))
        from experiments.contrasts import parse_contrast
        from experiments.setup import Setup
        from experiments.sweep import run_sweep
        from experiments.validation import check_plans

        contrasts = {text: parse_contrast(text) for text in contrast or []}

        def say(line: str) -> None:
            typer.echo(f"parley: {line}", err=True)

        spec = load_experiment(experiment, runs, points, scenario)
        if contrasts:
            plans = {name: plan.model_dump() for name, plan in {**spec.contrasts, **contrasts}.items()}
            check_plans(Setup.load(spec.replace_keys(contrasts=plans)))
        if until_se is not None:
            spec = replace_runs(spec, until_se, runs is not None)
            say(f"{format_count(spec.runs_per_point, 'run')} at each point for {until_se}")
        try:
            with show_progress() as progress:
                manifest = run_sweep(spec, out, workers=workers, dask=dask, progress=progress, notice=say)
        except KeyboardInterrupt:
            from experiments.folder import SweepFolder

            if not SweepFolder(out).list_parts():
                raise
            typer.echo("parley: interrupted; finished parts are kept, and the same command continues", err=True)
            raise typer.Exit(130) from None
        tables = manifest["tables"]
        if len(tables["failed_points"]) < tables["points"]:
            print_overview(out, spec, contrasts, figure_process)
        point_count, run_count = format_count(tables["points"], "point"), format_count(tables["runs"], "run")
        typer.echo(f"{point_count}, {run_count}; tables, figures and manifest are in {out}")
        for point, error in list_failures(manifest):
            typer.echo(f"point {point} failed: {error}", err=True)
        if tables["failed_points"]:
            typer.echo(f"{len(tables['failed_points']):,} of {point_count} failed", err=True)
            raise typer.Exit(1)


def replace_runs(spec: Experiment, until: str, fixed: bool) -> Experiment:
    """Replace the number of runs by what a standard error needs at every point. Raises ParleyError."""
    from experiments.stopping import count_sweep_runs
    from sim.core.errors import ParleyError

    if fixed:
        raise ParleyError("--until-se sets the number of runs; leave out --runs or --until-se")
    return spec.replace_keys(runs=count_sweep_runs(spec, until))


def print_overview(
    folder: Path, spec: Experiment, more: Mapping[str, Contrast], figure_process: FigureProcess
) -> None:
    """Print the table of points and of planned contrasts, and write the standard figures. Raises ParleyError."""
    contrasts, measures = {**spec.contrasts, **more}, spec.measures
    if not contrasts:
        figure_process.send(folder, None, [], is_last=True)
    from experiments.contrasts import compute_effects
    from experiments.overview import MOST_POINTS, tabulate_effects, tabulate_points
    from experiments.results import load
    from sim.cli.text_table import TextTable, build_table

    results, screen = load(folder), make_console()
    failed = results.manifest["tables"]["failed_points"]
    if contrasts and failed:
        typer.echo("parley: contrasts need all points, and some failed", err=True)
    effects = compute_effects(results, contrasts, measures or None) if contrasts and not failed else None
    if contrasts:
        figure_process.send(folder, effects, list(more), is_last=True)
    screen.print(
        build_table(TextTable("Results at every point, with 95% intervals", *tabulate_points(results)), screen.width)
    )
    if (count := len(results.points)) > MOST_POINTS:
        typer.echo(f"The first {MOST_POINTS} of {count:,} points; summary.parquet holds them all.")
    if effects is not None:
        table = TextTable("Planned contrasts, on the same draws", *tabulate_effects(effects), texts=3)
        screen.print(build_table(table, screen.width))
        tests = int(effects["p"].notna().sum())
        planned = "the one test" if tests == 1 else f"all {tests} tests"
        typer.echo(f"* differs from 0 after Holm's correction over {planned} planned; effects.csv holds them.")
    if not figure_process.finish():
        from experiments.overview_plots import write_overview

        write_overview(results, effects, folder, list(more))


def load_experiment(name: str, runs: int | None, points: int | None, scenario: str | None = None) -> Experiment:
    """Load an experiment on one of its cases and replace its numbers of runs and points. Raises ParleyError."""
    from experiments.spec import list_shipped, read_experiment, shipped_folder
    from sim.core.errors import ParleyError, nearest

    experiment = read_experiment(name)
    cases = experiment.list_cases()
    case = scenario or experiment.scenario
    if case not in cases:
        known = ", ".join(cases)
        raise ParleyError(f"--scenario: {name} has no case `{case}`{nearest(case, list(cases))}; it has {known}")
    spec = cases[case]
    if runs is not None and spec.nested is not None:
        file = shipped_folder() / f"{name}.yaml" if name in list_shipped() else name
        layers = f"{spec.nested.assumptions:,} assumptions, each with {spec.nested.fates:,} fates"
        problem = f"--runs: this experiment is nested ({layers}) and takes no number of runs"
        raise ParleyError(f"{problem}; for a shorter one copy {file} and make the numbers under `nested` smaller")
    return spec.replace_keys(runs=runs, points=points)


def list_failures(manifest: dict[str, Any], most: int = 5) -> Iterator[tuple[str, str]]:
    """List the first failed points with their errors, and the number of the others."""
    errors = {failure["point"]: failure["error"] for failure in manifest["tables"]["failures"]}
    for point in list(errors)[:most]:
        yield str(point), errors[point]
    if len(errors) > most:
        yield "…", f"and {len(errors) - most} more; the table of points holds every error"


@contextmanager
def show_progress() -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar with rate and time left on a terminal; earlier parts count as done but not as speed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = make_console(stderr=True)
    if not screen.is_terminal:
        yield lambda done, total: None
        return
    rate = TextColumn("{task.fields[rate]}")
    with Progress(
        TextColumn("runs"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), console=screen
    ) as bar:
        task = bar.add_task("", total=None, rate="")
        start: list[int] = []

        def advance(done: int, total: int) -> None:
            if not start:
                start.append(done)
                bar.reset(task, total=total, completed=done)
                return
            bar.advance(task, done)
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.0f} runs/s" if speed else "")

        yield advance
