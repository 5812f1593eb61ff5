"""`parley import` and `parley export`: scenarios from and for other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.domain import DomainOption, FolderArgument, ProfileOption, show_notes
from sim.cli.options import ChangesOption, ScenarioArgument, SeedOption, parse_changes
from sim.core.counts import format_count

OutFile = Annotated[Path, typer.Option("--out", "-o", help="Scenario file to write; it must not exist.")]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    about = "Make a scenario from files of another tool (KTAB, GENIUS), or from what experts stated."
    imports = typer.Typer(no_args_is_help=True, help=about)
    about = "Write a scenario for another tool (NegMAS), or the questions to send to experts."
    exports = typer.Typer(no_args_is_help=True, help=about)
    app.add_typer(imports, name="import")
    app.add_typer(exports, name="export")
    imports.command()(ktab)
    imports.command()(genius)
    imports.command("elicitation")(import_elicitation)
    exports.command()(negmas)
    exports.command("elicitation")(export_elicitation)


def _describe_size(parties: int, issues: int) -> str:
    """Describe the size of an imported scenario."""
    return f"{format_count(parties, 'party', 'parties')}, {format_count(issues, 'issue')}"


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
    """Import a KTAB spatial model: write a scenario with one issue a dimension, and print static forecasts.

    Example:

    parley import ktab actors.csv -o actors.yaml
    """
    from sim.analysis.actors import weighted_mean, weighted_median
    from sim.analysis.challenge import forecast
    from sim.analysis.votes import probabilistic_condorcet
    from sim.core.errors import ParleyError
    from sim.interop.ktab import convert

    table = convert(file, out)
    for note in table.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{out}: {_describe_size(len(table.groups[0].names), len(table.dimensions))}")
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
        bool, typer.Option("--approximate", help="Write the scenario even if straight lines are far from the tables.")
    ] = False,
) -> None:
    """Import a GENIUS or GeniusWeb domain: write a scenario in which straight lines approximate the tables.

    Prints the error of the solutions, and refuses where a utility is wrong by more than 0.1. `parley analyse` and
    `parley tactics` on the folder itself are exact.

    Example:

    parley import genius party-domain -o party.yaml
    """
    from sim.interop.folder import convert

    result, errors = convert(folder, out, domain, profile or [], approximate)
    show_notes(result)
    size = _describe_size(len(result.profiles), len(result.issues))
    typer.echo(f"{out}: {size}, {format_count(result.count, 'outcome')}")
    typer.echo(f"Utilities ({', '.join(p.name for p in result.profiles)}) at the solutions, valued in the tables:")
    for line in errors:
        typer.echo(f"  {line}")


def negmas(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder.")],
    seed: SeedOption = 0,
    assumption: Annotated[
        int, typer.Option(help="Draw of the assumed ranges to export; -1 takes the middle of every range.", min=-1)
    ] = -1,
    changes: ChangesOption = None,
) -> None:
    """Export a scenario to NegMAS: one folder a basket, with options as values and floors as reserved values.

    Example:

    parley export negmas river-border -o river-border-negmas
    """
    from sim.interop.export import export
    from sim.scenario.load import load

    for folder in export(load(scenario, parse_changes(changes)), out, seed, assumption):
        typer.echo(str(folder))


def import_elicitation(
    file: Annotated[
        Path, typer.Argument(help="CSV: expert, path and 5%, 50%, 95% (quantiles) or low, mode, high.")
    ],
    out: OutFile,
    scenario: Annotated[
        str | None,
        typer.Option(help="Scenario that is extended; by default that of the column `scenario`.", show_default=False),
    ] = None,
) -> None:
    """Import what experts stated about numbers of a scenario: write a scenario that draws these numbers from them.

    Every run takes the elicited numbers from one expert, each as likely as the others: a linear pool.

    Example:

    parley import elicitation answers.csv -o river-elicited.yaml
    """
    from sim.interop.elicitation import convert

    judgements = convert(file, out, scenario)
    experts = {judgement.expert for own in judgements.values() for judgement in own}
    typer.echo(f"{out}: {format_count(len(judgements), 'number')} from {format_count(len(experts), 'expert')}")


def export_elicitation(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV file to write, NAME.csv; it must not exist.")],
    of: Annotated[str, typer.Option("--of", metavar="MEASURE", help="Measure that the numbers are screened for.")] = (
        "closed"
    ),
    only: Annotated[str, typer.Option(metavar="PATTERN", help="Ask only for paths like this: parties.*")] = "*",
    most: Annotated[int, typer.Option(min=1, help="How many numbers to ask for at most.")] = 40,
    runs: Annotated[int, typer.Option(min=2, help="Runs at every point of the screening.")] = 50,
    points: Annotated[int, typer.Option(min=2, help="Trajectories of the screening.")] = 2,
    seed: SeedOption = 0,
    changes: ChangesOption = None,
) -> None:
    """Write the questions to send to experts: numbers with a range, those first that move a result most.

    The order comes from a screening by the elementary effects of Morris, which takes some seconds to minutes.

    Example:

    parley export elicitation river-border -o questions.csv --only "parties.*"
    """
    from experiments.elementary_effects import screen_numbers
    from sim.cli.options import make_console
    from sim.core.atomic import check_new_file
    from sim.interop.elicitation import write_template
    from sim.scenario.load import load

    check_new_file(out, ".csv")
    loaded = load(scenario, parse_changes(changes))
    with make_console(stderr=True).status("screening the numbers with a range"):
        effects = screen_numbers(loaded, of, only=only, runs=runs, points=points, seed=seed)
    paths = list(effects)[:most]
    write_template(loaded, scenario, paths, out)
    typer.echo(f"{out}: {format_count(len(paths), 'question')}")
    if len(paths) < len(effects):
        left = len(effects) - len(paths)
        what = f"number that moves {of} less is" if left == 1 else f"numbers that move {of} less are"
        typer.echo(f"{left:,} {what} left out")
