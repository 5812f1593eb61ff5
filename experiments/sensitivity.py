"""Which inputs the answer hangs on: Morris screening and Sobol indices with intervals, by SALib (extra `discover`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.results import Results
from experiments.spec import Experiment, read_experiment
from sim.errors import ParleyError, nearest
from sim.layout import Floats

if TYPE_CHECKING:
    import pandas as pd

MORRIS_LEVELS = 4


def _problem(names: list[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _missing(error: ModuleNotFoundError) -> ParleyError:
    return ParleyError(f"{error.name} is missing: pip install 'parley[discover]'")


def sample(design: str, points: int, dimensions: int, seed: int) -> Floats:
    """Points in the unit cube for `morris` (points = trajectories) or `saltelli` (points = base sample, power of two).

    Morris (1991, Technometrics 33) has points · (d + 1) rows, Saltelli et al. (2010, CPC 181) points · (d + 2).
    Raises ParleyError where SALib is not installed.
    """
    try:
        from SALib.sample import morris, sobol
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    problem = _problem([f"x{k}" for k in range(dimensions)])
    if design == "morris":
        return np.asarray(morris.sample(problem, points, num_levels=MORRIS_LEVELS, seed=seed))
    return np.asarray(sobol.sample(problem, points, calc_second_order=False, seed=seed))


def indices(design: str, unit: Floats, y: Floats, names: list[str], seed: int = 0) -> pd.DataFrame:
    """Indices of every factor with 95% intervals (bootstrap), the most important first.

    `unit` are the design's points in the unit cube, `y` the result at each. Saltelli: `first` (alone) and `total` (with
    all interactions), shares of the variance. Morris: `mu_star` (mean absolute effect over the range) and `sigma`.
    """
    import pandas as pd

    _check_design(design)
    try:
        from SALib.analyze import morris, sobol
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    if not np.ptp(y) > 0:
        raise ParleyError("the result is the same at every point: there is no variance to apportion")
    problem = _problem(names)
    if design == "morris":
        found = morris.analyze(problem, unit, y, num_levels=MORRIS_LEVELS, seed=seed)
        frame = pd.DataFrame({"factor": names, "mu_star": found["mu_star"], "sigma": found["sigma"]})
        frame.insert(2, "mu_star_low", np.maximum(found["mu_star"] - found["mu_star_conf"], 0.0))
        frame.insert(3, "mu_star_high", found["mu_star"] + found["mu_star_conf"])
        return frame.sort_values("mu_star", ascending=False, ignore_index=True)
    found = sobol.analyze(problem, y, calc_second_order=False, seed=seed + 1)  # it takes 0 for no seed
    frame = pd.DataFrame({"factor": names})
    for name, key in (("first", "S1"), ("total", "ST")):
        frame[name] = found[key]
        frame[f"{name}_low"] = found[key] - found[f"{key}_conf"]
        frame[f"{name}_high"] = found[key] + found[f"{key}_conf"]
    return frame.sort_values("total", ascending=False, ignore_index=True)


def _check_design(design: str) -> None:
    if design not in ("morris", "saltelli"):
        raise ParleyError(f"indices need a sweep of design `morris` or `saltelli`, or a nested one; this is `{design}`")


def of_sweep(results: Results, target: str, seed: int = 0) -> pd.DataFrame:
    """Indices of a finished sweep of design `morris` or `saltelli`, for one measure (`outcome_at_least=ceasefire`).

    Raises ParleyError: another design, failed points, an unknown measure.
    """
    from experiments.design import unit_sample

    asked = asked_of(results)
    _check_design(asked.design)
    unit = unit_sample(asked, len(results.factors))
    return indices(asked.design, unit, at_points(results, target), results.factors, seed)


def asked_of(results: Results) -> Experiment:
    """The experiment that a finished sweep carried out (its scenario under its id)."""
    asked = results.manifest["asked"]
    return read_experiment({**asked["experiment"], "scenario": asked["scenario"]["id"]})


def at_points(results: Results, target: str) -> Floats:
    """Mean or share of one measure at every point. Raises ParleyError for an unknown measure or failed points."""
    failed = results.manifest["tables"]["failed_points"]
    if failed:
        raise ParleyError(f"{len(failed)} points failed (the first: {failed[0]}); the design is no longer complete")
    labels = _labels(results)
    # A basket's days of settlement are two measures; the share of runs in which it stands is meant.
    found = results.summary[labels == target].sort_values("point")
    if len(found) != len(results.points) or found["mean"].isna().any():
        known = sorted(set(labels))
        raise ParleyError(f"no measure `{target}` at every point{nearest(target, known)}")
    return found["mean"].to_numpy(dtype=np.float64)


def is_share(results: Results, target: str) -> bool:
    """Whether a measure is a share of runs."""
    return bool((results.summary["kind"][_labels(results) == target] == "share").all())


def _labels(results: Results) -> pd.Series[str]:
    """Every row of the summary as its measure is written: `days`, `outcome=ceasefire`."""
    summary = results.summary
    return summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
