"""Main effects and interactions of a full factorial design, from runs that are paired over all points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.compare import compute_difference
from experiments.measures import find_measure
from experiments.results import Results, format_value
from experiments.sensitivity import restore_experiment
from sim.core.errors import ParleyError
from sim.core.layout import Floats

if TYPE_CHECKING:
    import pandas as pd

_RESAMPLES = 400


def analyse_factorial(results: Results, target: str, seed: int = 0) -> pd.DataFrame:
    """Compute main effects and interactions of a finished sweep of design `factorial`.

    Parameters
    ----------
    results : Results
        A finished sweep.
    target : str
        Label of a measure, such as `closed` or `outcome_at_least=ceasefire`.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    pd.DataFrame
        As `compute_shares` returns it.

    Raises
    ------
    ParleyError
        The design is another, points failed, or some runs have no value of the measure.
    """
    experiment = restore_experiment(results)
    failed = results.manifest["tables"]["failed_points"]
    if experiment.design != "factorial" or failed:
        what = f"{len(failed)} points failed" if failed else f"this is `{experiment.design}`"
        raise ParleyError(f"main effects need a complete sweep of design `factorial`; {what}")
    values = find_measure(results.run_table(), target)
    if np.isnan(values).any():
        raise ParleyError(f"the measure `{target}` is missing in some runs, and the design needs all")
    points = results.points.sort_values("point")
    levels = [list(dict.fromkeys(points[name].map(format_value))) for name in results.factors]
    cube = values.reshape(*(len(own) for own in levels), -1)
    return compute_shares(cube, results.factors, levels, seed)


def compute_shares(cube: Floats, names: Sequence[str], levels: Sequence[Sequence[str]], seed: int = 0) -> pd.DataFrame:
    """Compute the share of the variance between points of every factor and every pair of factors.

    Parameters
    ----------
    cube : ndarray (levels of factor 1, levels of factor 2, ..., runs)
        A measure in every run; run k has the same draws at all points.
    names : sequence of str
        Names of the factors.
    levels : sequence of sequence of str
        Labels of the levels of each.
    seed : int
        Seed of the bootstrap over runs.

    Returns
    -------
    pd.DataFrame
        One row a factor or pair (`a × b`), the largest share first: `share` with 95% interval (percentiles of a
        bootstrap over runs), and for a factor the largest difference between two of its levels, averaged over all
        other factors, with its paired 95% interval and the two levels in `between`.

    Raises
    ------
    ParleyError
        The measure is the same at all points.
    """
    import pandas as pd

    terms: list[tuple[int, ...]] = [(k,) for k in range(len(names))]
    terms += list(itertools.combinations(range(len(names)), 2))
    shares = _split_variance(cube.mean(axis=-1), terms)
    if np.isnan(shares).any():
        raise ParleyError("the result is the same at every point: there is no variance to apportion")
    generator, runs = np.random.default_rng(seed), cube.shape[-1]
    weights = generator.multinomial(runs, np.full(runs, 1.0 / runs), size=_RESAMPLES) / runs
    draws = np.array([_split_variance(cube @ weight, terms) for weight in weights])
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    rows = []
    for n, term in enumerate(terms):
        row = {"factor": " × ".join(names[k] for k in term), "share": shares[n]}
        row |= {"share_low": min(low[n], shares[n]), "share_high": max(high[n], shares[n])}
        rows.append(row | (_compare_levels(cube, term[0], levels[term[0]]) if len(term) == 1 else {}))
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True)


def _split_variance(means: Floats, terms: Sequence[tuple[int, ...]]) -> Floats:
    """Return the share of the variance between points of each term; NaN where nothing varies."""
    axes, effects = range(means.ndim), dict[tuple[int, ...], Floats]()
    grand, total = means.mean(), float(means.var())
    for term in terms:
        others = tuple(axis for axis in axes if axis not in term)
        effect = means.mean(axis=others, keepdims=True) - grand
        effects[term] = effect - sum(effects[(k,)] for k in term if len(term) > 1)
    return np.array([float((effect**2).mean()) / total if total > 0 else np.nan for effect in effects.values()])


def _compare_levels(cube: Floats, axis: int, levels: Sequence[str]) -> dict[str, object]:
    """Return the largest difference between two levels of a factor, averaged over the other factors run by run."""
    others = tuple(k for k in range(cube.ndim - 1) if k != axis)
    by_level = cube.mean(axis=others)
    first, second = int(by_level.mean(axis=1).argmin()), int(by_level.mean(axis=1).argmax())
    result = compute_difference(by_level[first], by_level[second])
    ends = (result.difference, result.low, result.high) if result else (0.0, 0.0, 0.0)
    names = ("effect", "effect_low", "effect_high")
    return {**dict(zip(names, ends, strict=True)), "between": f"{levels[first]} and {levels[second]}"}
