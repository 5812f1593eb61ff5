"""Sensitivity of the answer to its inputs: Morris screening and Sobol indices with intervals, by SALib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from experiments.results import Results
from experiments.sampling import MORRIS_LEVELS, build_salib_problem, draw_unit_sample
from experiments.spec import Experiment, read_experiment
from sim.core.errors import ParleyError, nearest
from sim.core.extras import describe_missing
from sim.core.layout import Floats
from sim.core.statistics import Z95

if TYPE_CHECKING:
    import pandas as pd


def compute_indices(
    design: str, unit: Floats, y: Floats, names: list[str], seed: int = 0, places: Mapping[str, Floats] | None = None
) -> pd.DataFrame:
    """Compute Morris or Sobol indices of a result, with 95% intervals.

    Parameters
    ----------
    design : str
        `morris` or `saltelli`.
    unit : ndarray (rows, d)
        The design: every point in the unit cube.
    y : ndarray (rows,)
        Result at each point.
    names : list of str
        Names of the d factors, in the order of the columns.
    seed : int
        Seed of the bootstrap.
    places : mapping of str to ndarray (rows,), optional
        Where in [0, 1] each point's level lies, for the factors of a Morris design that have levels.

    Returns
    -------
    pd.DataFrame
        One row a factor with its intervals: `mu_star` and `sigma`, or `first` and `total`; the largest `mu_star` or
        `total` first.

    Raises
    ------
    ParleyError
        Another design, SALib is not installed, or the result is the same at every point.

    References
    ----------
    Morris 1991, Technometrics 33, 161-174. Campolongo, Cariboni and Saltelli 2007, Environmental Modelling and Software
    22, 1509-1518. Sobol 2001, Mathematics and Computers in Simulation 55, 271-280. Saltelli et al. 2010, Computer
    Physics Communications 181, 259-270.
    """
    import pandas as pd

    _check_design(design)
    try:
        from SALib.analyze import morris, sobol
    except ModuleNotFoundError as error:
        raise describe_missing("discover", f"the analysis of variance needs {error.name}") from None
    if not np.ptp(y) > 0:
        raise ParleyError("the result is the same at every point: there is no variance to apportion")
    space = build_salib_problem(names)
    if design == "morris":
        result = morris.analyze(space, unit, y, num_levels=MORRIS_LEVELS, seed=seed)
        frame = pd.DataFrame({"factor": names, "mu_star": result["mu_star"], "sigma": result["sigma"]})
        frame.insert(2, "mu_star_low", np.maximum(result["mu_star"] - result["mu_star_conf"], 0.0))
        frame.insert(3, "mu_star_high", result["mu_star"] + result["mu_star_conf"])
        for name, place in (places or {}).items():
            row = frame.index[frame["factor"] == name]
            effects = compute_level_effects(unit, names.index(name), place, y)
            frame.loc[row, ["mu_star", "mu_star_low", "mu_star_high", "sigma"]] = _summarise_effects(effects, seed)
        return frame.sort_values("mu_star", ascending=False, ignore_index=True)
    result = sobol.analyze(space, y, calc_second_order=False, seed=seed + 1)  # it takes 0 for no seed
    frame = pd.DataFrame({"factor": names})
    for name, key in (("first", "S1"), ("total", "ST")):
        frame[name] = result[key]
        frame[f"{name}_low"] = result[key] - result[f"{key}_conf"]
        frame[f"{name}_high"] = result[key] + result[f"{key}_conf"]
    return frame.sort_values("total", ascending=False, ignore_index=True)


def compute_level_effects(unit: Floats, factor: int, place: Floats, y: Floats) -> Floats:
    """Compute the elementary effects of a factor with levels: change of the result over the distance travelled.

    A step of the design goes 2/3 of the way; a level may lie farther off or nearer. No distance, no effect.

    Parameters
    ----------
    unit : ndarray (rows, d)
        Morris design.
    factor : int
        Number of the factor.
    place : ndarray (rows,)
        Where in [0, 1] each point's level lies.
    y : ndarray (rows,)
        Result at each point.

    Returns
    -------
    ndarray (trajectories,)
    """
    size = unit.shape[1] + 1
    effects = []
    for start in range(0, len(unit), size):
        rows = slice(start, start + size)
        step = int(np.flatnonzero(np.diff(unit[rows, factor]))[0])
        distance = float(np.diff(place[rows])[step])
        effects.append(float(np.diff(y[rows])[step]) / distance if distance != 0.0 else 0.0)
    return np.array(effects)


def _summarise_effects(effects: Floats, seed: int) -> list[float]:
    """Return the mean absolute effect, its 95% interval by bootstrap, and the standard deviation of the effects."""
    sizes = np.abs(effects)
    generator = np.random.default_rng(seed)
    means = sizes[generator.integers(0, sizes.size, (1000, sizes.size))].mean(axis=1)
    mean, half = float(sizes.mean()), Z95 * float(means.std(ddof=1))
    return [mean, max(mean - half, 0.0), mean + half, float(effects.std(ddof=1)) if effects.size > 1 else 0.0]


def locate_levels(experiment: Experiment, results: Results) -> dict[str, Floats]:
    """Locate the level of each point in [0, 1], for every factor with levels: numbers by value, others in order.

    Returns
    -------
    dict of str to ndarray (points,)
    """
    places = {}
    for name, factor in experiment.factors.items():
        if factor.levels is None or name not in results.factors:
            continue
        levels = list(factor.levels)  # the table of points holds numbers as numbers, anything else as text
        numbers = all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels)
        at = np.array(levels, dtype=np.float64) if numbers else np.arange(len(levels), dtype=np.float64)
        width = float(np.ptp(at))
        at = (at - at.min()) / width if width > 0.0 else np.zeros(len(levels))
        result = results.points.sort_values("point")[name].tolist()
        written = levels if numbers else [str(level) for level in levels]
        places[name] = np.array([at[written.index(value)] for value in result])
    return places


def describe_noise(frame: pd.DataFrame) -> str:
    """Describe indices outside [0, 1] as sampling noise; empty where there are none."""
    if "first" not in frame:
        return ""
    outside = frame["factor"][(frame["first"] < 0.0) | (frame["first"] > 1.0) | (frame["total"] > 1.0)].tolist()
    if not outside:
        return ""
    return (
        f"Indices below 0 or above 1 ({', '.join(outside)}) are sampling noise: shares of the variance are estimated "
        "from few points. Read them with their intervals; more `points`, or more runs a point, make both narrower."
    )


def _check_design(design: str) -> None:
    """Refuse a design without indices. Raises ParleyError."""
    if design not in ("morris", "saltelli"):
        raise ParleyError(f"indices need a sweep of design `morris` or `saltelli`, or a nested one; this is `{design}`")


def analyse_sweep(results: Results, target: str, seed: int = 0) -> pd.DataFrame:
    """Compute the indices of a finished sweep of design `morris` or `saltelli`.

    Parameters
    ----------
    results : Results
        A finished sweep.
    target : str
        Label of a measure, such as `outcome_at_least=ceasefire`.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    pd.DataFrame
        As `compute_indices` returns it.

    Raises
    ------
    ParleyError
        Another design, failed points, or an unknown measure.
    """
    experiment = restore_experiment(results)
    _check_design(experiment.design)
    unit = draw_unit_sample(experiment, len(results.factors))
    places = locate_levels(experiment, results) if experiment.design == "morris" else {}
    return compute_indices(experiment.design, unit, collect_point_means(results, target), results.factors, seed, places)


def restore_experiment(results: Results) -> Experiment:
    """Restore the experiment that a finished sweep carried out, its scenario by its id."""
    experiment, plans = results.manifest["asked"], results.manifest.get("plans", {})
    return read_experiment({**experiment["experiment"], **plans, "scenario": experiment["scenario"]["id"]})


def collect_point_means(results: Results, target: str) -> Floats:
    """Collect the mean or share of one measure at every point.

    Parameters
    ----------
    results : Results
        A finished sweep.
    target : str
        Label of a measure.

    Returns
    -------
    ndarray (points,)

    Raises
    ------
    ParleyError
        The measure is unknown or missing at a point, or points failed.
    """
    failed = results.manifest["tables"]["failed_points"]
    if failed:
        raise ParleyError(f"{len(failed)} points failed (the first: {failed[0]}); the design is no longer complete")
    labels = _label_rows(results)
    # A basket's days of settlement are two measures; the share of runs in which it stands is meant.
    result = results.summary[labels == target].sort_values("point")
    if not len(result):
        raise ParleyError(f"no measure `{target}`{nearest(target, sorted(set(labels)))}")
    present = set(result["point"][result["mean"].notna()])
    missing = [int(point) for point in sorted(results.points["point"]) if point not in present]
    if missing:
        where = f"at {len(missing)} of {len(results.points)} points (the first: {missing[0]})"
        raise ParleyError(f"the measure `{target}` is missing {where}: no run there has it, and the design needs all")
    return result["mean"].to_numpy(dtype=np.float64)


def is_share(results: Results, target: str) -> bool:
    """Return whether a measure is a share of runs."""
    return bool((results.summary["kind"][_label_rows(results) == target] == "share").all())


def _label_rows(results: Results) -> pd.Series[str]:
    """Label every row of the summary as its measure is written: `days`, `outcome=ceasefire`."""
    summary = results.summary
    return summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
