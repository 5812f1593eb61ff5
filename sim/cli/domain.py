"""Shared by the verbs that read a domain of GENIUS or GeniusWeb: options, and exact solutions on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.core.counts import format_count

if TYPE_CHECKING:
    from sim.core.atomic import OutputFolder
    from sim.core.layout import Ints
    from sim.interop.domain import Domain
    from sim.interop.solutions import Solutions

FolderArgument = Annotated[
    Path, typer.Argument(help="Folder with a domain and its profiles: GENIUS (XML) or GeniusWeb (JSON).")
]
DomainOption = Annotated[str | None, typer.Option("--domain", help="Domain file, where the folder has several.")]
ProfileOption = Annotated[
    list[str] | None, typer.Option("--profile", help="Profile of a side, in speaking order; give it twice or more.")
]
_MOST_SHOWN = 20
"""Outcomes that the screen shows of a list; the tables hold all."""


def is_domain(source: str) -> bool:
    """Whether an argument names a folder, or a file of a domain, and no scenario."""
    path = Path(source)
    return path.is_dir() or (path.suffix in (".xml", ".json") and path.is_file())


def show_notes(domain: Domain) -> None:
    """Print what differs from what a user may expect of the files."""
    for note in domain.notes:
        typer.echo(f"note: {note}", err=True)


def analyse_domain(source: str, name: str | None, profiles: list[str] | None, out: OutputFolder | None) -> None:
    """Print and write the exact solution points of a domain. Raises ParleyError."""
    from sim.interop.folder import read
    from sim.interop.solutions import solve
    from sim.results.manifest import write_manifest

    domain = read(Path(source), name, profiles or [])
    show_notes(domain)
    solutions = solve(domain)
    if out is not None:
        with out:
            write(domain, solutions, out)
            write_manifest(out, describe_domain(domain, Path(source)))
    show(domain, solutions)
    if out is not None:
        typer.echo(f"\nTables and manifest are in {out.folder}")


def describe_domain(domain: Domain, source: Path) -> dict[str, Any]:
    """Describe the solutions of a domain for a manifest: hashes of the files read, sides, issues, notes."""
    from sim.core.identity import hash_file
    from sim.results.manifest import describe_environment, describe_software, describe_time

    folder = source if source.is_dir() else source.parent
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".xml", ".json") and path.is_file())
    return {
        "kind": "analysis",
        **describe_software(),
        "title": domain.name,
        "domain": {
            "files": {path.name: hash_file(path) for path in paths},
            "sides": [profile.name for profile in domain.profiles],
            "issues": list(domain.issues),
            "notes": list(domain.notes),
        },
        "environment": describe_environment(),
        "created": describe_time(),
    }


def show(domain: Domain, solutions: Solutions) -> None:
    """Print solution points, each with its definition, and the Pareto-efficient outcomes."""
    from sim.interop.solutions import DEFINITIONS

    issues, outcomes = format_count(len(domain.issues), "issue"), format_count(domain.count, "outcome")
    sizes = f"{len(domain.profiles)} sides, {issues}, {outcomes}"
    typer.echo(f"{domain.name}: {sizes}, each looked at")
    floors = "  ".join(f"{p.name} {p.reserved:.4f}" for p in domain.profiles)
    typer.echo(f"No agreement is worth {floors}")
    suiting = format_count(solutions.zone.size, "outcome gives", "outcomes give")
    typer.echo(f"{suiting} every side at least that; solutions are taken among them")
    for name, definition in DEFINITIONS.items():
        typer.echo(f"\n{name}: {definition}")
        if not solutions.zone.size:
            typer.echo("  none: no outcome suits all sides")
        _show_outcomes(domain, solutions, solutions.points[name])
    efficient = format_count(solutions.efficient.size, "outcome")
    typer.echo(f"\nPareto-efficient: {efficient} of all, one of each set of utilities")
    _show_outcomes(domain, solutions, solutions.efficient)


def _show_outcomes(domain: Domain, solutions: Solutions, numbers: Ints) -> None:
    for k in numbers[:_MOST_SHOWN].tolist():
        pairs = zip(domain.profiles, solutions.worth[k].tolist(), strict=True)
        worth = "  ".join(f"{side.name} {u:.4f}" for side, u in pairs)
        package = "  ".join(f"{i}: {v}" for i, v in zip(domain.issues, domain.find_outcome(k), strict=True))
        typer.echo(f"  {worth}  |  {package}")
    if numbers.size > _MOST_SHOWN:
        typer.echo(f"  and {numbers.size - _MOST_SHOWN:,} more; --out writes them all")


def write(domain: Domain, solutions: Solutions, out: OutputFolder) -> None:
    """Write solutions and Pareto-efficient outcomes as CSV. Raises ParleyError."""
    import csv

    from sim.core.atomic import report_write_errors
    from sim.interop.solutions import DEFINITIONS

    head = [*(f"value: {issue}" for issue in domain.issues), *(f"utility: {p.name}" for p in domain.profiles)]

    def row(k: int) -> list[str | float]:
        return [*domain.find_outcome(k), *solutions.worth[k].tolist()]

    rows = [[n, d, *row(k)] for n, d in DEFINITIONS.items() for k in solutions.points[n].tolist()]
    pareto = [row(k) for k in solutions.efficient.tolist()]
    with report_write_errors(out.folder):
        for name, columns, lines in (
            ("solutions", ["solution", "definition", *head], rows),
            ("pareto", head, pareto),
        ):
            with out.path(f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(lines)
