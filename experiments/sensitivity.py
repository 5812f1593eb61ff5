"""Which inputs the answer hangs on: Morris screening and Sobol indices with intervals, by SALib (extra `discover`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.results import Results
from experiments.sampling import MORRIS_LEVELS, build_salib_problem, describe_missing_extra, draw_unit_sample
from experiments.spec import Experiment, read_experiment
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats

if TYPE_CHECKING:
    import pandas as pd


def compute_indices(design: str, unit: Floats, y: Floats, names: list[str], seed: int = 0) -> pd.DataFrame:
    """Indices of every factor with 95% intervals (bootstrap), the most important first.

    `unit` are the design's points in the unit cube, `y` the result at each. Saltelli: `first` (alone) and `total` (with
    all interactions), shares of the variance. Morris: `mu_star` (mean absolute effect over the range) and `sigma`.
    """
    import pandas as pd

    _check_design(design)
    try:
        from SALib.analyze import morris, sobol
    except ModuleNotFoundError as error:
        raise describe_missing_extra(error) from None
    if not np.ptp(y) > 0:
        raise ParleyError("the result is the same at every point: there is no variance to apportion")
    space = build_salib_problem(names)
    if design == "morris":
        result = morris.analyze(space, unit, y, num_levels=MORRIS_LEVELS, seed=seed)
        frame = pd.DataFrame({"factor": names, "mu_star": result["mu_star"], "sigma": result["sigma"]})
        frame.insert(2, "mu_star_low", np.maximum(result["mu_star"] - result["mu_star_conf"], 0.0))
        frame.insert(3, "mu_star_high", result["mu_star"] + result["mu_star_conf"])
        return frame.sort_values("mu_star", ascending=False, ignore_index=True)
    result = sobol.analyze(space, y, calc_second_order=False, seed=seed + 1)  # it takes 0 for no seed
    frame = pd.DataFrame({"factor": names})
    for name, key in (("first", "S1"), ("total", "ST")):
        frame[name] = result[key]
        frame[f"{name}_low"] = result[key] - result[f"{key}_conf"]
        frame[f"{name}_high"] = result[key] + result[f"{key}_conf"]
    return frame.sort_values("total", ascending=False, ignore_index=True)


def _check_design(design: str) -> None:
    if design not in ("morris", "saltelli"):
        raise ParleyError(f"indices need a sweep of design `morris` or `saltelli`, or a nested one; this is `{design}`")


def analyse_sweep(results: Results, target: str, seed: int = 0) -> pd.DataFrame:
    """Indices of a finished sweep of design `morris` or `saltelli`, for one measure (`outcome_at_least=ceasefire`).

    Raises ParleyError: another design, failed points, an unknown measure.
    """

    experiment = restore_experiment(results)
    _check_design(experiment.design)
    unit = draw_unit_sample(experiment, len(results.factors))
    return compute_indices(experiment.design, unit, collect_point_means(results, target), results.factors, seed)


def restore_experiment(results: Results) -> Experiment:
    """The experiment that a finished sweep carried out (its scenario under its id)."""
    experiment = results.manifest["asked"]
    return read_experiment({**experiment["experiment"], "scenario": experiment["scenario"]["id"]})


def collect_point_means(results: Results, target: str) -> Floats:
    """Mean or share of one measure at every point. Raises ParleyError for an unknown measure or failed points."""
    failed = results.manifest["tables"]["failed_points"]
    if failed:
        raise ParleyError(f"{len(failed)} points failed (the first: {failed[0]}); the design is no longer complete")
    labels = _label_rows(results)
    # A basket's days of settlement are two measures; the share of runs in which it stands is meant.
    result = results.summary[labels == target].sort_values("point")
    if len(result) != len(results.points) or result["mean"].isna().any():
        known = sorted(set(labels))
        raise ParleyError(f"no measure `{target}` at every point{nearest(target, known)}")
    return result["mean"].to_numpy(dtype=np.float64)


def is_share(results: Results, target: str) -> bool:
    """Whether a measure is a share of runs."""
    return bool((results.summary["kind"][_label_rows(results) == target] == "share").all())


def _label_rows(results: Results) -> pd.Series[str]:
    """Every row of the summary as its measure is written: `days`, `outcome=ceasefire`."""
    summary = results.summary
    return summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
