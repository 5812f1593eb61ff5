"""`parley check`: whether scenario files can be used."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import add_folder


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def check(
        files: Annotated[list[str], typer.Argument(help="Scenario files, or names of shipped scenarios.")],
        strict: Annotated[bool, typer.Option("--strict", help="Count advice as a fault: exit status 2.")] = False,
        everything: Annotated[
            bool, typer.Option("--all", help="Name every fault, not only the first of a file.")
        ] = False,
    ) -> None:
        """Check scenario files; the first fault of each is named with file, line and key.

        Warnings name lines that documents newer than the line contradict or outdate, and keys that version 2 of the
        model does not read. Advice names deadlines beyond the horizon, baskets without a zone of agreement and the
        numbers that close it, demands that coincide, entries that cannot have an effect (a mediator that never attends,
        a rung of the ladder that no basket reaches), and assumed numbers without a reason.

        For example:

        parley check my-talks.yaml

        parley check --strict my-talks.yaml
        """
        from sim.core.errors import ParleyError

        faults = 0
        for file in files:
            try:
                typer.echo(describe_scenario(file))
            except ParleyError as error:
                messages = [str(error), *getattr(error, "__notes__", [])]
                for message in messages if everything else messages[:1]:
                    typer.echo(add_folder(message, [file]), err=True)
                faults += 1
                continue
            advice = list_advice(file)
            for line in advice:
                typer.echo(line, err=True)
            faults += bool(advice) and strict
        if faults:
            raise typer.Exit(2)


def list_advice(file: str) -> list[str]:
    """List advice on a scenario that can be run, a line each."""
    from sim.analysis.advice import advise
    from sim.scenario.load import load

    return [f"{file}: advice: {path}: {text}" for path, text in advise(load(file))]


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
