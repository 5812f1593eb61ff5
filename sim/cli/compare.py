"""`parley compare`: scenarios compared on the same draws, and the draw on which two runs diverge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import SeedOption, console

if TYPE_CHECKING:
    from experiments.compare import Comparison

_SHOWN = ("outcome", "rounds_held", "rounds_postponed", "days_in_abeyance", "incidents", "gap_open")


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def compare(
        scenarios: Annotated[
            list[str], typer.Argument(help="Two or more of SCENARIO or SCENARIO,path=value,…", show_default=False)
        ],
        n: Annotated[int, typer.Option("-n", min=2, help="Runs of each.")] = 2000,
        seed: SeedOption = 0,
        run: Annotated[int | None, typer.Option(min=0, help="Trace this run: which draw changed the outcome.")] = None,
        everything: Annotated[bool, typer.Option("--all", help="Print every measure, not the main ones only.")] = False,
        out: Annotated[
            Path | None, typer.Option("-o", "--out", help="Folder for table, figure and manifest.", show_default=False)
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace the earlier comparison in that folder.")] = False,
    ) -> None:
        """Hold scenarios against the first on common random numbers: run k of each has the same draws.

        Prints differences with 95% intervals, paired and as they would be from separate draws, and the share of the
        variance that pairing saves. Stars mark what differs after Holm's correction over the whole table.

        Examples:

        parley compare istanbul-2025 istanbul-2025,evidence.admit=own

        parley compare river-border river-border,venues.lake_hall.insulation=0.9 --run 7
        """
        from experiments.compare import compare_scenarios
        from experiments.variants import parse_variant
        from sim.core.errors import ParleyError

        if run is not None:
            if out is not None:
                raise ParleyError("--run prints where two runs diverge and writes nothing; leave out --out, or --run")
            trace_run([parse_variant(text) for text in scenarios], seed, run)
            return
        if out is None:
            show(compare_scenarios(scenarios, n, seed), everything)
            return
        from experiments.comparison_folder import KIND, write_comparison
        from sim.core.atomic import OutputFolder

        with OutputFolder(out, KIND, force) as folder:
            found = compare_scenarios(scenarios, n, seed)
            write_comparison(found, folder)
        show(found, everything)
        typer.echo(f"\nTable, figure and manifest are in {out}")


def show(found: Comparison, everything: bool) -> None:
    """Print the table of differences, one block a contrast."""
    from rich.table import Table

    for contrast, rows in found.frame.groupby("contrast", sort=False):
        table = Table(title=f"{contrast}\n{found.n:,} runs each, seed {found.seed}, same draws", title_justify="left")
        for name in ("measure", "first", "second", "difference", "paired 95%", "unpaired 95%", "saved"):
            table.add_column(name, justify="left" if name == "measure" else "right")
        for row in rows.to_dict("records"):
            if everything or row["measure"] in _SHOWN or row["measure"].startswith("settled_"):
                table.add_row(*_cells(row))
        console().print(table)
    changed = ", ".join(map(str, _examples(found))) or "none"
    typer.echo(f"* differs from 0 after correction: {found.correction}.")
    typer.echo(f"Runs whose outcome changes, for --run: {changed}")
    typer.echo("Conditional on the assumptions of the scenarios; not a forecast.")


def _examples(found: Comparison) -> list[int]:
    from experiments.compare import list_changed_runs

    return list_changed_runs(found)[:8]


def _cells(row: dict[str, Any]) -> list[str]:
    percent = row["kind"] == "share"

    def number(value: float, sign: str = "") -> str:
        return f"{100 * value:{sign}.1f}" if percent else f"{value:{sign}.3g}"

    name = row["measure"].replace("_", " ") + (f": {row['level']}" if row["level"] else "") + (" %" if percent else "")
    star = "*" if row["p_holm"] < 0.05 else " "
    spans = [
        f"{number(row[a], '+')} to {number(row[b], '+')}"
        for a, b in (("low", "high"), ("unpaired_low", "unpaired_high"))
    ]
    means = [number(row["first"]), number(row["second"]), number(row["difference"], "+") + star]
    return [name, *means, *spans, f"{row['variance_saved']:.0%}"]


def trace_run(named: list[tuple[str, Any]], seed: int, run: int) -> None:
    """Print where run `run` of the first and the second scenario part, and on which draw."""
    from experiments.divergence import trace_divergence
    from sim.core.errors import ParleyError
    from sim.scenario.resolve import resolve

    if len(named) != 2:
        raise ParleyError("a trace takes two scenarios")
    (first, a), (second, b) = named
    found = trace_divergence(resolve(a.scenario, seed), resolve(b.scenario, seed), run)
    typer.echo(
        f"A = {first}\nB = {second}\nrun {run}, seed {seed}: A ends as {found.outcomes[0]}, B as {found.outcomes[1]}"
    )
    if not found.divergences:
        typer.echo("The same happens in both.")
    for number, divergence in enumerate(found.divergences, 1):
        typer.echo(f"\n{number}. They diverge at planned round {divergence.step + 1}")
        for line in divergence.describe("A", "B"):
            typer.echo(f"   {line}")
    if found.reaches_outcome and found.outcomes[0] != found.outcomes[1]:
        count = len(found.divergences)
        draws = "this one draw is" if count == 1 else f"these {count} draws together are"
        typer.echo(f"\nTurned in B, {draws} enough for the outcome of A.")
