"""`parley import`, `parley export`, `parley tactics`: work carried over from and to other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.domain import DomainOption, FolderArgument, ProfileOption, show_notes
from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption

OutFile = Annotated[Path, typer.Option("--out", "-o", help="The scenario file to write; it must not exist.")]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    bring = typer.Typer(no_args_is_help=True, help="Make a scenario of another tool's file.")
    take = typer.Typer(no_args_is_help=True, help="Write a scenario for another tool.")
    app.add_typer(bring, name="import")
    app.add_typer(take, name="export")
    bring.command()(ktab)
    bring.command()(genius)
    take.command()(negmas)
    app.command()(tactics)


class Condorcet(StrEnum):
    """KTAB's forms of the probabilistic Condorcet election."""

    CONDITIONAL = "conditional"
    MARKOV = "markov"


def ktab(
    file: Annotated[Path, typer.Argument(help="KTAB's CSV or XML: actors with power, position and salience.")],
    out: OutFile,
    condorcet: Annotated[
        Condorcet,
        typer.Option(help="Probabilistic Condorcet election: KTAB's default, conditional, or its uniform Markov form."),
    ] = Condorcet.CONDITIONAL,
) -> None:
    """KTAB's spatial model: a scenario with one issue a dimension, and the static forecasts."""
    from sim.analysis.actors import weighted_mean, weighted_median
    from sim.analysis.challenge import forecast
    from sim.analysis.votes import probabilistic_condorcet
    from sim.core.errors import ParleyError
    from sim.interop.ktab import convert

    table = convert(file, out)
    for note in table.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{out}: {len(table.groups[0].names)} parties, {len(table.dimensions)} issues")
    typer.echo("Static forecasts on the imported scale, weighted by power times salience")
    typer.echo(f"Condorcet: the likeliest position by KTAB's probabilistic election, {condorcet} form")
    typer.echo(f"{'dimension':28} {'mean':>8} {'median':>8} {'challenge':>10} {'Condorcet, likeliest':>22}")
    for title, group in zip(table.dimensions, table.groups, strict=True):
        mean, median, end = weighted_mean(group), weighted_median(group), forecast(group).outcome
        line = f"{title[:28]:28} {100 * mean:8.2f} {100 * median:8.2f} {100 * end:10.2f}"
        try:
            chances = probabilistic_condorcet(group, markov=condorcet is Condorcet.MARKOV)
        except ParleyError:  # the scenario is written: the other forecasts are still of use
            typer.echo(f"{line} {'none':>22}")
            continue
        likely = max(chances, key=lambda x: chances[x])
        typer.echo(f"{line} {100 * likely:13.2f} ({chances[likely]:.0%})")


def genius(
    folder: FolderArgument,
    out: OutFile,
    domain: DomainOption = None,
    profile: ProfileOption = None,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Write it however far straight lines lead from the tables.")
    ] = False,
) -> None:
    """A GENIUS or GeniusWeb domain: a scenario near to it, with straight lines in place of tables.

    Prints how far the lines' solutions lie from the exact ones, and refuses where a utility is off by more than 0.1.
    `parley analyse` and `parley tactics` on the folder itself are exact.
    """
    from sim.interop.folder import convert

    found, errors = convert(folder, out, domain, profile or [], approximate)
    show_notes(found)
    typer.echo(f"{out}: {len(found.profiles)} parties, {len(found.issues)} issues, {found.count:,} outcomes")
    typer.echo(f"Utilities ({', '.join(p.name for p in found.profiles)}) at the solutions, valued in the tables:")
    for line in errors:
        typer.echo(f"  {line}")


def negmas(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder.")],
    seed: SeedOption = 0,
    assumption: Annotated[int, typer.Option(help="Draw to export; -1 is the middle of every range.", min=-1)] = -1,
    changes: ChangesOption = None,
) -> None:
    """NegMAS: a folder a basket, labelled options as values, floors as reserved values."""
    from sim.cli.options import parsed_changes
    from sim.interop.export import export
    from sim.scenario.load import load

    for folder in export(load(scenario, parsed_changes(changes)), out, seed, assumption):
        typer.echo(str(folder))


def tactics(
    folder: FolderArgument,
    steps: Annotated[int, typer.Option(min=1, max=1_000_000, help="Steps; in each every side has a turn.")] = 100,
    tactic: Annotated[str, typer.Option(help="boulware, linear, conceder or an exponent, one a side.")] = "boulware",
    tolerance: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="How far below its aspiration a side still accepts; NegMAS's default."),
    ] = 1e-4,
    domain: DomainOption = None,
    profile: ProfileOption = None,
) -> None:
    """Time-based tactics in alternating offers on the exact tables of a GENIUS or GeniusWeb domain.

    Of several outcomes worth the same to it a side offers the one listed last (the last issue moves fastest).
    """
    from sim.interop.folder import read
    from sim.interop.tactics import play

    found = read(folder, domain, profile or [])
    show_notes(found)
    chosen = [part.strip() for part in tactic.split(",")]
    chosen = chosen * len(found.profiles) if len(chosen) == 1 else chosen
    ending = play(found, chosen, steps, tolerance)
    if ending.number is None or ending.agreement is None or ending.proposer is None:
        typer.echo(f"no agreement in {steps} steps")
        return
    typer.echo(f"agreement in step {ending.step}, offered by {found.profiles[ending.proposer].name}")
    for issue, value in zip(found.issues, ending.agreement, strict=True):
        typer.echo(f"  {issue}: {value}")
    for side, u in zip(found.profiles, found.worth()[ending.number].tolist(), strict=True):
        typer.echo(f"  utility of {side.name}: {u:.4f} (no agreement: {side.reserved:.4f})")
