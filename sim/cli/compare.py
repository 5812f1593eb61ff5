"""`parley compare`: scenarios compared on the same draws, and the draw that makes two runs differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import SeedOption, make_console
from sim.cli.text_table import TextTable, build_table

if TYPE_CHECKING:
    from experiments.compare import Comparison


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def compare(
        scenarios: Annotated[
            list[str],
            typer.Argument(
                help="Two scenarios or more; a changed one is written SCENARIO,path=value,…", show_default=False
            ),
        ],
        n: Annotated[int, typer.Option("-n", min=2, help="Number of runs of each scenario.")] = 2000,
        seed: SeedOption = 0,
        run: Annotated[
            int | None, typer.Option(min=0, help="Only explain this run: which draws change its outcome.")
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help="Print all measures, not only the main ones.")] = False,
        out: Annotated[
            Path | None, typer.Option("-o", "--out", help="Folder for table, figure and manifest.", show_default=False)
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace an earlier comparison in the folder.")] = False,
    ) -> None:
        """Compare scenarios with the first one on common random numbers: run k of each has the same draws.

        Prints differences with 95% intervals from paired draws; with --all also those that separate draws would give,
        and the share of the variance that pairing removes. A star marks a difference that stays significant after
        Holm's correction over the whole table. Scenarios with other parties, issues or venues do not share their
        draws: their intervals are those of separate draws.

        For example:

        parley compare istanbul-2025 istanbul-2025,evidence.admit=own

        parley compare river-border river-border,venues.lake_hall.insulation=0.9 --run 7
        """
        from experiments.compare import compare_scenarios
        from experiments.variants import parse_variant
        from sim.core.errors import ParleyError

        if run is not None:
            if out is not None:
                raise ParleyError("--run explains one run and writes nothing; leave out --out or --run")
            print_divergence([parse_variant(text) for text in scenarios], seed, run)
            return
        if out is None:
            print_comparison(compare_scenarios(scenarios, n, seed), everything)
            return
        from experiments.comparison_folder import KIND, write_comparison
        from sim.core.atomic import OutputFolder

        with OutputFolder(out, KIND, force) as folder:
            comparison = compare_scenarios(scenarios, n, seed)
            write_comparison(comparison, folder)
        print_comparison(comparison, everything)
        typer.echo(f"\nTable, figure and manifest are in {out}")


def print_comparison(comparison: Comparison, everything: bool) -> None:
    """Print the table of differences, one block a contrast."""
    from experiments.compare import count_changes, describe_changes, describe_mismatch, list_changed_runs
    from experiments.measures import is_main, list_baskets

    counts, scenarios = count_changes(comparison), [job.loaded for job in comparison.plans]
    screen, mismatches = make_console(), [describe_mismatch(scenarios[0], other) for other in scenarios[1:]]
    for (contrast, rows), mismatch in zip(comparison.frame.groupby("contrast", sort=False), mismatches, strict=True):
        draws = "separate draws" if mismatch else "same draws"
        title = f"{contrast}\n{comparison.n:,} runs each, seed {comparison.seed}, {draws}"
        columns = ["Measure", "First", "Second", "Difference", "95% interval"]
        columns += ["Separate draws, 95%", "Variance saved"] if everything and not mismatch else []
        baskets = list_baskets(rows["measure"])
        main = [row for row in rows.to_dict("records") if everything or is_main(row["measure"], baskets)]
        cells = [_format_row(row)[: len(columns)] for row in main]
        screen.print(build_table(TextTable(title, tuple(columns), cells), screen.width))
    for label, mismatch in zip(comparison.labels[1:], mismatches, strict=True):
        if mismatch:
            typer.echo(f"{label}: not paired: the scenarios have {mismatch}, so that run k is another in each.")
        else:
            typer.echo(f"{label}: {describe_changes(counts[label])}")
    typer.echo(f"* differs from 0 after correction: {comparison.correction}.")
    if not mismatches[0]:
        changed = ", ".join(map(str, list_changed_runs(comparison)[:8])) or "none"
        typer.echo(f"Runs whose outcome changes, for --run: {changed}")
    typer.echo("Conditional on the assumptions of the scenarios; not a forecast.")


def _format_row(row: dict[str, Any]) -> tuple[str, ...]:
    """Format the cells of one measure, all with as many decimals."""
    from experiments.measures import is_percent

    percent = is_percent(row["measure"], row["kind"])
    factor, largest = (100.0, 0.0) if percent else (1.0, max(abs(row["first"]), abs(row["second"])))
    decimals = 1 if percent or largest >= 10.0 else 2 if largest >= 1.0 else 3

    def format_number(value: float, sign: str = "") -> str:
        return f"{factor * value:{sign}z.{decimals}f}"

    name = row["measure"].replace("_", " ") + (f": {row['level']}" if row["level"] else "") + (" %" if percent else "")
    star = "*" if row["p_holm"] < 0.05 else " "
    intervals = (
        f"{format_number(row[a], '+')} to {format_number(row[b], '+')}"
        for a, b in (("low", "high"), ("unpaired_low", "unpaired_high"))
    )
    means = (format_number(row["first"]), format_number(row["second"]), format_number(row["difference"], "+") + star)
    return (name, *means, *intervals, f"{row['variance_saved']:.0%}")


def print_divergence(variants: list[tuple[str, Any]], seed: int, run: int) -> None:
    """Print where a run of two scenarios diverges, and on which draw. Raises ParleyError."""
    from experiments.divergence import trace_divergence
    from sim.core.errors import ParleyError
    from sim.scenario.resolve import resolve

    if len(variants) != 2:
        raise ParleyError("--run takes two scenarios")
    (first, a), (second, b) = variants
    result = trace_divergence(resolve(a.scenario, seed), resolve(b.scenario, seed), run)
    typer.echo(
        f"A = {first}\nB = {second}\nrun {run}, seed {seed}: A ends as {result.outcomes[0]}, B as {result.outcomes[1]}"
    )
    if not result.divergences:
        typer.echo("The same happens in both.")
    for number, divergence in enumerate(result.divergences, 1):
        typer.echo(f"\n{number}. They diverge at planned round {divergence.step + 1}")
        for line in divergence.describe("A", "B"):
            typer.echo(f"   {line}")
    if result.reaches_outcome and result.outcomes[0] != result.outcomes[1]:
        count = len(result.divergences)
        draws = "this one draw is" if count == 1 else f"these {count} draws together are"
        typer.echo(f"\nChanged in B, {draws} enough for the outcome of A.")
