"""The report of what the page shows, as `parley report` writes it."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.scenario.load import Loaded

_DRAWING = threading.Lock()
"""Matplotlib keeps settings for the whole process, so one report is drawn at a time."""


def render_state(base: Loaded, changed: Loaded, label: str, n: int, seed: int) -> str:
    """Render the report of a scenario, or of a change beside its baseline.

    Parameters
    ----------
    base, changed : Loaded
        The baseline, and what is looked at; without a difference between them the report is that of one ensemble.
    label : str
        The changes in words.
    n, seed : int
        Number of runs, and seed of all draws.

    Returns
    -------
    str
        The text of an HTML file, as `parley run` or `parley compare` and then `parley report` give it.

    Raises
    ------
    ParleyError
        The scenario cannot be run.
    """
    from experiments.compare import compare_scenarios
    from experiments.comparison_folder import KIND, write_comparison
    from sim.core.atomic import OutputFolder
    from sim.report.document import render_report
    from sim.results.plan import plan
    from sim.results.store import write_ensemble

    with _DRAWING, TemporaryDirectory(prefix="parley-report-") as place:
        folder = Path(place) / "results"
        if base.changes == changed.changes:
            write_ensemble(plan(changed, n, seed), folder, figures=("png",))
        else:
            first = "the baseline" if base.changes else "the scenario as it is"
            with OutputFolder(folder, KIND) as out:
                write_comparison(compare_scenarios({first: base, label: changed}, n, seed), out)
        return render_report(folder)
