"""Which inputs the answer hangs on: Morris screening and Sobol indices with intervals, by SALib (extra `discover`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.results import Results
from experiments.sampling import MORRIS_LEVELS, missing_extra, problem, unit_sample
from experiments.spec import Experiment, read_experiment
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats

if TYPE_CHECKING:
    import pandas as pd

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
        raise missing_extra(error) from None
    if not np.ptp(y) > 0:
        raise ParleyError("the result is the same at every point: there is no variance to apportion")
    space = problem(names)
    if design == "morris":
        found = morris.analyze(space, unit, y, num_levels=MORRIS_LEVELS, seed=seed)
        frame = pd.DataFrame({"factor": names, "mu_star": found["mu_star"], "sigma": found["sigma"]})
        frame.insert(2, "mu_star_low", np.maximum(found["mu_star"] - found["mu_star_conf"], 0.0))
        frame.insert(3, "mu_star_high", found["mu_star"] + found["mu_star_conf"])
        return frame.sort_values("mu_star", ascending=False, ignore_index=True)
    found = sobol.analyze(space, y, calc_second_order=False, seed=seed + 1)  # it takes 0 for no seed
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
