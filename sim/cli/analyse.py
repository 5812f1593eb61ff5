"""`parley analyse`: zones of agreement and bargaining solutions of a scenario, without a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.domain import DomainOption, ProfileOption, analyse_domain, is_domain
from sim.cli.options import ChangesOption, SeedOption, make_console, parse_changes
from sim.core.counts import format_count

if TYPE_CHECKING:
    from sim.core.atomic import OutputFolder
    from sim.figures.solutions import Panel

_MOST_ISSUES = 8
"""Most issues for which the figure shows the package of all baskets; the tables always hold it."""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def analyse(
        scenario: Annotated[
            str,
            typer.Argument(
                help="Name of a shipped scenario, path of a YAML file, or folder of a GENIUS domain.",
                show_default=False,
            ),
        ],
        n: Annotated[
            int,
            typer.Option(
                "-n", min=1, max=1_000_000, help="How many draws of the assumed ranges the chance of a zone rests on."
            ),
        ] = 1000,
        seed: SeedOption = 0,
        assumption: Annotated[
            int, typer.Option(help="Draw for which to compute solutions; -1 takes the middle of every range.", min=-1)
        ] = -1,
        clauses: Annotated[
            bool,
            typer.Option("--clauses", help="Also assess every labelled option, and the best packages of them."),
        ] = False,
        weights: Annotated[
            str, typer.Option(help="Bargaining power by party for the weighted Nash solution: a=2,b=1.")
        ] = "",
        changes: ChangesOption = None,
        out: Annotated[Path | None, typer.Option("--out", "-o", help="New folder for tables and figure.")] = None,
        domain: DomainOption = None,
        profile: ProfileOption = None,
    ) -> None:
        """Compute zones of agreement and bargaining solutions without a simulation.

        Prints, for every basket, the chance that some package suits all parties (zone of agreement), and the packages
        of the Nash, Kalai-Smorodinsky, egalitarian and utilitarian solutions. For the folder of a GENIUS or GeniusWeb
        domain the solutions are exact, from a search of all outcomes.

        With --clauses it also prints how often each party could live with each labelled option, and which packages
        of options the least willing party could live with most often.

        Example:

        parley analyse river-border -o river-border-theory
        """
        from sim.analysis import study
        from sim.analysis.clauses import assess_clauses
        from sim.cli.clauses import print_clauses, write_clauses
        from sim.core.atomic import OutputFolder
        from sim.core.errors import ParleyError
        from sim.results.manifest import describe_theory, write_manifest
        from sim.scenario.load import load

        folder = OutputFolder(out, "analysis", force=None) if out is not None else None  # refuse before the work
        if is_domain(scenario):
            refuse_scenario_options(weights, changes, clauses)
            analyse_domain(scenario, domain, profile, folder)
            return
        if domain is not None or profile:
            raise ParleyError("--domain and --profile are for a folder of a GENIUS or GeniusWeb domain")
        loaded, power = load(scenario, parse_changes(changes)), parse_weights(weights)
        with make_console(stderr=True).status(f"computing zones in {format_count(n, 'draw')}"):
            analysis = study.analyse(loaded, n, seed, assumption, power)
            acceptability = assess_clauses(loaded, n, seed) if clauses else None
        if folder is not None:
            with folder:
                write_analysis(analysis, folder, loaded.scenario.title)
                if acceptability is not None:
                    write_clauses(acceptability, loaded, folder)
                about = describe_theory("analysis", loaded, seed, assumption) | {"n": n, "weights": power}
                write_manifest(folder, about)
        print_analysis(analysis)
        if acceptability is not None:
            print_clauses(acceptability, loaded)
        if folder is not None:
            typer.echo(f"\nTables, figures and manifest are in {out}")


def refuse_scenario_options(weights: str, changes: list[str] | None, clauses: bool) -> None:
    """Refuse options that a domain does not take. Raises ParleyError."""
    from sim.core.errors import ParleyError

    if weights or changes or clauses:
        raise ParleyError("--weights, --set and --clauses are for scenarios; a domain is analysed as its files have it")


def parse_weights(text: str) -> dict[str, float]:
    """Parse `a=2,b=1` to numbers by party. Raises ParleyError."""
    from sim.core.errors import ParleyError

    weights = {}
    for part in filter(None, (entry.strip() for entry in text.split(","))):
        name, _, value = part.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            raise ParleyError(f"`{part}` in --weights: write party=number, separated by commas") from None
    return weights


def print_analysis(analysis: Any) -> None:
    """Print zones and solutions."""
    draws = format_count(analysis.zones[0].n, "draw")
    typer.echo(f"Zone of agreement over {draws} of the assumed ranges, with 95% intervals,")
    typer.echo("at the start of the talks; `parley run` looks at their end, when trust and balance have moved")
    typer.echo(f"{'basket':24} {'interests alone':>26} {'above the floors':>26} {'median surplus':>15}")
    import numpy as np

    for zone in analysis.zones:
        shares = [
            f"{share:7.1%} [{low:6.1%}, {high:6.1%}]"
            for share, (low, high) in (
                (zone.interests, zone.interests_interval),
                (zone.commitment, zone.commitment_interval),
            )
        ]
        typer.echo(f"{zone.name:24} {shares[0]:>26} {shares[1]:>26} {float(np.median(zone.surplus)):15.3f}")
    place = "the middle of every range" if analysis.assumption < 0 else f"draw {analysis.assumption}"
    typer.echo(f"\nSolutions at {place}; packages as points on the issues' scales, utilities of 1 at most")
    for entry in analysis.studies:
        basis = describe_basis(entry)
        typer.echo(f"\n{entry.game.name} ({basis})")
        for point in entry.points:
            package = "  ".join(f"{i} {x:.3f}" for i, x in zip(entry.game.issues, point.package, strict=True))
            utilities = "  ".join(f"{p} {u:.3f}" for p, u in zip(entry.game.parties, point.utility, strict=True))
            typer.echo(f"  {point.name:18} {utilities}\n  {'':18} {package}")
        if not entry.points:
            typer.echo("  no package suits all parties")


def write_analysis(analysis: Any, out: OutputFolder, title: str) -> None:
    """Write tables as CSV and the figure as PNG and SVG. Raises ParleyError."""
    import csv

    from sim.analysis.study import tabulate_frontiers, tabulate_solutions, tabulate_zones
    from sim.core.atomic import report_write_errors
    from sim.figures.solutions import save_solutions

    tables = (
        ("zones", tabulate_zones(analysis)),
        ("solutions", tabulate_solutions(analysis)),
        ("frontiers", tabulate_frontiers(analysis)),
    )
    with report_write_errors(out.folder):
        for name, rows in tables:
            if rows:
                with out.path(f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
                    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
        place = "the middle of every assumed range" if analysis.assumption < 0 else f"draw {analysis.assumption}"
        heading = f"{title}\nRange of each party and textbook solutions at {place}; no forecast"
        for suffix in ("png", "svg"):
            save_solutions(build_panels(analysis), heading, out.path(f"zone.{suffix}"))


def build_panels(analysis: Any) -> list[Panel]:
    """Build the rows of the figure: every basket, and all at once unless they have too many issues for a page."""
    import numpy as np

    from sim.analysis.game import WHOLE
    from sim.figures.solutions import Panel

    panels = []
    for study in analysis.studies:
        game = study.game
        if game.name == WHOLE and len(game.issues) > _MOST_ISSUES:
            continue
        panels.append(
            Panel(
                title=f"{game.name} (thick: red line)",
                subtitle=describe_basis(study),
                parties=game.parties,
                issues=game.issues,
                demand=game.demand,
                reservation=game.reservation,
                salience=game.salience,
                red=game.red,
                floor=game.floor,
                packages={point.name: point.package for point in study.points},
                utilities={point.name: point.utility for point in study.points},
                frontier=np.array([game.utilities(package) for package in study.corners]).reshape(-1, 2),
            )
        )
    return panels


def describe_basis(study: Any) -> str:
    """Say whether the solutions are above the floors or, without a zone there, of the interests alone."""
    return "above the floors" if study.above_floors else "no zone above the floors: interests alone"
