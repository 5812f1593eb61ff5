"""`parley tactics`: time-based tactics on a domain of GENIUS or GeniusWeb."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.domain import DomainOption, FolderArgument, ProfileOption, show_notes


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def tactics(
        folder: FolderArgument,
        steps: Annotated[
            int, typer.Option(min=1, max=1_000_000, help="Number of steps; every side has a turn in each.")
        ] = 100,
        tactic: Annotated[
            str,
            typer.Option(
                help="boulware, linear, conceder or an exponent; one for all sides or one a side, separated by commas."
            ),
        ] = "boulware",
        tolerance: Annotated[
            float,
            typer.Option(
                min=0.0,
                max=1.0,
                help="How far below its aspiration a side accepts an offer (the default is that of NegMAS).",
            ),
        ] = 1e-4,
        domain: DomainOption = None,
        profile: ProfileOption = None,
    ) -> None:
        """Play time-based tactics in alternating offers on the exact tables of a GENIUS or GeniusWeb domain.

        Of several outcomes with the same utility a side offers the last one (the last issue varies fastest).

        Example:

        parley tactics party-domain --tactic boulware,conceder
        """
        from sim.interop.folder import read
        from sim.interop.tactics import play

        table = read(folder, domain, profile or [])
        show_notes(table)
        chosen = [part.strip() for part in tactic.split(",")]
        chosen = chosen * len(table.profiles) if len(chosen) == 1 else chosen
        ending = play(table, chosen, steps, tolerance)
        if ending.number is None or ending.agreement is None or ending.proposer is None:
            typer.echo(f"no agreement in {steps} steps")
            return
        typer.echo(f"agreement in step {ending.step}, offered by {table.profiles[ending.proposer].name}")
        for issue, value in zip(table.issues, ending.agreement, strict=True):
            typer.echo(f"  {issue}: {value}")
        for side, u in zip(table.profiles, table.compute_worth()[ending.number].tolist(), strict=True):
            typer.echo(f"  utility of {side.name}: {u:.4f} (no agreement: {side.reserved:.4f})")
