"""What `parley analyse --clauses` prints and writes: acceptability of labelled options and of packages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import typer

from sim.core.counts import format_count

if TYPE_CHECKING:
    from sim.analysis.acceptability import Acceptability
    from sim.core.atomic import OutputFolder
    from sim.scenario.load import Loaded

_PRINTED = 3
"""Packages printed by basket; the table holds more."""
_LABEL = 60


def print_clauses(result: Acceptability, loaded: Loaded) -> None:
    """Print, by basket, the share of draws in which each party could live with an option, and the best packages."""
    from sim.analysis.acceptability import ALL, describe_method, describe_package, group_packages

    scenario, packages = loaded.scenario, group_packages(result)
    typer.echo(f"\nAcceptability by clause over {format_count(result.n, 'draw')}, at the start of the talks")
    typer.echo("Share of draws in which an option alone is worth at least the party's floor (in brackets: at least its")
    typer.echo("reservation value). The floor counts the loss if others do not comply, and the pain of war.")
    for basket, best in packages.items():
        typer.echo(f"\n{scenario.baskets[basket].title}")
        columns = [*best[0].parties, ALL]
        widths = [max(len(name), 13) for name in columns]
        heads = "  ".join(f"{name:>{width}}" for name, width in zip(columns, widths, strict=True))
        typer.echo(f"  {'':{_LABEL}}  {heads}")
        issue = ""
        own = [clause for clause in result.clauses if clause.basket == basket]
        for k in range(0, len(own), len(columns)):
            row = own[k : k + len(columns)]
            if row[0].issue != issue:
                issue = row[0].issue
                typer.echo(f"  {scenario.issues[issue].title}")
            cells = [f"{c.floors / c.n:.1%} ({c.interests / c.n:.0%})" for c in row]
            numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            typer.echo(f"    {_cut(row[0].option, _LABEL - 2):{_LABEL - 2}}  {numbers}")
        for package in best[:_PRINTED]:
            for line in describe_package(package, loaded):
                typer.echo(f"  {line}")
        if result.compared[basket] < result.total[basket]:
            typer.echo(f"  {describe_method(result, basket)}")


def write_clauses(result: Acceptability, loaded: Loaded, out: OutputFolder) -> None:
    """Write both tables as CSV, and a figure of every basket as PNG and SVG. Raises ParleyError."""
    import pandas as pd

    from sim.analysis.acceptability import ALL, group_packages, tabulate_clauses, tabulate_packages
    from sim.core.atomic import report_write_errors
    from sim.figures.clauses import save_clauses

    scenario = loaded.scenario
    with report_write_errors(out.folder):
        for name, rows in (("clauses", tabulate_clauses(result)), ("packages", tabulate_packages(result))):
            pd.DataFrame(rows).to_csv(out.path(f"{name}.csv"), index=False, lineterminator="\n")
        for basket, best in group_packages(result).items():
            own = [clause for clause in result.clauses if clause.basket == basket]
            parties = [*(scenario.parties[party].title for party in best[0].parties), ALL]
            options = [(scenario.issues[c.issue].title, c.option) for c in own[:: len(parties)]]
            shares = np.array([clause.floors / clause.n for clause in own]).reshape(len(options), len(parties))
            titles = (
                f"Clauses that each party could live with: {scenario.baskets[basket].title}",
                f"{scenario.title}. Start of the talks, {format_count(result.n, 'draw')} of the assumed ranges:",
                "share in which an option alone is worth at least the party's floor.",
            )
            paths = [out.path(f"clauses_{basket}.{suffix}") for suffix in ("png", "svg")]
            save_clauses(options, parties, shares, titles, paths)


def _cut(text: str, width: int) -> str:
    """A text of at most `width` characters."""
    return text if len(text) <= width else text[: width - 2].rstrip() + " …"
