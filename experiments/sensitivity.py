"""Which inputs the answer hangs on: Morris screening and Sobol indices with intervals, by SALib (extra `discover`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from experiments.results import Z95, Results
from experiments.sampling import MORRIS_LEVELS, missing_extra, problem, unit_sample
from experiments.spec import Experiment, read_experiment
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats

if TYPE_CHECKING:
    import pandas as pd


def indices(
    design: str, unit: Floats, y: Floats, names: list[str], seed: int = 0, places: Mapping[str, Floats] | None = None
) -> pd.DataFrame:
    """Indices of every factor with 95% intervals (bootstrap), the most important first.

    `unit` are the design's points in the unit cube, `y` the result at each. Saltelli: `first` (alone) and `total` (with
    all interactions), shares of the variance. Morris: `mu_star` (mean absolute effect over the range) and `sigma`; of
    factors with levels `places` has where in [0, 1] each point's level lies, by which their effects are scaled.
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
        for name, place in (places or {}).items():
            row = frame.index[frame["factor"] == name]
            effects = level_effects(unit, names.index(name), place, y)
            frame.loc[row, ["mu_star", "mu_star_low", "mu_star_high", "sigma"]] = _morris_row(effects, seed)
        return frame.sort_values("mu_star", ascending=False, ignore_index=True)
    found = sobol.analyze(space, y, calc_second_order=False, seed=seed + 1)  # it takes 0 for no seed
    frame = pd.DataFrame({"factor": names})
    for name, key in (("first", "S1"), ("total", "ST")):
        frame[name] = found[key]
        frame[f"{name}_low"] = found[key] - found[f"{key}_conf"]
        frame[f"{name}_high"] = found[key] + found[f"{key}_conf"]
    return frame.sort_values("total", ascending=False, ignore_index=True)


def level_effects(unit: Floats, factor: int, place: Floats, y: Floats) -> Floats:
    """Elementary effects (trajectories,) of a factor with levels: changes of the result over the distance travelled.

    A step of the design goes 2/3 of the way; a level may lie farther off or nearer. No distance, no effect.
    """
    size = unit.shape[1] + 1
    effects = []
    for start in range(0, len(unit), size):
        rows = slice(start, start + size)
        step = int(np.flatnonzero(np.diff(unit[rows, factor]))[0])
        distance = float(np.diff(place[rows])[step])
        effects.append(float(np.diff(y[rows])[step]) / distance if distance != 0.0 else 0.0)
    return np.array(effects)


def _morris_row(effects: Floats, seed: int) -> list[float]:
    """Mean absolute effect, its 95% interval by bootstrap, and the standard deviation of the effects."""
    sizes = np.abs(effects)
    chance = np.random.default_rng(seed)
    means = sizes[chance.integers(0, sizes.size, (1000, sizes.size))].mean(axis=1)
    mean, half = float(sizes.mean()), Z95 * float(means.std(ddof=1))
    return [mean, max(mean - half, 0.0), mean + half, float(effects.std(ddof=1)) if effects.size > 1 else 0.0]


def level_places(asked: Experiment, results: Results) -> dict[str, Floats]:
    """Where in [0, 1] the level of each point lies, of every factor with levels: numbers by value, others in order."""
    places = {}
    for name, factor in asked.factors.items():
        if factor.levels is None or name not in results.factors:
            continue
        levels = list(factor.levels)  # the table of points holds numbers as numbers, anything else as text
        numbers = all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels)
        at = np.array(levels, dtype=np.float64) if numbers else np.arange(len(levels), dtype=np.float64)
        width = float(np.ptp(at))
        at = (at - at.min()) / width if width > 0.0 else np.zeros(len(levels))
        found = results.points.sort_values("point")[name].tolist()
        written = levels if numbers else [str(level) for level in levels]
        places[name] = np.array([at[written.index(value)] for value in found])
    return places


def noise_line(frame: pd.DataFrame) -> str:
    """A line that explains indices outside [0, 1]; empty where there are none."""
    if "first" not in frame:
        return ""
    odd = frame["factor"][(frame["first"] < 0.0) | (frame["first"] > 1.0) | (frame["total"] > 1.0)].tolist()
    if not odd:
        return ""
    return (
        f"Indices below 0 or above 1 ({', '.join(odd)}) are sampling noise: shares of the variance are estimated from "
        "few points. Read them with their intervals; more `points`, or more runs a point, make both narrower."
    )


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
    places = level_places(asked, results) if asked.design == "morris" else {}
    return indices(asked.design, unit, at_points(results, target), results.factors, seed, places)


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
    if not len(found):
        raise ParleyError(f"no measure `{target}`{nearest(target, sorted(set(labels)))}")
    present = set(found["point"][found["mean"].notna()])
    missing = [int(point) for point in sorted(results.points["point"]) if point not in present]
    if missing:
        where = f"at {len(missing)} of {len(results.points)} points (the first: {missing[0]})"
        raise ParleyError(f"the measure `{target}` is missing {where}: no run there has it, and the design needs all")
    return found["mean"].to_numpy(dtype=np.float64)


def is_share(results: Results, target: str) -> bool:
    """Whether a measure is a share of runs."""
    return bool((results.summary["kind"][_labels(results) == target] == "share").all())


def _labels(results: Results) -> pd.Series[str]:
    """Every row of the summary as its measure is written: `days`, `outcome=ceasefire`."""
    summary = results.summary
    return summary["measure"].where(summary["level"] == "", summary["measure"] + "=" + summary["level"])
