"""What the scripts of the shipped experiments share: sweep, figures, where they go."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from experiments.figure_layout import save
from experiments.results import Results, load
from experiments.spec import Nested, read_experiment
from experiments.sweep import run_sweep
from sim.core.errors import ParleyError

_PAGES = Path(__file__).resolve().parents[1] / "docs" / "experiments"

Draw = Callable[[Results], Mapping[str, Figure]]
"""Figures by name from the tables of a sweep."""


def carry_out(name: str, draw: Draw, arguments: Sequence[str] | None = None) -> Path:
    """Run a shipped experiment (or go on with it), draw its figures, and say where they are; returns their folder.

    Options: `--out` for the tables (out/experiments), `--figures` (docs/experiments/figures of the project), `--share`
    of the runs, for a quick look: its figures lie beside the tables. Exits with 2 and one message on a ParleyError.
    """
    parser = argparse.ArgumentParser(description=f"Carry out the experiment {name} and draw its figures.")
    parser.add_argument("--out", type=Path, default=Path("out/experiments"), help="folder for the tables")
    where = "folder for the figures: docs/experiments/figures, or with a --share below 1 one beside the tables"
    parser.add_argument("--figures", type=Path, help=where)
    parser.add_argument("--share", type=float, default=1.0, help="share of the runs, for a quick look")
    given = parser.parse_args(arguments)
    # What was drawn for a quick look does not replace the figures that the pages show.
    figures = given.figures or (_PAGES / "figures" if given.share >= 1 else given.out / name / "figures")
    asked, begun = read_experiment(name), time.monotonic()
    if asked.nested is not None:
        layers = {k: max(4, round(v * given.share**0.5)) for k, v in asked.nested.model_dump().items()}
        asked = asked.model_copy(update={"nested": Nested(**layers)})
    elif asked.runs is not None:
        asked = asked.model_copy(update={"runs": max(20, round(asked.runs * given.share))})
    try:
        run_sweep(asked, given.out / name)
        results = load(given.out / name)
        written = save(draw(results), figures, results.manifest["hash"])
    except ParleyError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(2) from None
    runs = results.manifest["tables"]["runs"]
    sys.stdout.write(f"{name}: {runs:,} runs, {len(written)} files in {figures}, {time.monotonic() - begun:.0f} s\n")
    return Path(figures)
