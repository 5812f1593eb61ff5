"""Samples of the unit cube for designs."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.spec import Experiment
from sim.core.extras import describe_missing
from sim.core.layout import Floats

MORRIS_LEVELS = 4


def draw_unit_sample(experiment: Experiment, dimensions: int) -> Floats:
    """Draw the points of a design in the unit cube.

    Parameters
    ----------
    experiment : Experiment
        Design, number of points and the design's own seed.
    dimensions : int
        Factors.

    Returns
    -------
    ndarray (points, dimensions)
    """
    from scipy.stats import qmc

    assert experiment.points is not None
    if experiment.design == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=experiment.design_seed).random(experiment.points))
    if experiment.design == "sobol":
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=experiment.design_seed).random(experiment.points))
    return draw_salib_sample(experiment.design, experiment.points, dimensions, experiment.design_seed)


def draw_salib_sample(design: str, points: int, dimensions: int, seed: int) -> Floats:
    """Draw a sample for Morris screening or Sobol indices by SALib.

    Parameters
    ----------
    design : str
        `morris` or `saltelli`.
    points : int
        Trajectories, or size of the base sample (a power of two).
    dimensions : int
        Factors.
    seed : int
        Seed of the design.

    Returns
    -------
    ndarray (rows, dimensions)
        Points · (d + 1) rows for Morris, points · (d + 2) for Saltelli.

    Raises
    ------
    ParleyError
        SALib is not installed.

    References
    ----------
    Morris 1991, Technometrics 33, 161-174; Saltelli et al. 2010, Computer Physics Communications 181, 259-270.
    """
    try:
        from SALib.sample import morris, sobol
    except ModuleNotFoundError as error:
        raise describe_missing("discover", f"the design needs {error.name}") from None
    space = build_salib_problem([f"x{k}" for k in range(dimensions)])
    if design == "morris":
        return np.asarray(morris.sample(space, points, num_levels=MORRIS_LEVELS, seed=seed))
    return np.asarray(sobol.sample(space, points, calc_second_order=False, seed=seed))


def build_salib_problem(names: list[str]) -> dict[str, Any]:
    """Build the description of a unit cube that SALib takes."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
