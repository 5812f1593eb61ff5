"""`parley sensitivity`: which factors, or which layer of uncertainty, a result of a sweep depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import make_console

if TYPE_CHECKING:
    import pandas as pd

    from experiments.results import Results

FolderArgument = Annotated[
    Path, typer.Argument(help="Folder of a finished sweep, or of a run with elicited numbers.", show_default=False)
]
MeasureOption = Annotated[
    str, typer.Option("--of", metavar="MEASURE", help="Measure to explain: outcome_at_least=ceasefire, days, …")
]
MEASURE = "outcome_at_least=ceasefire"


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def sensitivity(folder: FolderArgument, of: MeasureOption = MEASURE) -> None:
        """Compute which factors a result depends on: indices with 95% intervals, as table and figure.

        A sweep of design `morris` gives mean absolute effects, one of design `saltelli` Sobol indices, and one of
        design `factorial` main effects and interactions of two factors. A sweep with `nested` runs gives, at each
        point, the shares of the variance that assumptions, chance and both together explain. A folder of `parley run`
        with elicited numbers gives the share of the variance that is disagreement between experts.

        Example:

        parley sensitivity results/which-assumptions --of outcome_at_least=ceasefire
        """
        from experiments.results import load
        from experiments.sensitivity import restore_experiment
        from sim.results.reader import read_manifest

        if (read_manifest(folder) or {}).get("kind") == "run":
            _write_disagreement(folder)
            typer.echo(f"The table is in {folder / 'experts.csv'}")
            return
        results = load(folder)
        if nested := restore_experiment(results).nested is not None:
            _write_splits(results, of)
        else:
            _write_indices(results, of)
        name = "split" if nested else "indices"
        typer.echo(f"The table is in {folder / f'{name}.csv'}, the figure in {folder / 'figures'}")


def _write_disagreement(folder: Path) -> None:
    """Print and write the share of disagreement between experts in the results of a run."""
    from experiments.analyses import write_disagreement
    from experiments.disagreement import analyse_run

    frame = analyse_run(folder)
    write_disagreement(folder, frame)
    print_frame(frame)


def _write_indices(results: Results, of: str) -> None:
    """Print and write the indices of all factors."""
    from experiments.analyses import analyse_factors, write_indices
    from experiments.sensitivity import describe_noise

    frame = analyse_factors(results, of)
    write_indices(results, of, frame)
    print_frame(frame)
    if line := describe_noise(frame):
        typer.echo(line)


def _write_splits(results: Results, of: str) -> None:
    """Print and write the split of the variance at every point, and say why a point has none."""
    from experiments.analyses import MOST_POINTS, compute_splits, tabulate_splits, write_splits

    splits, errors = compute_splits(results, of)
    write_splits(results, of, splits)
    for name, reason in errors.items():
        typer.echo(f"{name}: {reason}", err=True)
    print_frame(tabulate_splits(results, splits))
    if len(splits) > MOST_POINTS:
        typer.echo(f"The figure shows the first {MOST_POINTS} of {len(splits)} points; split.csv has them all.")


def print_frame(frame: pd.DataFrame) -> None:
    """Print a data frame as a table that fits the screen: words first, a dash where a number is missing."""
    from sim.cli.text_table import TextTable, build_table

    whole = frame.dropna(axis="columns", how="all")
    words = [name for name in whole.columns if whole[name].dtype.kind not in "biuf"]
    numbers = [name for name in whole.columns if name not in words]
    rows = [
        (*(str(row[name]) for name in words), *(_format_number(row[name]) for name in numbers))
        for row in whole.to_dict("records")
    ]
    screen, heads = make_console(), tuple(name.replace("_", " ") for name in [*words, *numbers])
    screen.print(build_table(TextTable("", heads, rows, texts=len(words)), screen.width))


def _format_number(value: float) -> str:
    """Format a number with three digits; a dash where it is missing."""
    return "–" if value != value else f"{value:z.3f}" if abs(value) < 1.0 else f"{value:.4g}"
