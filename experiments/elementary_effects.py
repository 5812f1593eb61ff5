"""Screening: which ranged numbers of a scenario move a result most, by the elementary effects of Morris."""

from __future__ import annotations

import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

from experiments.results import load
from experiments.sensitivity import analyse_sweep
from experiments.sweep import run_sweep
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded
from sim.scenario.numbers import iterate_numbers


def screen_numbers(
    loaded: Loaded, measure: str = "closed", *, only: str = "*", runs: int = 50, points: int = 2, seed: int = 0
) -> dict[str, float]:
    """Screen the ranged numbers of a scenario.

    Parameters
    ----------
    loaded : Loaded
        The scenario.
    measure : str
        Label of the measure, such as `closed` or `outcome_at_least=ceasefire`.
    only : str
        Pattern of the paths to screen; `*` stands for any text.
    runs : int
        Runs at every point.
    points : int
        Trajectories of the design; every one has a point more than there are numbers.
    seed : int
        Seed of the design and of the draws.

    Returns
    -------
    dict of str to float
        Mean absolute effect of going through the whole range, by path, largest first.

    Raises
    ------
    ParleyError
        No ranged number has such a path, or the measure is unknown.

    References
    ----------
    Morris, M. D. (1991). Factorial sampling plans for preliminary computational experiments. Technometrics 33.
    """
    ranged = (".".join(path) for path, number in iterate_numbers(loaded.scenario) if number.shape != "fixed")
    paths = [path for path in ranged if fnmatchcase(path, only)]
    if not paths:
        raise ParleyError(f"no number with a range has a path like `{only}`")
    experiment = {
        "experiment": "screening",
        "title": "Screening",
        "question": "Which numbers move the result most?",
        "scenario": loaded.scenario.id,
        "seed": seed,
        "runs": runs,
        "design": "morris",
        "points": points,
        "factors": {path: {"assumed": True} for path in paths},
    }
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "screening"
        run_sweep(experiment, folder, base=loaded)
        frame = analyse_sweep(load(folder), measure)
    return dict(zip(frame["factor"], frame["mu_star"].astype(float), strict=True))
