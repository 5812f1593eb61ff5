"""`parley discover`: the conditions under which a result of a sweep comes about."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.sensitivity import MEASURE, FolderArgument, MeasureOption, print_frame
from sim.core.counts import format_count


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def discover(
        folder: FolderArgument,
        above: Annotated[float, typer.Option(help="Value that the measure exceeds at the points of interest.")],
        of: MeasureOption = MEASURE,
        density: Annotated[
            float, typer.Option(min=0, max=1, help="Smallest share of points of interest inside the box.")
        ] = 0.8,
    ) -> None:
        """Find the conditions under which a result comes about: a PRIM box over a sampled sweep, as table and figure.

        Example:

        parley discover results/ceasefire-conditions --above 0.5
        """
        from experiments.analyses import write_box
        from experiments.discovery import discover as search
        from experiments.results import load

        results = load(folder)
        result = search(results, of, above, density)
        write_box(results, {"of": of, "above": above, "density": density}, result)
        print_frame(result.limits)
        have = "has" if result.interesting == 1 else "have"
        typer.echo(f"{result.interesting} of {format_count(result.cases, 'point')} {have} {of} above {above:g}.")
        inside = f"In the box {result.density:.0%} of the points have it (density)"
        typer.echo(f"{inside}; it holds {result.coverage:.0%} of them (coverage).")
