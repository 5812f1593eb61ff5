"""`parley run`: simulate a scenario many times, print a summary, write tables, manifest and figures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption, make_console, parse_changes

if TYPE_CHECKING:
    from sim.results.plan import Plan
    from sim.results.progress import Progress
    from sim.tables.summary import Summary

_RUNS = 1000
_ENGINE = "Code that simulates: compiled (fast), mesa (the reference, in plain Python) or auto."


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def run(
        context: typer.Context,
        scenario: ScenarioArgument,
        n: Annotated[int | None, typer.Option("-n", help="Number of runs.", show_default=str(_RUNS))] = None,
        seed: SeedOption = 0,
        changes: ChangesOption = None,
        posterior: Annotated[
            Path | None,
            typer.Option(
                help="Folder that `parley calibrate` wrote; its posterior replaces assumed ranges.", show_default=False
            ),
        ] = None,
        engine: Annotated[str, typer.Option(help=_ENGINE)] = "auto",
        out: Annotated[
            Path | None,
            typer.Option(
                "-o", "--out", help="Folder for the results; by default a new one under out/.", show_default=False
            ),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help="Replace the results of an earlier run in the folder.")
        ] = False,
        until_se: Annotated[
            str | None,
            typer.Option(
                metavar="MEASURE=SE",
                help="Instead of -n: add runs, 1,000 at a time, until the measure has this standard error.",
            ),
        ] = None,
        offers: Annotated[
            bool, typer.Option("--offers", help="Write every party's offer after every round: offers.parquet.")
        ] = False,
        assumptions: Annotated[
            bool, typer.Option("--assumptions", help="Write the values drawn for ranged numbers: assumptions.parquet.")
        ] = False,
        svg: Annotated[bool, typer.Option("--svg", help="Write figures as SVG too, not only as PNG.")] = False,
    ) -> None:
        """Simulate a scenario many times: how the talks end, how long they take, and what blocks a settlement.

        Results are conditional on the assumptions that `parley show` lists; they are not a forecast.

        For example:

        parley run istanbul-2025 -n 10000 -o results

        parley run river-border --set parties.northbank.deadline=90

        parley run istanbul-2025 --set evidence.admit=own --seed 7

        parley run istanbul-2025 --until-se outcome=0.005
        """
        from sim.cli.cold_start import restart_in_plain_python, show_preview
        from sim.core.atomic import OutputFolder
        from sim.core.errors import ParleyError
        from sim.figures.process import FigureProcess

        if n is not None and until_se is not None:
            raise ParleyError("-n and --until-se exclude each other: both decide the number of runs")
        if engine == "auto" and posterior is None and n is not None:
            restart_in_plain_python(context.obj, n)
        folder = out if out is not None else choose_folder(Path("out"), scenario)
        OutputFolder(folder, "run", force)  # refuse before the work, not after it
        with FigureProcess() as figure_process:  # it loads Matplotlib while this process loads the engine
            from sim.results.plan import plan
            from sim.results.store import write_ensemble
            from sim.results.zones import ZoneCounter

            transform_plan, target = build_transform(posterior), None
            if until_se is not None:
                target = find_run_count(scenario, parse_changes(changes), until_se, seed, engine, transform_plan)
                n = target["runs"]
            job = transform_plan(
                plan(scenario, _RUNS if n is None else n, seed, engine=engine, changes=parse_changes(changes))
            )
            job = replace(job, target=target)
            pages: list[str] = []
            zones = ZoneCounter(job) if job.posterior is None else None

            def on_summary(summary: Summary) -> None:
                """Prepare the text while the figures are drawn; it is printed when everything is written."""
                from sim.cli.summary import print_summary

                screen = make_console()
                with screen.capture() as capture:
                    print_summary(screen, summary, job, zones)
                pages.append(capture.get())

            with show_preview(job, scenario, changes or ()), show_progress(job.n) as progress:
                write_ensemble(
                    job,
                    folder,
                    progress,
                    force=force,
                    figures=("png", "svg") if svg else ("png",),
                    offers=offers,
                    assumptions=assumptions,
                    figure_process=figure_process,
                    on_summary=on_summary,
                    on_sample=zones.add if zones else None,
                )
        typer.echo("".join(pages), nl=False)
        if len(job.problem.experts) > 1:
            print_disagreement(folder, job)
        typer.echo(f"\nTables, manifest and figures are in {folder}")


def print_disagreement(folder: Path, job: Plan) -> None:
    """Print how much of the variance between the runs of a folder is disagreement between experts."""
    from experiments.disagreement import compute_disagreement, describe_disagreement
    from sim.core.errors import ParleyError
    from sim.results.reader import read_table

    runs = read_table(folder / "runs.parquet", {"assumption": "number"})
    try:
        frame = compute_disagreement(runs, job.problem)
    except ParleyError as error:  # the runs are written; there is only nothing to split
        typer.echo(str(error))
        return
    typer.echo(describe_disagreement(frame, len(job.problem.experts)))


def build_transform(folder: Path | None) -> Callable[[Plan], Plan]:
    """Build the function that puts a plan under the posterior in a folder; without one it changes nothing."""
    if folder is None:
        return lambda job: job
    from calibration.posterior import apply_posterior

    return lambda job: apply_posterior(job, folder)


def find_run_count(
    scenario: str, changes: dict[str, Any], until: str, seed: int, engine: str, transform_plan: Callable[[Plan], Plan]
) -> dict[str, Any]:
    """Find the multiple of 1,000 runs at which a standard error is reached, and print it on the error stream.

    Returns what was asked and what was reached, for the manifest.
    """
    from experiments.stopping import run_until
    from sim.scenario.load import load

    with make_console(stderr=True).status("adding runs until the standard error is reached") as status:

        def on_progress(runs: int, se: float) -> None:
            status.update(f"{runs:,} runs: standard error {se:.3g}")

        result = run_until(
            load(scenario, changes), until, seed, engine=engine, on_progress=on_progress, transform_plan=transform_plan
        )
    limit = "" if result.reached else "; the limit of runs is reached"
    typer.echo(f"{result.runs:,} runs: standard error {result.se:.3g} (target: {until}){limit}", err=True)
    return {"rule": until, **result._asdict()}


def choose_folder(base: Path, scenario: str) -> Path:
    """Choose a folder under `base` that is new, named after the scenario: `out/name`, `out/name-2` and so on."""
    stem, k = Path(scenario).stem, 1
    folder = base / stem
    while folder.exists():
        k += 1
        folder = base / f"{stem}-{k}"
    return folder


@contextmanager
def show_progress(n: int) -> Iterator[Progress | None]:
    """Show a progress bar with rate and time left on the error stream, if it is a terminal."""
    if not sys.stderr.isatty():  # Rich takes a tenth of a second to load
        yield None
        return
    from rich import progress
    from rich.text import Text

    class Rate(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} runs/s" if speed else "", style="dim")

    screen = make_console(stderr=True)
    columns = [progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn()]
    columns += [Rate(), progress.TimeRemainingColumn()]
    with progress.Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("starting (after an installation or a change of the rules this compiles first)", total=n)

        def advance(runs: int) -> None:
            bar.update(task, advance=runs, description="simulating")

        yield advance
