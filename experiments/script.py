"""What the scripts of the shipped experiments share: options, sweep, figures."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from experiments.figure_layout import save_figures
from experiments.results import Results, load
from experiments.spec import Nested, read_experiment
from experiments.sweep import run_sweep
from sim.core.errors import ParleyError

_PAGES = Path(__file__).resolve().parents[1] / "docs" / "experiments"

Draw = Callable[[Results], Mapping[str, Figure]]
"""Figures by name from the tables of a sweep."""


def run_script(name: str, draw: Draw, arguments: Sequence[str] | None = None) -> Path:
    """Run a shipped experiment (or resume it), draw its figures, and print where they are.

    Options: `--out` for the tables (out/experiments), `--figures` (docs/experiments/figures of the project), `--share`
    of the runs, for a quick look: its figures lie beside the tables. Exits with 2 and one message on a ParleyError.

    Parameters
    ----------
    name : str
        Name of the experiment.
    draw : callable
        Figures by name from the tables.
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.

    Returns
    -------
    Path
        Folder of the figures.
    """
    parser = argparse.ArgumentParser(description=f"Carry out the experiment {name} and draw its figures.")
    parser.add_argument("--out", type=Path, default=Path("out/experiments"), help="folder for the tables")
    where = "folder for the figures: docs/experiments/figures, or with a --share below 1 one beside the tables"
    parser.add_argument("--figures", type=Path, help=where)
    parser.add_argument("--share", type=float, default=1.0, help="share of the runs, for a quick look")
    options = parser.parse_args(arguments)
    # What was drawn for a quick look does not replace the figures that the pages show.
    figures = options.figures or (_PAGES / "figures" if options.share >= 1 else options.out / name / "figures")
    experiment, start = read_experiment(name), time.monotonic()
    if experiment.nested is not None:
        layers = {k: max(4, round(v * options.share**0.5)) for k, v in experiment.nested.model_dump().items()}
        experiment = experiment.model_copy(update={"nested": Nested(**layers)})
    elif experiment.runs is not None:
        experiment = experiment.model_copy(update={"runs": max(20, round(experiment.runs * options.share))})
    try:
        run_sweep(experiment, options.out / name)
        results = load(options.out / name)
        written = save_figures(draw(results), figures, results.manifest["hash"])
    except ParleyError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(2) from None
    runs = results.manifest["tables"]["runs"]
    sys.stdout.write(f"{name}: {runs:,} runs, {len(written)} files in {figures}, {time.monotonic() - start:.0f} s\n")
    return Path(figures)
