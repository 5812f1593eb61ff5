"""`parley validate`: hold the model against the records of cases it was not fitted to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import SeedOption, make_console

if TYPE_CHECKING:
    import pandas as pd


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def validate(
        out: Annotated[Path, typer.Option("-o", "--out", help="Folder for scores, tables and what was simulated.")],
        cases: Annotated[
            Path | None,
            typer.Option(
                help="Folder of cases to use in place of the shipped ones, a YAML file each.", show_default=False
            ),
        ] = None,
        theories: Annotated[
            str | None,
            typer.Option(help="Theories to compare, with commas between; by default all.", show_default=False),
        ] = None,
        draws: Annotated[int, typer.Option(min=20, help="Draws of the assumptions, common to all cases.")] = 1500,
        plays: Annotated[int, typer.Option(min=1, help="Runs of each draw in each case.")] = 6,
        accept: Annotated[float, typer.Option(min=0.001, max=1.0, help="Share of draws that a fit keeps.")] = 0.05,
        seed: SeedOption = 0,
    ) -> None:
        """Fit on all cases but one, forecast the one left out, and score it against baselines.

        Each case is a scenario coded before its first round, and the record of what followed. This is retrodiction:
        the cases are well-known history, and their number is small. The same command goes on where it was stopped.

        Example:

        parley validate -o out/validation

        parley validate -o out/three-theories --theories model,no-positions,rule-clock
        """
        from calibration.validation.folder import claim_folder, describe_identity
        from calibration.validation.report import write_results
        from calibration.validation.theories import select_theories
        from calibration.validation.units import load_units
        from calibration.validation.validation import Size, validate
        from sim.core.errors import ParleyError

        if cases is not None and not cases.is_dir():
            raise ParleyError(f"{cases}: no such folder; it holds the records of cases, a YAML file each")
        units, chosen = load_units(cases), select_theories(theories)
        size, screen = Size(draws, plays, accept, seed), make_console(stderr=True)
        with claim_folder(out, describe_identity(units, chosen, size)) as store:
            table = validate(units, chosen, size, store, lambda text: screen.print(text, markup=False))
            write_results(table, units, chosen, size, out)
        _print(table)
        typer.echo(f"\nScores and tables are in {out}")


def _print(table: pd.DataFrame) -> None:
    """Print the primary scores of every forecast and its comparison with the baselines."""
    from rich.table import Table

    from calibration.validation.report import compare_with_baselines, mean_scores

    screen = make_console()
    means = mean_scores(table)
    grid = Table("forecast", "fit", *means.columns, title="Mean scores by dyad (log scores; higher is better)")
    for (name, fit), row in means.iterrows():
        grid.add_row(name, fit, *(f"{value:z.2f}" if value == value else "–" for value in row))
    screen.print(grid)
    for line in compare_with_baselines(table):
        screen.print(line, markup=False)
