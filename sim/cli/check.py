"""`parley check`: whether scenario files can be used."""

from __future__ import annotations

from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def check(
        files: Annotated[list[str], typer.Argument(help="Scenario files, or names of shipped scenarios.")],
    ) -> None:
        """Check scenario files; the first fault of each is named with file, line and key.

        Warnings name lines that documents newer than the line contradict or outdate, and keys that version 2 of the
        model does not read.

        Example:

        parley check my-talks.yaml
        """
        from sim.core.errors import ParleyError

        faults = 0
        for file in files:
            try:
                typer.echo(describe_scenario(file))
            except ParleyError as error:
                faults += 1
                typer.echo(str(error), err=True)
        if faults:
            raise typer.Exit(2)


def describe_scenario(file: str) -> str:
    """Describe a scenario that can be run: one line, and one for each warning. Raises ParleyError."""
    from sim.results.manifest import count_numbers
    from sim.scenario.contradictions import list_contradictions
    from sim.scenario.load import load
    from sim.scenario.migration import list_unread
    from sim.scenario.resolve import resolve

    loaded = load(file)
    resolve(loaded.scenario, 0)
    s = loaded.scenario
    kinds = ", ".join(f"{count} {origin}" for origin, count in count_numbers(loaded).items())
    entities = f"{len(s.parties)} parties, {len(s.issues)} issues, {len(s.baskets)} baskets"
    warnings = "".join(f"\n  warning: {warning}" for warning in (*list_contradictions(loaded), *list_unread(loaded)))
    return f"{file}: in order ({entities}; numbers: {kinds}){warnings}"
