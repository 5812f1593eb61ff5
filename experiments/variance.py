"""A split of the variance between runs into assumption, chance and interaction: a two-way random-effects model.

Every assumption index meets every fate index (`nested` in an experiment). The expected mean squares of a two-way layout
without repetition give the components (Searle, Casella & McCulloch 1992, Variance Components, ch. 4):
interaction = MS of the residual, assumption = (MS of rows - that)/fates, chance = (MS of columns - that)/assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.results import Results
from experiments.sensitivity import restore_experiment
from sim.core.errors import ParleyError
from sim.core.layout import Floats
from sim.core.statistics import Z95

PARTS = ("assumption", "chance", "interaction")


@dataclass(frozen=True)
class VarianceSplit:
    """Variance components and their shares with 95% intervals, in the order of PARTS."""

    components: Floats
    shares: Floats
    low: Floats
    high: Floats

    def rows(self) -> list[dict[str, float | str]]:
        """Return one row a part, for a table."""
        numbers = zip(PARTS, self.components, self.shares, self.low, self.high, strict=True)
        return [
            {"part": part, "variance": float(v), "share": float(s), "low": float(a), "high": float(b)}
            for part, v, s, a, b in numbers
        ]


def split_variance(y: Floats) -> VarianceSplit:
    """Split the variance of results between runs.

    Parameters
    ----------
    y : ndarray (assumptions, fates) or (assumptions, fates, outcomes)
        Results; the variances of several outcomes are added up.

    Returns
    -------
    VarianceSplit
        Intervals by the jackknife over assumptions and over fates, the two variances added.

    Raises
    ------
    ParleyError
        All results are equal, or a layer has fewer than 3 indices.

    References
    ----------
    Searle, Casella & McCulloch 1992, Variance Components, ch. 4.
    """
    cube = np.asarray(y, dtype=np.float64)
    cube = cube[:, :, None] if cube.ndim == 2 else cube
    rows, columns, _ = cube.shape
    if min(rows, columns) < 3:
        raise ParleyError("a split needs at least 3 assumptions and 3 fates")
    components = _compute_components(cube)
    if not components.sum() > 0:
        raise ParleyError("all results are equal: there is no variance to split")
    shares = components / components.sum()
    without = [[_compute_shares(np.delete(cube, k, axis)) for k in range(cube.shape[axis])] for axis in (0, 1)]
    variance = sum(_compute_jackknife_variance(np.array(parts)) for parts in without)
    half = Z95 * np.sqrt(variance)
    return VarianceSplit(components, shares, np.clip(shares - half, 0.0, 1.0), np.clip(shares + half, 0.0, 1.0))


def _compute_components(cube: Floats) -> Floats:
    """Compute the components in the order of PARTS, negative estimates set to 0."""
    rows, columns, _ = cube.shape
    mean = cube.mean(axis=(0, 1))
    of_row, of_column = cube.mean(axis=1), cube.mean(axis=0)
    rest = cube - of_row[:, None] - of_column[None] + mean
    ms_rest = (rest**2).sum() / ((rows - 1) * (columns - 1))
    ms_rows = columns * ((of_row - mean) ** 2).sum() / (rows - 1)
    ms_columns = rows * ((of_column - mean) ** 2).sum() / (columns - 1)
    return np.maximum(np.array([(ms_rows - ms_rest) / columns, (ms_columns - ms_rest) / rows, ms_rest]), 0.0)


def _compute_shares(cube: Floats) -> Floats:
    """Compute the shares of the components; NaN where nothing varies."""
    components = _compute_components(cube)
    return components / components.sum() if components.sum() > 0 else np.full(3, np.nan)


def _compute_jackknife_variance(without: Floats) -> Floats:
    """Compute the jackknife variance from estimates without one index each."""
    n = without.shape[0]
    spread: Floats = (n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return spread


def arrange_results(results: Results, target: str, point: int = 0) -> Floats:
    """Arrange the results of one point of a nested sweep by assumption and fate.

    Parameters
    ----------
    results : Results
        A finished sweep with `nested`.
    target : str
        Label of a measure; `outcome` takes all codes.
    point : int
        Number of the point.

    Returns
    -------
    ndarray (assumptions, fates) or (assumptions, fates, codes)

    Raises
    ------
    ParleyError
        The sweep is not nested, or the point failed.
    """
    import pyarrow.compute as pc

    from experiments.measures import compute_measures
    from experiments.measures import find_measure as measure

    nested = restore_experiment(results).nested
    if nested is None:
        raise ParleyError("a split needs an experiment with `nested: {assumptions, fates}`")
    runs = results.run_table()
    runs = runs.filter(pc.equal(runs.column("point"), point))
    if runs.num_rows != nested.assumptions * nested.fates:
        raise ParleyError(f"point {point} is not complete; see `error` in the table of points")
    shape = (nested.assumptions, nested.fates)
    if target == "outcome":
        codes = [values for m, values in compute_measures(runs) if m.measure == "outcome"]
        return np.stack([values.reshape(shape) for values in codes], axis=2)
    return measure(runs, target).reshape(shape)
