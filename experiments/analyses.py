"""Analyses of finished results as files beside them, and their repetition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.results import Results, label_points, load
from sim.core.atomic import write_file
from sim.core.errors import ParleyError
from sim.results.analyses import record_analysis

if TYPE_CHECKING:
    import pandas as pd

    from experiments.discovery import Boxes
    from experiments.variance import VarianceSplit

MOST_POINTS = 30
"""Most points that the figure of a split shows; more would not fit on a page."""


def _write_table(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write a table as CSV. Raises ParleyError."""
    path = folder / name
    write_file(path, frame.to_csv(index=False, lineterminator="\n"))
    return path


def write_disagreement(folder: Path, frame: pd.DataFrame) -> None:
    """Write how much of a run's variance is disagreement between experts, as `experts.csv`. Raises ParleyError."""
    record_analysis(folder, "disagreement", {}, [_write_table(folder, "experts.csv", frame)])


def analyse_factors(results: Results, of: str) -> pd.DataFrame:
    """Compute the indices of all factors as the design of a sweep allows. Raises ParleyError."""
    from experiments.factorial import analyse_factorial
    from experiments.sensitivity import analyse_sweep, restore_experiment

    factorial = restore_experiment(results).design == "factorial"
    return analyse_factorial(results, of) if factorial else analyse_sweep(results, of)


def write_indices(results: Results, of: str, frame: pd.DataFrame) -> None:
    """Write indices as table and figure. Raises ParleyError."""
    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_tornado
    from experiments.sensitivity import is_share

    figure = draw_tornado(frame, build_note(results), f"What {of} depends on", share=is_share(results, of))
    table = _write_table(results.folder, "indices.csv", frame)
    figures = save_figures({"indices": figure}, results.folder / "figures", results.manifest["hash"])
    record_analysis(results.folder, "sensitivity", {"of": of}, [table, *figures])


def compute_splits(results: Results, of: str) -> tuple[dict[str, VarianceSplit], dict[str, ParleyError]]:
    """Compute the split of the variance at every point by its name, and why a point has none.

    Raises
    ------
    ParleyError
        No point has one.
    """
    from experiments.variance import arrange_results, split_variance

    if len(results.points) == 1:
        return {of: split_variance(arrange_results(results, of))}, {}
    splits, errors = {}, {}
    for point, label in label_points(results).items():
        name = f"point {point}: {label}"
        try:
            splits[name] = split_variance(arrange_results(results, of, point))
        except ParleyError as error:
            errors[name] = error
    if not splits:
        raise next(iter(errors.values()))
    return splits, errors


def tabulate_splits(results: Results, splits: Mapping[str, VarianceSplit]) -> pd.DataFrame:
    """Tabulate splits, one row a point and layer; without the point where there is only one."""
    import pandas as pd

    frame = pd.DataFrame([{"point": name, **row} for name, split in splits.items() for row in split.rows()])
    return frame.drop(columns="point") if len(results.points) == 1 else frame


def write_splits(results: Results, of: str, splits: Mapping[str, VarianceSplit]) -> None:
    """Write splits as table and figure; the figure shows the first `MOST_POINTS`. Raises ParleyError."""
    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_variance

    title = "Assumption or chance" if len(results.points) == 1 else f"Assumption or chance: {of}"
    figure = draw_variance(dict(list(splits.items())[:MOST_POINTS]), build_note(results), title)
    table = _write_table(results.folder, "split.csv", tabulate_splits(results, splits))
    figures = save_figures({"split": figure}, results.folder / "figures", results.manifest["hash"])
    record_analysis(results.folder, "sensitivity", {"of": of}, [table, *figures])


def write_box(results: Results, request: Mapping[str, Any], boxes: Boxes) -> None:
    """Write a box of conditions as tables and figure; `request` has `of`, `above` and `density`. Raises ParleyError."""
    from experiments.figure_layout import build_note, save_figures
    from experiments.forest_plots import draw_box

    figure = draw_box(boxes, build_note(results), f"Where {request['of']} exceeds {request['above']:g}")
    tables = [
        _write_table(results.folder, "box-path.csv", boxes.path),
        _write_table(results.folder, "box.csv", boxes.limits),
    ]
    figures = save_figures({"box": figure}, results.folder / "figures", results.manifest["hash"])
    record_analysis(results.folder, "discovery", dict(request), [*tables, *figures])


def repeat_analyses(folder: Path, analyses: Mapping[str, Any]) -> None:
    """Repeat analyses on results.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    analyses : mapping
        What was asked for by name, as a manifest has it.

    Raises
    ------
    ParleyError
        The results do not allow one of them.
    """
    for name, entry in analyses.items():
        try:
            _repeat_analysis(folder, name, entry["request"])
        except (KeyError, TypeError, ValueError) as error:
            raise ParleyError(f"the manifest: analyses.{name}: this cannot be repeated: {error}") from None


def _repeat_analysis(folder: Path, name: str, request: Mapping[str, Any]) -> None:
    """Repeat one analysis; one of an unknown name is left out."""
    if name == "disagreement":
        from experiments.disagreement import analyse_run

        write_disagreement(folder, analyse_run(folder))
    elif name == "overview":
        _repeat_overview(load(folder), request)
    elif name == "sensitivity":
        _repeat_sensitivity(load(folder), request)
    elif name == "discovery":
        from experiments.discovery import discover

        results, of = load(folder), str(request["of"])
        above, density = float(request["above"]), float(request["density"])
        write_box(results, {"of": of, "above": above, "density": density}, discover(results, of, above, density))


def _repeat_overview(results: Results, request: Mapping[str, Any]) -> None:
    """Draw the standard figures of a sweep again, and compute its planned contrasts."""
    from experiments.contrasts import compute_effects, parse_contrast
    from experiments.overview_plots import write_overview
    from experiments.sensitivity import restore_experiment

    spec, texts = restore_experiment(results), [str(text) for text in request["contrasts"]]
    contrasts = {**spec.contrasts, **{text: parse_contrast(text) for text in texts}}
    whole = contrasts and not results.manifest["tables"]["failed_points"]
    effects = compute_effects(results, contrasts, spec.measures or None) if whole else None
    write_overview(results, effects, results.folder, texts)


def _repeat_sensitivity(results: Results, request: Mapping[str, Any]) -> None:
    """Compute indices or splits again."""
    from experiments.sensitivity import restore_experiment

    of = str(request["of"])
    if restore_experiment(results).nested is None:
        write_indices(results, of, analyse_factors(results, of))
    else:
        write_splits(results, of, compute_splits(results, of)[0])
