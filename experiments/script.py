"""The steps that the scripts of the shipped experiments share: options, sweeps, effects, figures, page."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from experiments.contrasts import compute_effects
from experiments.figure_layout import save_figures
from experiments.pages import PAGES, write_effects, write_numbers, write_page
from experiments.results import Results, load
from experiments.setup import Setup
from experiments.spec import Experiment, Nested, read_experiment
from experiments.sweep import describe_identity, run_sweep
from sim.core.errors import ParleyError
from sim.core.identity import hash_data

if TYPE_CHECKING:
    import pandas as pd

Draw = Callable[[Mapping[str, Results], "pd.DataFrame"], Mapping[str, Figure]]
"""Figures by name from the results of every case and the table of effects."""


Collect = Callable[[Mapping[str, Results]], Mapping[str, Any]]
"""Further numbers of a page, as plain data by name."""


def run_script(name: str, draw: Draw, arguments: Sequence[str] | None = None, collect: Collect | None = None) -> Path:
    """Run a shipped experiment on all its cases (or resume it), draw its figures and write its page.

    Options: `--out` for the tables (out/experiments), `--figures` (docs/experiments/figures of the project), `--share`
    of the runs, for a quick look: its figures lie beside the tables, and the page stays as it is. Exits with 2 and one
    message on a ParleyError.

    Parameters
    ----------
    name : str
        Name of the experiment.
    draw : callable
        Figures by name from results and effects.
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.
    collect : callable, optional
        Further numbers of the page.

    Returns
    -------
    Path
        Folder of the figures.
    """
    options = _parse_options(name, arguments)
    full = options.share >= 1 and options.figures is None
    # What was drawn for a quick look does not replace the figures that the pages show.
    figures = options.figures or (PAGES / "figures" if full else options.out / name / "figures")
    start = time.monotonic()
    try:
        experiment = read_experiment(name)
        results = run_cases(experiment, options.out / name, options.share, fresh=options.fresh)
        effects = collect_effects(experiment, results)
        mark = hash_data([case.manifest["hash"] for case in results.values()])
        written = save_figures(draw(results, effects), figures, mark)
        if full:
            _write_results(name, effects, collect(results) if collect else {})
    except ParleyError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(2) from None
    runs = sum(case.manifest["tables"]["runs"] for case in results.values())
    sys.stdout.write(f"{name}: {runs:,} runs, {len(written)} files in {figures}, {time.monotonic() - start:.0f} s\n")
    return Path(figures)


def _write_results(name: str, effects: pd.DataFrame, numbers: Mapping[str, Any]) -> None:
    """Write what the page of an experiment rests on, and the page."""
    if len(effects):
        write_effects(name, effects)
    if numbers:
        write_numbers(name, numbers)
    write_page(name)


def _parse_options(name: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options of a script."""
    parser = argparse.ArgumentParser(description=f"Carry out the experiment {name} and draw its figures.")
    parser.add_argument("--out", type=Path, default=Path("out/experiments"), help="folder for the tables")
    where = "folder for the figures: docs/experiments/figures, or with a --share below 1 one beside the tables"
    parser.add_argument("--figures", type=Path, help=where)
    parser.add_argument("--share", type=float, default=1.0, help="share of the runs, for a quick look")
    parser.add_argument("--fresh", action="store_true", help="replace tables of other code or another specification")
    return parser.parse_args(arguments)


def run_cases(experiment: Experiment, folder: Path, share: float = 1.0, *, fresh: bool = False) -> dict[str, Results]:
    """Run an experiment on every of its cases, each into a folder of its own below `folder`.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    folder : Path
        Folder for the tables.
    share : float
        Share of the runs to make.
    fresh : bool
        Whether to replace the tables of a sweep that other code or another specification made.

    Returns
    -------
    dict of str to Results
        Results by scenario.
    """
    results = {}
    for scenario, case in experiment.list_cases().items():
        where = folder / scenario if experiment.cases else folder
        short = _shorten(case, share)
        if fresh:
            _remove_other_sweep(short, where)
        run_sweep(short, where)
        results[scenario] = load(where)
    return results


def _remove_other_sweep(experiment: Experiment, folder: Path) -> None:
    """Remove the folder of a sweep that is not the one that is about to run."""
    try:
        earlier = load(folder).manifest["asked"]
    except ParleyError:
        return
    if earlier != describe_identity(Setup.load(experiment)):
        shutil.rmtree(folder)


def _shorten(experiment: Experiment, share: float) -> Experiment:
    """Return an experiment with a share of its runs, at least 20 a point."""
    if experiment.nested is not None:
        layers = {k: max(4, round(v * share**0.5)) for k, v in experiment.nested.model_dump().items()}
        return experiment.model_copy(update={"nested": Nested(**layers)})
    return experiment.model_copy(update={"runs": max(20, round((experiment.runs or 0) * share))})


def collect_effects(experiment: Experiment, results: Mapping[str, Results]) -> pd.DataFrame:
    """Collect the effects of the planned contrasts of every case; empty where none is planned.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    results : mapping of str to Results
        Results by scenario.

    Returns
    -------
    pd.DataFrame
        As `compute_effects` returns it, after a column `case`. Holm's correction is over one case.
    """
    import pandas as pd

    frames = []
    for scenario, case in experiment.list_cases().items():
        if case.contrasts:
            frame = compute_effects(results[scenario], case.contrasts, case.measures or None)
            frame.insert(0, "case", scenario)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
