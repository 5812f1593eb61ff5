"""`parley import`, `parley export`, `parley tactics`: work carried over from and to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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


def ktab(
    file: Annotated[Path, typer.Argument(help="KTAB CSV: actors with power, position and salience.")], out: OutFile
) -> None:
    """KTAB's spatial model: a scenario with one issue a dimension, and the static forecasts."""
    from sim.analysis.actors import weighted_mean, weighted_median
    from sim.analysis.challenge import forecast
    from sim.analysis.votes import probabilistic_condorcet
    from sim.interop.ktab import convert

    table = convert(file, out)
    typer.echo(f"{out}: {len(table.groups[0].names)} parties, {len(table.dimensions)} issues")
    typer.echo("Static forecasts on the imported scale, weighted by power times salience")
    typer.echo(f"{'dimension':28} {'mean':>8} {'median':>8} {'challenge':>10} {'Condorcet, likeliest':>22}")
    for title, group in zip(table.dimensions, table.groups, strict=True):
        chances = probabilistic_condorcet(group, markov=True)
        likely = max(chances, key=lambda x: chances[x])
        mean, median, end = weighted_mean(group), weighted_median(group), forecast(group).outcome
        line = f"{title[:28]:28} {100 * mean:8.2f} {100 * median:8.2f} {100 * end:10.2f}"
        typer.echo(f"{line} {100 * likely:13.2f} ({chances[likely]:.0%})")


def genius(
    folder: Annotated[Path, typer.Argument(help="Folder with a GENIUS domain and its profiles (XML).")], out: OutFile
) -> None:
    """A GENIUS domain: a scenario near to it, tables fitted by straight lines (`parley tactics` plays the tables)."""
    from sim.interop.genius import convert

    domain = convert(folder, out)
    typer.echo(f"{out}: {len(domain.profiles)} parties, {len(domain.issues)} issues, {domain.count:,} outcomes")


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
    folder: Annotated[Path, typer.Argument(help="Folder with a GENIUS domain and its profiles (XML).")],
    steps: Annotated[int, typer.Option(min=1, max=1_000_000, help="Steps; in each every side has a turn.")] = 100,
    tactic: Annotated[str, typer.Option(help="boulware, linear, conceder or an exponent, one a side.")] = "boulware",
) -> None:
    """Time-based tactics in alternating offers on the exact tables of a GENIUS domain."""
    from sim.interop.genius import read
    from sim.interop.tactics import play

    domain = read(folder)
    chosen = [part.strip() for part in tactic.split(",")]
    chosen = chosen * len(domain.profiles) if len(chosen) == 1 else chosen
    ending = play(domain, chosen, steps)
    if ending.agreement is None or ending.proposer is None:
        typer.echo(f"no agreement in {steps} steps")
        return
    typer.echo(f"agreement in step {ending.step}, offered by {domain.profiles[ending.proposer].name}")
    worth = domain.worth()[domain.outcomes().index(ending.agreement)]
    for issue, value in zip(domain.issues, ending.agreement, strict=True):
        typer.echo(f"  {issue}: {value}")
    for profile, u in zip(domain.profiles, worth.tolist(), strict=True):
        typer.echo(f"  utility of {profile.name}: {u:.4f} (no agreement: {profile.reserved:.4f})")
