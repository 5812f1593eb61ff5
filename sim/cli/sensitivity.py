"""`parley sensitivity`, `parley discover`: what a finished sweep's answer hangs on, and under which conditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from experiments.results import Results
    from experiments.variance import VarianceSplit

Folder = Annotated[Path, typer.Argument(help="Folder of a finished sweep.", show_default=False)]
Measure = Annotated[str, typer.Option("--of", metavar="MEASURE", help="outcome_at_least=ceasefire, days, gap …")]
Most = "outcome_at_least=ceasefire"
_MOST_DRAWN = 30
"""Points whose split the figure shows; more would be taller than a page."""


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""

    @app.command()
    def sensitivity(folder: Folder, of: Measure = Most) -> None:
        """Which factors, or which layer, the answer hangs on: indices with 95% intervals, table and figure.

        A sweep of design `morris` gives mean absolute effects, `saltelli` Sobol indices; one with `nested` runs the
        split of the variance between runs into assumption, chance and both together, one at each point.
        """
        from experiments.results import load
        from experiments.sensitivity import restore_experiment

        results = load(folder)
        if restore_experiment(results).nested is not None:
            _split(results, folder, of)
        else:
            _indices(results, folder, of)

    @app.command()
    def discover(
        folder: Folder,
        above: Annotated[float, typer.Option(help="Points at which the measure is above this are of interest.")],
        of: Measure = Most,
        density: Annotated[float, typer.Option(min=0, max=1, help="Least share of interest inside the box.")] = 0.8,
    ) -> None:
        """Under which conditions does it come about? A PRIM box over a sampled sweep, as table and figure."""
        from experiments.discovery import discover as search
        from experiments.figure_layout import build_note, save_figures
        from experiments.forest_plots import draw_box
        from experiments.results import load

        results = load(folder)
        found = search(results, of, above, density)
        _table(found.limits)
        typer.echo(f"{found.interesting} of {found.cases} points have {of} above {above:g}.")
        inside = f"In the box {found.density:.0%} of the points have it (density)"
        typer.echo(f"{inside}; it holds {found.coverage:.0%} of them (coverage).")
        found.path.to_csv(folder / "box-path.csv", index=False, lineterminator="\n")
        found.limits.to_csv(folder / "box.csv", index=False, lineterminator="\n")
        figure = draw_box(found, build_note(results), f"Where {of} exceeds {above:g}")
        save_figures({"box": figure}, folder / "figures", results.manifest["hash"])


def _indices(results: Results, folder: Path, of: str) -> None:
    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_tornado
    from experiments.sensitivity import analyse_sweep, describe_noise, is_share

    frame = analyse_sweep(results, of)
    _table(frame)
    if line := describe_noise(frame):
        typer.echo(line)
    frame.to_csv(folder / "indices.csv", index=False, lineterminator="\n")
    figure = draw_tornado(frame, build_note(results), f"What {of} hangs on", share=is_share(results, of))
    save_figures({"indices": figure}, folder / "figures", results.manifest["hash"])


def _split(results: Results, folder: Path, of: str) -> None:
    import pandas as pd

    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_variance

    found = _splits(results, of)
    rows = [{"point": name, **row} for name, split in found.items() for row in split.rows()]
    frame = pd.DataFrame(rows)
    if len(results.points) == 1:
        frame = frame.drop(columns="point")
    _table(frame)
    frame.to_csv(folder / "split.csv", index=False, lineterminator="\n")
    drawn = dict(list(found.items())[:_MOST_DRAWN])
    if len(drawn) < len(found):
        typer.echo(f"The figure shows the first {len(drawn)} of {len(found)} points; split.csv has them all.")
    title = "Assumption or chance" if len(results.points) == 1 else f"Assumption or chance: {of}"
    save_figures(
        {"split": draw_variance(drawn, build_note(results), title)}, folder / "figures", results.manifest["hash"]
    )


def _splits(results: Results, of: str) -> dict[str, VarianceSplit]:
    """The split at every point by its name; says which points have none. Raises ParleyError where none has one."""
    from experiments.results import label_points
    from experiments.variance import arrange_results, split_variance
    from sim.core.errors import ParleyError

    if len(results.points) == 1:
        return {of: split_variance(arrange_results(results, of))}
    found, without = {}, {}
    for point, label in label_points(results).items():
        name = f"point {point}: {label}"
        try:
            found[name] = split_variance(arrange_results(results, of, point))
        except ParleyError as error:
            without[name] = error
    if not found:
        raise next(iter(without.values()))
    for name, reason in without.items():
        typer.echo(f"{name}: {reason}", err=True)
    return found


def _table(frame: Any) -> None:
    typer.echo(frame.to_string(index=False, float_format=lambda value: f"{value:.4g}"))
