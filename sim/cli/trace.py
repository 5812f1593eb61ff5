"""`parley trace`: one run, round by round."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption, parse_changes


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def trace(
        scenario: ScenarioArgument,
        seed: SeedOption = 0,
        run: Annotated[int, typer.Option(help="Number of the run, from 0: column `run` of runs.parquet.")] = 0,
        changes: ChangesOption = None,
    ) -> None:
        """Print one run round by round: who came, which offers were refused and why, and what was settled.

        Example:

        parley trace river-border --seed 1 --run 12
        """
        from sim.narrative import narrator
        from sim.scenario.load import load

        for line in narrator.trace(load(scenario, parse_changes(changes)), seed, run):
            typer.echo(line)
