"""`parley show`: every number of a scenario with its source, or `assumed` with its range and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, console, parsed_changes

if TYPE_CHECKING:
    from rich.table import Table

    from sim.scenario.ledger import Group
    from sim.scenario.load import Loaded

_STYLES = {
    "documented": "green",
    "derived": "green",
    "assumed": "yellow",
    "convention": "cyan",
    "set": "magenta",
    "unsourced": "bold red",
}


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def show(
        scenario: ScenarioArgument,
        admit: Annotated[
            str | None,
            typer.Option(help="Which documents count: all, own (statements), or one perspective's media."),
        ] = None,
        changes: ChangesOption = None,
        plain: Annotated[
            bool, typer.Option("--plain", help="One number a line, tab-separated; so too when not on a terminal.")
        ] = False,
    ) -> None:
        """Every number with its source, or `assumed` with its range and why; and the codings that were passed over.

        Examples:

        parley show istanbul-2025

        parley show istanbul-2025 --admit own

        parley show istanbul-2025 --plain | grep crimea
        """
        from sim.scenario.ledger import build_ledger

        loaded = admitted(scenario, admit, changes)
        screen = console()
        if plain or not screen.is_terminal:
            for line in plain_lines(loaded, build_ledger(loaded)):
                typer.echo(line)
            return
        for line in heading(loaded):
            screen.print(line, highlight=False, markup=False)
        for group in build_ledger(loaded):
            screen.print()
            screen.print(group.title, style="bold", markup=False, highlight=False)
            screen.print(_table(group))
            for note in group.notes:
                screen.print(f"  – {note}", markup=False, highlight=False)


def admitted(scenario: str, admit: str | None, changes: list[str] | None) -> Loaded:
    """Load a scenario under a choice of documents and the user's changes. Raises ParleyError."""
    from sim.core.errors import ParleyError
    from sim.scenario.load import load

    values = parsed_changes(changes)
    if admit is not None:
        if load(scenario).scenario.evidence is None:
            raise ParleyError(f"`{scenario}` rests on no documents; --admit has nothing to choose from")
        values["evidence.admit"] = admit
    return load(scenario, values)


def heading(loaded: Loaded) -> Iterator[str]:
    """What the scenario is, how its numbers are sourced, how to read what follows."""
    from sim.results.manifest import counts
    from sim.scenario.ledger import ORIGINS

    s, found = loaded.scenario, counts(loaded)
    yield f"{s.title} ({s.id})"
    if s.summary:
        yield s.summary
    yield f"{sum(found.values())} numbers:"
    for origin, meaning in ORIGINS.items():
        if origin in found:
            yield f"  {found[origin]:>4} {origin}: {meaning}"
    for path, value in loaded.changes.items():
        yield f"  changed: {path} = {value}"


def plain_lines(loaded: Loaded, groups: list[Group]) -> Iterator[str]:
    """Path, value, origin, source and reason, tab-separated; all else behind `#`."""
    yield from (f"# {line}" for line in heading(loaded))
    for group in groups:
        yield "#"
        yield f"# {group.title}"
        for entry in group.entries:
            yield "\t".join((entry.path, entry.value, entry.origin, entry.where, entry.why)).rstrip("\t")
        yield from (f"#   {note}" for note in group.notes)


def _table(group: Group) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2)
    table.add_column(no_wrap=True)
    table.add_column(ratio=8, overflow="fold")
    for entry in group.entries:
        where = Text()
        if entry.where:
            where.append(f"[{entry.where}] ")
        where.append(entry.why, style="dim" if entry.where else "")
        table.add_row(entry.name, entry.value, Text(entry.origin, style=_STYLES[entry.origin]), where)
    return table
