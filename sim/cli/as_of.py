"""`parley as-of`: a scenario at a later date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import ScenarioArgument


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command("as-of")
    def as_of(
        scenario: ScenarioArgument,
        date: Annotated[str, typer.Argument(help="The day up to which documents count, YYYY-MM-DD.")],
        output: Annotated[Path, typer.Option("-o", "--output", help="Scenario file to write, NAME.yaml.")],
    ) -> None:
        """Write the scenario that follows when documents count up to a later day.

        The file extends the scenario. Its comments list every number that changes, every line that newer documents
        contradict, and every newer document on which no number rests.

        Example:

        parley as-of istanbul-2025 2025-06-10 -o my-june.yaml
        """
        import datetime

        from sim.core.errors import ParleyError
        from sim.scenario.redate import write_redated

        try:
            day = datetime.date.fromisoformat(date)
        except ValueError:
            raise ParleyError(f"`{date}` is not a date; write YYYY-MM-DD") from None
        if output.suffix != ".yaml":
            raise ParleyError(f"`{output.name}` is not a valid name of a scenario file; write NAME.yaml")
        path = write_redated(scenario, day, output)
        typer.echo(f"{path.name} is written. Next: parley check {path.name}; parley run {path.name}")
