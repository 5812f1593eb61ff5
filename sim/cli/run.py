"""`parley run`: simulate a scenario many times, print what came out, write tables, manifest and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption, console, parsed_changes

if TYPE_CHECKING:
    from sim.results.ensemble import Progress
    from sim.results.plan import Plan

_RUNS = 1000
_ENGINE = "compiled (fast), mesa (the readable reference) or auto."


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def run(
        scenario: ScenarioArgument,
        n: Annotated[int | None, typer.Option("-n", help="How many runs.", show_default=str(_RUNS))] = None,
        seed: SeedOption = 0,
        changes: ChangesOption = None,
        posterior: Annotated[
            Path | None,
            typer.Option(help="Folder of `parley calibrate`: its numbers replace ranges.", show_default=False),
        ] = None,
        engine: Annotated[str, typer.Option(help=_ENGINE)] = "auto",
        out: Annotated[
            Path | None,
            typer.Option("-o", "--out", help="Folder for results; left out, a new one under out/.", show_default=False),
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace an earlier run's results in the folder.")] = False,
        until_se: Annotated[
            str | None,
            typer.Option(
                metavar="MEASURE=SE", help="In place of -n: runs are added, 1,000 at a time, until this standard error."
            ),
        ] = None,
        svg: Annotated[bool, typer.Option("--svg", help="Figures as SVG besides PNG.")] = False,
    ) -> None:
        """Simulate a scenario many times: how the talks end, how long they take, what stands in the way.

        Results are conditional on the assumptions that `parley show` lists; they are no forecast.

        Examples:

        parley run istanbul-2025 -n 10000 -o results

        parley run river-border --set parties.northbank.deadline=90

        parley run istanbul-2025 --set evidence.admit=own --seed 7

        parley run istanbul-2025 --until-se outcome=0.005
        """
        from sim.core.atomic import OutputFolder
        from sim.core.errors import ParleyError
        from sim.results.plan import plan
        from sim.results.store import write_ensemble

        if n is not None and until_se is not None:
            raise ParleyError(
                "-n and --until-se exclude each other: the one says how many runs, the other finds it out"
            )
        folder = out if out is not None else fresh(Path("out"), scenario)
        OutputFolder(folder, "run", force)  # refuse before the work, not after it
        transform_plan = under_posterior(posterior)
        if until_se is not None:
            n = runs_needed(scenario, parsed_changes(changes), until_se, seed, engine, transform_plan)
        job = transform_plan(
            plan(scenario, _RUNS if n is None else n, seed, engine=engine, changes=parsed_changes(changes))
        )
        with progress_bar(job.n) as progress:
            summary = write_ensemble(job, folder, progress, force=force, figures=("png", "svg") if svg else ("png",))
        from sim.cli.printing import print_summary

        print_summary(console(), summary, job)
        typer.echo(f"\nTables, manifest and figures are in {folder}")


def under_posterior(folder: Path | None) -> Callable[[Plan], Plan]:
    """What makes the runs of a plan follow the posterior in a folder; without one, nothing."""
    if folder is None:
        return lambda job: job
    from calibration.posterior import apply_posterior

    return lambda job: apply_posterior(job, folder)


def runs_needed(
    scenario: str, changes: dict[str, Any], until: str, seed: int, engine: str, transform_plan: Callable[[Plan], Plan]
) -> int:
    """The multiple of 1,000 runs at which a standard error is reached, said on the error stream."""
    from experiments.stopping import run_until
    from sim.scenario.load import load

    with console(stderr=True).status("looking for the number of runs") as status:

        def on_progress(runs: int, se: float) -> None:
            status.update(f"{runs:,} runs: standard error {se:.3g}")

        found = run_until(
            load(scenario, changes), until, seed, engine=engine, on_progress=on_progress, transform_plan=transform_plan
        )
    reached = "" if found.reached else ", not small enough, but as many as are tried"
    typer.echo(f"{found.runs:,} runs: standard error {found.se:.3g} ({until} was asked for){reached}", err=True)
    return found.runs


def fresh(base: Path, scenario: str) -> Path:
    """A folder under `base` that does not exist yet, named after the scenario: `out/name`, `out/name-2`, …"""
    stem, k = Path(scenario).stem, 1
    folder = base / stem
    while folder.exists():
        k += 1
        folder = base / f"{stem}-{k}"
    return folder


@contextmanager
def progress_bar(n: int) -> Iterator[Progress | None]:
    """A bar with rate and time left on a terminal's error stream; nothing where nobody watches."""
    from rich import progress
    from rich.text import Text

    class Rate(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} runs/s" if speed else "", style="dim")

    screen = console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    columns = [progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn()]
    columns += [Rate(), progress.TimeRemainingColumn()]
    with progress.Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("starting (after an installation or a change of the rules this compiles first)", total=n)

        def advance(runs: int) -> None:
            bar.update(task, advance=runs, description="simulating")

        yield advance
