"""`parley show`: every number of a scenario with its source, or with its assumed range and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import ChangesOption, ScenarioArgument, make_console, parse_changes
from sim.core.counts import format_count

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
            typer.Option(
                help="Documents to admit: all, own (the parties' statements), or the media of one perspective."
            ),
        ] = None,
        changes: ChangesOption = None,
        plain: Annotated[
            bool,
            typer.Option(
                "--plain",
                help="Print one number a line, separated by tabs (the default when the output is not a terminal).",
            ),
        ] = False,
        unused: Annotated[
            bool,
            typer.Option(
                "--unused", help="List instead the documented entries on which no number rests, each with the reason."
            ),
        ] = False,
        mine: Annotated[
            bool, typer.Option("--mine", help="Print only the numbers that the file itself states or --set changes.")
        ] = False,
    ) -> None:
        """Print every number of a scenario with its source, or with its assumed range and the reason.

        Notes name the codings of documents that were not used. Warnings name lines of the scenario that newer documents
        contradict.

        For example:

        parley show istanbul-2025

        parley show istanbul-2025 --admit own

        parley show istanbul-2025 --plain | grep crimea

        parley show my-talks.yaml --mine

        parley show istanbul-2025-june --unused
        """
        from sim.scenario.ledger import build_ledger, select_own

        loaded = load_scenario(scenario, admit, changes)
        warn(loaded)
        if unused:
            for line in format_unused(loaded):
                typer.echo(line)
            return
        screen, groups, heading = make_console(), build_ledger(loaded), list(format_heading(loaded))
        if mine:
            total, groups = sum(len(group.entries) for group in groups), select_own(loaded, groups)
            own = sum(len(group.entries) for group in groups)
            heading.append(f"  {own} stand in this file or were set; {total - own} are inherited or derived")
        if plain or not screen.is_terminal:
            for line in format_lines(heading, groups):
                typer.echo(line)
            return
        for line in heading:
            screen.print(line, highlight=False, markup=False)
        for group in groups:
            screen.print()
            screen.print(group.title, style="bold", markup=False, highlight=False)
            screen.print(_build_table(group))
            for note in group.notes:
                screen.print(f"  – {note}", markup=False, highlight=False)


def warn(loaded: Loaded) -> None:
    """Print the lines of a scenario that newer documents contradict or outdate, as warnings."""
    from sim.scenario.contradictions import list_contradictions

    for contradiction in list_contradictions(loaded):
        typer.echo(f"warning: {contradiction}", err=True)


def format_unused(loaded: Loaded) -> Iterator[str]:
    """Format the entries that no number rests on: status, kind, entry and reason, separated by tabs."""
    from sim.scenario.support import STATUS, count_support, list_support

    supports = list_support(loaded)
    if not supports:
        yield f"# {loaded.scenario.id} rests on no documents"
        return
    day = loaded.scenario.as_of.isoformat()
    yield f"# positions and acts disclosed by {day}:"
    yield from (f"#   {number:>4} {status}: {STATUS[status]}" for status, number in count_support(supports).items())
    for status in STATUS:
        for support in supports:
            if status != "used" and support.status == status:
                yield "\t".join((status, support.kind, support.id, support.reason))


def load_scenario(scenario: str, admit: str | None, changes: list[str] | None) -> Loaded:
    """Load a scenario with a choice of documents and with the user's changes. Raises ParleyError."""
    from sim.core.errors import ParleyError
    from sim.scenario.load import load

    values = parse_changes(changes)
    if admit is not None:
        if load(scenario).scenario.evidence is None:
            raise ParleyError(f"`{scenario}` rests on no documents; --admit has nothing to choose from")
        values["evidence.admit"] = admit
    return load(scenario, values)


def format_heading(loaded: Loaded) -> Iterator[str]:
    """Format title, summary, numbers by origin, and changes."""
    from sim.results.manifest import count_numbers
    from sim.scenario.ledger import ORIGINS

    s, counts = loaded.scenario, count_numbers(loaded)
    yield f"{s.title} ({s.id})"
    if s.summary:
        yield s.summary
    yield f"{format_count(sum(counts.values()), 'number')}:"
    for origin, meaning in ORIGINS.items():
        if origin in counts:
            yield f"  {counts[origin]:>4} {origin}: {meaning}"
    for path, value in loaded.changes.items():
        yield f"  changed: {path} = {value}"


def format_lines(heading: list[str], groups: list[Group]) -> Iterator[str]:
    """Format path, value, origin, source and reason, separated by tabs; all other lines begin with `#`."""
    yield from (f"# {line}" for line in heading)
    for group in groups:
        yield "#"
        yield f"# {group.title}"
        for entry in group.entries:
            yield "\t".join((entry.path, entry.value, entry.origin, entry.where, entry.why)).rstrip("\t")
        yield from (f"#   {note}" for note in group.notes)


def _build_table(group: Group) -> Table:
    """Build the table of a group of numbers."""
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
