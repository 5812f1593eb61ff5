"""`parley analyse`: what theory says of a scenario before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.domain import DomainOption, ProfileOption, analyse_domain, is_domain
from sim.cli.options import ChangesOption, SeedOption, console, parsed_changes

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
                help="Id of a shipped scenario, a path, or a folder of a GENIUS domain.", show_default=False
            ),
        ],
        n: Annotated[int, typer.Option("-n", min=1, max=1_000_000, help="Draws of the assumed ranges.")] = 1000,
        seed: SeedOption = 0,
        assumption: Annotated[int, typer.Option(help="Draw to solve; -1 is the middle of every range.", min=-1)] = -1,
        weights: Annotated[str, typer.Option(help="Bargaining power for the weighted Nash solution: a=2,b=1.")] = "",
        changes: ChangesOption = None,
        out: Annotated[Path | None, typer.Option("--out", "-o", help="A new folder for tables and picture.")] = None,
        domain: DomainOption = None,
        profile: ProfileOption = None,
    ) -> None:
        """Zone of agreement, Pareto frontier, Nash, Kalai-Smorodinsky, egalitarian and utilitarian points.

        On a folder of a GENIUS or GeniusWeb domain: the exact points, by looking at every outcome.
        """
        from sim.analysis.study import analyse as study
        from sim.core.atomic import OutputFolder
        from sim.core.errors import ParleyError
        from sim.scenario.load import load

        folder = OutputFolder(out, "analysis", force=None) if out is not None else None  # refuse before the work
        if is_domain(scenario):
            refuse_scenario_options(weights, changes)
            analyse_domain(scenario, domain, profile, folder)
            return
        if domain is not None or profile:
            raise ParleyError("--domain and --profile are for a folder of a GENIUS or GeniusWeb domain")
        loaded, power = load(scenario, parsed_changes(changes)), parsed_weights(weights)
        with console(stderr=True).status(f"looking for zones in {n:,} draws"):
            found = study(loaded, n, seed, assumption, power)
        show(found)
        if folder is not None:
            with folder:
                write(found, folder, loaded.scenario.title)
            typer.echo(f"\nTables and picture are in {out}")


def refuse_scenario_options(weights: str, changes: list[str] | None) -> None:
    """Refuse what a domain has no place for. Raises ParleyError."""
    from sim.core.errors import ParleyError

    if weights or changes:
        raise ParleyError("--weights and --set are for scenarios; a domain is analysed as its files have it")


def parsed_weights(text: str) -> dict[str, float]:
    """`a=2,b=1` as numbers by party. Raises ParleyError."""
    from sim.core.errors import ParleyError

    found = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise ParleyError(f"`{part}` in --weights: write party=number, separated by commas") from None
    return found


def show(found: Any) -> None:
    """Print zones and solutions."""
    typer.echo(f"Zone of agreement over {found.zones[0].n:,} draws of the assumed ranges, with 95 % intervals")
    typer.echo(f"{'basket':24} {'interests alone':>26} {'above the floors':>26} {'median surplus':>15}")
    import numpy as np

    for zone in found.zones:
        shares = [
            f"{share:7.1%} [{low:6.1%}, {high:6.1%}]"
            for share, (low, high) in (
                (zone.interests, zone.interests_interval),
                (zone.commitment, zone.commitment_interval),
            )
        ]
        typer.echo(f"{zone.name:24} {shares[0]:>26} {shares[1]:>26} {float(np.median(zone.surplus)):15.3f}")
    where = "the middle of every range" if found.assumption < 0 else f"draw {found.assumption}"
    typer.echo(f"\nSolutions at {where}; packages as points on the issues' scales, utilities below 1 at most")
    for entry in found.studies:
        basis = describe_basis(entry)
        typer.echo(f"\n{entry.game.name} ({basis})")
        for point in entry.points:
            package = "  ".join(f"{i} {x:.3f}" for i, x in zip(entry.game.issues, point.package, strict=True))
            worth = "  ".join(f"{p} {u:.3f}" for p, u in zip(entry.game.parties, point.utility, strict=True))
            typer.echo(f"  {point.name:18} {worth}\n  {'':18} {package}")
        if not entry.points:
            typer.echo("  no package suits all: there is nothing to solve")


def write(analysis: Any, out: OutputFolder, title: str) -> None:
    """Write tables as CSV and the figure as PNG and SVG. Raises ParleyError."""
    import csv

    from sim.analysis.study import frontier_rows, point_rows, zone_rows
    from sim.core.atomic import report_write_errors
    from sim.figures.solutions import save_solutions

    tables = (
        ("zones", zone_rows(analysis)),
        ("solutions", point_rows(analysis)),
        ("frontiers", frontier_rows(analysis)),
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
