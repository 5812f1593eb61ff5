"""How much of the variance between runs is disagreement between the experts of elicited numbers.

Every run takes its elicited numbers from one expert. The variance of a result then has a part between the experts (how
far the means of their runs lie from each other) and a part within them (their own uncertainty, all other numbers, and
chance). The share of the first part is estimated by omega squared, which is 0 on average where experts do not matter.

References
----------
Hays, W. L. (1963). Statistics for Psychologists. Holt, Rinehart and Winston.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.measures import compute_measures
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.results.reader import check_files, read_manifest, read_table
from sim.scenario.load import load_resolved
from sim.scenario.resolve import Problem, resolve
from sim.tables.assumptions import draw_experts

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_RESAMPLES = 400
_PREFIXES = ("outcome_at_least", "settled_", "closed", "days", "rounds_held")


def split_experts(y: Floats, experts: Ints) -> float:
    """Estimate the share of the variance that lies between experts.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        A measure in every run.
    experts : ndarray of int, shape (n,)
        Index of the expert of every run.

    Returns
    -------
    float
        Omega squared, cut to [0, 1]; NaN where nothing varies or there are fewer than two experts.
    """
    groups = [y[experts == k] for k in np.unique(experts)]
    total, within = ((y - y.mean()) ** 2).sum(), sum(((own - own.mean()) ** 2).sum() for own in groups)
    if len(groups) < 2 or y.size <= len(groups) or not total > 0:
        return float("nan")
    error = within / (y.size - len(groups))
    return float(np.clip((total - within - (len(groups) - 1) * error) / (total + error), 0.0, 1.0))


def compute_disagreement(runs: pa.Table, problem: Problem, seed: int = 0) -> pd.DataFrame:
    """Compute the share of disagreement in every main measure.

    Parameters
    ----------
    runs : pyarrow.Table
        Table of runs.
    problem : Problem
        The scenario that was run, resolved under the seed of the runs.
    seed : int
        Seed of the bootstrap over runs.

    Returns
    -------
    pd.DataFrame
        One row a measure, the largest share first: `share` with 95% interval (percentiles of a bootstrap), and the mean
        of the runs of each expert in a column of its own.

    Raises
    ------
    ParleyError
        Fewer than two experts were asked, or no measure varies.
    """
    import pandas as pd

    if len(problem.experts) < 2:
        reason = "the scenario has no numbers of two or more experts (`elicited`): nothing to disagree on"
        raise ParleyError(f"{reason}; for what factors do, name the folder of a sweep")
    experts = draw_experts(problem, runs.column("assumption").to_numpy())
    generator, n = np.random.default_rng(seed), experts.size
    picks = [generator.integers(0, n, n) for _ in range(_RESAMPLES)]
    rows = []
    for measure, y in compute_measures(runs):
        label = measure.label
        if not label.startswith(_PREFIXES) or np.isnan(y).any() or np.isnan(share := split_experts(y, experts)):
            continue
        draws = [split_experts(y[pick], experts[pick]) for pick in picks]
        low, high = np.nanquantile(draws, [0.025, 0.975])
        means = {f"mean {name}": float(y[experts == k].mean()) for k, name in enumerate(problem.experts)}
        rows.append({"measure": label, "share": share, "low": min(low, share), "high": max(high, share)} | means)
    if not rows:
        raise ParleyError("no measure varies between runs: there is no variance to split")
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True, kind="stable")


def analyse_run(folder: Path) -> pd.DataFrame:
    """Compute the disagreement of a folder that `parley run` wrote. Raises ParleyError."""
    manifest = read_manifest(folder) or {}
    if manifest.get("kind") != "run":
        raise ParleyError(f"`{folder}` is not a folder of `parley run`")
    check_files(folder, {"hashes": manifest.get("hashes")})
    problem = resolve(load_resolved(manifest["scenario"]["resolved"]).scenario, manifest["seed"])
    return compute_disagreement(read_table(folder / "runs.parquet", {"assumption": "number"}), problem)


def describe_disagreement(frame: pd.DataFrame, experts: int) -> str:
    """Describe the share of disagreement in the distance closed, else in the measure with the largest share."""
    rows = frame[frame["measure"] == "closed"]
    row = (rows if len(rows) else frame).iloc[0]
    name = "the distance closed at the end" if len(rows) else row["measure"]
    interval = f"95% interval {row['low']:.1%} to {row['high']:.1%}"
    return (
        f"Disagreement between {experts} experts makes up {row['share']:.1%} of the variance between runs of {name} "
        f"({interval}); `parley sensitivity FOLDER` shows other measures"
    )
