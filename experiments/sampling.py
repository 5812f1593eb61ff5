"""Points of a design in the unit cube."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.spec import Experiment
from sim.core.errors import ParleyError
from sim.core.layout import Floats

MORRIS_LEVELS = 4


def draw_unit_sample(experiment: Experiment, dimensions: int) -> Floats:
    """Points in the unit cube, (points, dimensions), by the experiment's design and its own seed."""
    from scipy.stats import qmc

    assert experiment.points is not None
    if experiment.design == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=experiment.design_seed).random(experiment.points))
    if experiment.design == "sobol":
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=experiment.design_seed).random(experiment.points))
    return draw_salib_sample(experiment.design, experiment.points, dimensions, experiment.design_seed)


def draw_salib_sample(design: str, points: int, dimensions: int, seed: int) -> Floats:
    """Points in the unit cube for `morris` (points = trajectories) or `saltelli` (points = base sample, power of two).

    Morris (1991, Technometrics 33) has points · (d + 1) rows, Saltelli et al. (2010, CPC 181) points · (d + 2).
    Raises ParleyError where SALib is not installed.
    """
    try:
        from SALib.sample import morris, sobol
    except ModuleNotFoundError as error:
        raise describe_missing_extra(error) from None
    space = build_salib_problem([f"x{k}" for k in range(dimensions)])
    if design == "morris":
        return np.asarray(morris.sample(space, points, num_levels=MORRIS_LEVELS, seed=seed))
    return np.asarray(sobol.sample(space, points, calc_second_order=False, seed=seed))


def build_salib_problem(names: list[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def describe_missing_extra(error: ModuleNotFoundError) -> ParleyError:
    return ParleyError(f"{error.name} is missing: pip install 'parley[discover]'")
