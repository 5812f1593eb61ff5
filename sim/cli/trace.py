"""`parley trace`: one run told round by round."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption, parsed_changes


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def trace(
        scenario: ScenarioArgument,
        seed: SeedOption = 0,
        run: Annotated[int, typer.Option(help="Which run, from 0 on: the row `run` of runs.parquet.")] = 0,
        changes: ChangesOption = None,
    ) -> None:
        """Tell one run round by round: who came, what was offered and refused and why, what was settled.

        Example: parley trace river-border --seed 1 --run 12
        """
        from sim.narrative.narrator import trace as told
        from sim.scenario.load import load

        for line in told(load(scenario, parsed_changes(changes)), seed, run):
            typer.echo(line)
