"""`parley calibrate`: fit the simulator to the record and write a posterior if the checks pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import make_console

if TYPE_CHECKING:
    from calibration.calibrate import Result, Stage


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def calibrate(
        fit: Annotated[
            str,
            typer.Argument(
                help="Name of a shipped fit (rounds, crises, short) or path of a YAML file.", show_default=False
            ),
        ],
        out: Annotated[Path, typer.Option("-o", "--out", help="Folder for database, checks, figures and posterior.")],
        workers: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="Number of processes; by default one a processor. Results do not depend on it.",
                show_default=False,
            ),
        ] = None,
    ) -> None:
        """Fit assumed ranges to the record of past talks (ABC-SMC), check the fit, and compare theories.

        The same command continues a fit that was stopped. Results are conditional on the scenarios, on their ranges and
        on the coding of the record; they are not a forecast.

        For example:

        parley calibrate rounds -o fits/rounds

        parley run istanbul-2025 --posterior fits/rounds
        """
        from calibration.calibrate import calibrate as run_fit
        from calibration.figures import save_figures
        from calibration.fit_file import load_fit
        from calibration.folder import report_errors, write_manifest
        from calibration.report import write_report
        from sim.compiled.pool import workers_available

        file = load_fit(fit)
        with _show_progress() as stage:
            result = run_fit(file, out, workers or workers_available(), stage)
        with report_errors(out):
            save_figures(result, out)
            write_report(result, out)
            write_manifest(out, file)
        _print(result)
        typer.echo(f"\nPosterior, checks and figures are in {out}")


@contextmanager
def _show_progress() -> Iterator[Stage | None]:
    """Show a progress bar a stage on the error stream, if it is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = make_console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as bar:

        class Bars:
            task: Any = None

            def stage(self, name: str, total: int | None) -> None:
                self.task = bar.add_task(name, total=total)

            def step(self, n: int) -> None:
                bar.update(self.task, advance=n)

        yield Bars()


def _print(result: Result) -> None:
    """Print the table of parameters, the comparison of theories and the odds ratios."""
    from rich.markup import escape
    from rich.table import Table

    from calibration.calibrate import CONDITIONAL

    screen = make_console()
    table = Table(
        "parameter",
        "prior",
        "5% to 95%",
        "contraction",
        "90% interval covers",
        "verdict",
        title=escape(result.problem.file.title),
    )
    for row in result.rows:
        table.add_row(
            escape(row["parameter"]),
            f"{row['prior_low']:g} to {row['prior_high']:g}",
            f"{row['q05']:.3g} to {row['q95']:.3g}",
            f"{row['contraction']:.0%}",
            f"{row['coverage_90']:.0%}",
            row["verdict"],
        )
    screen.print(table)
    screen.print("\n".join([*_format_theories(result), *_format_odds(result), CONDITIONAL]), markup=False)


def _format_theories(result: Result) -> Iterator[str]:
    """Format the probabilities and scores of the theories."""
    if not result.theories:
        return
    for kind, shares in result.theories["probabilities"].items():
        yield f"{kind}: " + ", ".join(f"{name} {p:.2f} ± {se:.2f}" for name, (p, se) in shares.items())
    scores = result.theories["mean_log_score"].items()
    yield "mean log score, leaving out one round at a time: " + ", ".join(f"{name} {s:.2f}" for name, s in scores)


def _format_odds(result: Result) -> Iterator[str]:
    """Format the odds ratios of model and record."""
    for row in result.odds:
        yield (
            f"{row['style']}: odds ratio {row['model_odds_ratio']:.2f}, record {row['record_odds_ratio']:.2f} "
            f"({row['record_low']:.2f} to {row['record_high']:.2f})"
        )
