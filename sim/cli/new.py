"""`parley new`: the file of a new scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_BASE = "istanbul-2025"


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def new(
        name: Annotated[str, typer.Argument(help="Name of the new scenario: lower case, digits, hyphens.")],
        base: Annotated[
            str | None, typer.Option("--from", help="Scenario from which it starts.", show_default=_BASE)
        ] = None,
        blank: Annotated[
            bool, typer.Option("--blank", help="Start from no scenario: placeholders for all parties and issues.")
        ] = False,
        parties: Annotated[int | None, typer.Option(help="With --blank: parties.", show_default="2")] = None,
        issues: Annotated[int | None, typer.Option(help="With --blank: issues.", show_default="3")] = None,
        baskets: Annotated[
            int | None,
            typer.Option(help="With --blank: baskets of issues that are settled together.", show_default="1"),
        ] = None,
        venues: Annotated[int | None, typer.Option(help="With --blank: venues.", show_default="1")] = None,
        mediator: Annotated[
            bool, typer.Option("--mediator", help="With --blank: a mediator, who hosts the first venue.")
        ] = False,
    ) -> None:
        """Write NAME.yaml: a commented scenario, from another one or blank, that can be checked and run at once.

        Without --blank it takes every number from another scenario until you change it.

        For example:

        parley new my-talks --from river-border

        parley new my-talks --blank --parties 3 --issues 5 --baskets 2 --venues 2 --mediator
        """
        from sim.core.errors import ParleyError
        from sim.scenario.scaffold import Size, write_scaffold
        from sim.scenario.template import write_template

        size = {
            "parties": parties,
            "issues": issues,
            "baskets": baskets,
            "venues": venues,
            "mediator": mediator or None,
        }
        chosen: dict[str, Any] = {key: value for key, value in size.items() if value is not None}
        if blank and base is not None:
            raise ParleyError("--from and --blank exclude each other: a blank scenario starts from no other one")
        if chosen and not blank:
            raise ParleyError(f"--{next(iter(chosen))} goes with --blank; a scenario from another one has its entities")
        if blank:
            path = write_scaffold(name, Size(**chosen), Path.cwd())
        else:
            path = write_template(name, base or _BASE, Path.cwd())
        typer.echo(f"{path.name} is written. Next: parley check {path.name}; parley run {path.name}")
