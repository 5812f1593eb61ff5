"""`parley sensitivity`: which factors, or which layer of uncertainty, a result of a sweep depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import make_console

if TYPE_CHECKING:
    import pandas as pd

    from experiments.results import Results
    from experiments.variance import VarianceSplit

FolderArgument = Annotated[
    Path, typer.Argument(help="Folder of a finished sweep, or of a run with elicited numbers.", show_default=False)
]
MeasureOption = Annotated[
    str, typer.Option("--of", metavar="MEASURE", help="Measure to explain: outcome_at_least=ceasefire, days, …")
]
MEASURE = "outcome_at_least=ceasefire"
_MOST_POINTS = 30
"""Most points that the figure shows; more would not fit on a page."""


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
            _write_splits(results, folder, of)
        else:
            _write_indices(results, folder, of)
        name = "split" if nested else "indices"
        typer.echo(f"The table is in {folder / f'{name}.csv'}, the figure in {folder / 'figures'}")


def _write_disagreement(folder: Path) -> None:
    """Print and write the share of disagreement between experts in the results of a run."""
    from experiments.disagreement import analyse_run

    frame = analyse_run(folder)
    print_frame(frame)
    frame.to_csv(folder / "experts.csv", index=False, lineterminator="\n")


def _write_indices(results: Results, folder: Path, of: str) -> None:
    """Print and write the indices of all factors."""
    from experiments.factorial import analyse_factorial
    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_tornado
    from experiments.sensitivity import analyse_sweep, describe_noise, is_share, restore_experiment

    factorial = restore_experiment(results).design == "factorial"
    frame = analyse_factorial(results, of) if factorial else analyse_sweep(results, of)
    print_frame(frame)
    if line := describe_noise(frame):
        typer.echo(line)
    frame.to_csv(folder / "indices.csv", index=False, lineterminator="\n")
    figure = draw_tornado(frame, build_note(results), f"What {of} depends on", share=is_share(results, of))
    save_figures({"indices": figure}, folder / "figures", results.manifest["hash"])


def _write_splits(results: Results, folder: Path, of: str) -> None:
    """Print and write the split of the variance at every point."""
    import pandas as pd

    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_variance

    splits = _compute_splits(results, of)
    rows = [{"point": name, **row} for name, split in splits.items() for row in split.rows()]
    frame = pd.DataFrame(rows)
    if len(results.points) == 1:
        frame = frame.drop(columns="point")
    print_frame(frame)
    frame.to_csv(folder / "split.csv", index=False, lineterminator="\n")
    visible = dict(list(splits.items())[:_MOST_POINTS])
    if len(visible) < len(splits):
        typer.echo(f"The figure shows the first {len(visible)} of {len(splits)} points; split.csv has them all.")
    title = "Assumption or chance" if len(results.points) == 1 else f"Assumption or chance: {of}"
    save_figures(
        {"split": draw_variance(visible, build_note(results), title)}, folder / "figures", results.manifest["hash"]
    )


def _compute_splits(results: Results, of: str) -> dict[str, VarianceSplit]:
    """Compute the split at every point by its name, and print why a point has none. Raises ParleyError if none has."""
    from experiments.results import label_points
    from experiments.variance import arrange_results, split_variance
    from sim.core.errors import ParleyError

    if len(results.points) == 1:
        return {of: split_variance(arrange_results(results, of))}
    splits, errors = {}, {}
    for point, label in label_points(results).items():
        name = f"point {point}: {label}"
        try:
            splits[name] = split_variance(arrange_results(results, of, point))
        except ParleyError as error:
            errors[name] = error
    if not splits:
        raise next(iter(errors.values()))
    for name, reason in errors.items():
        typer.echo(f"{name}: {reason}", err=True)
    return splits


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
