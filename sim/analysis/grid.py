"""The same solutions on a finite list of packages, by brute force: what a discrete tool can be compared with."""

from __future__ import annotations

import itertools

import numpy as np

from sim.analysis.game import Game
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints

MAX_PACKAGES = 2_000_000
_TIE = 1e-9


def packages(scales: list[Floats]) -> Floats:
    """Every combination of points (packages, n), the last issue moving fastest. Raises ParleyError on too many."""
    count = int(np.prod([scale.size for scale in scales], dtype=np.float64))
    if count > MAX_PACKAGES:
        raise ParleyError(f"{count:,} packages are too many to list; at most {MAX_PACKAGES:,} are")
    return np.array(list(itertools.product(*scales)), dtype=np.float64).reshape(count, len(scales))


def utilities(game: Game, listed: Floats) -> Floats:
    """Utilities (packages, P) of listed packages (packages, n); -inf on a package that crosses a red line."""
    columns = []
    for i in range(game.floor.size):
        values = (listed - game.reservation[i]) / (game.demand[i] - game.reservation[i])
        worth = np.minimum(values, 1.0) @ game.salience[i]
        crossed = np.any((values < -_TIE) & (game.red[i] == 1), axis=1)
        columns.append(np.where(crossed, -np.inf, worth))
    return np.column_stack(columns)


def efficient(worth: Floats) -> Ints:
    """Indices of the Pareto-efficient rows of utilities (packages, P); of rows equal to within 1e-9 the first."""
    order = np.lexsort([np.arange(len(worth)), *np.round(-worth, 12).T[::-1]])
    kept: list[int] = []
    front = np.empty((0, worth.shape[1]))
    for k in order:
        if not np.isfinite(worth[k]).all():
            continue
        if not np.any(np.all(front >= worth[k] - _TIE, axis=1)):
            kept.append(int(k))
            front = worth[kept]
    return np.array(sorted(kept), dtype=np.int64)


def best(worth: Floats, floor: Floats, rule: str) -> Ints:
    """Indices of all rows that solve: `nash`, `egalitarian`, `utilitarian`, `kalai-smorodinsky`; empty without a zone.

    Among rows (packages, P) at or above the floors (P,); Kalai-Smorodinsky by the greatest least share of the ideal
    gain (on a finite list equal shares may not exist).
    """
    fits = np.flatnonzero(np.all(worth >= floor - _TIE, axis=1))
    if not fits.size:
        return fits
    gain = worth[fits] - floor
    if rule == "nash":
        score = np.prod(np.maximum(gain, 0.0), axis=1)
    elif rule == "egalitarian":
        score = gain.min(axis=1)
    elif rule == "utilitarian":
        score = gain.sum(axis=1)
    elif rule == "kalai-smorodinsky":
        ideal = gain.max(axis=0)
        score = (gain / np.where(ideal > 0.0, ideal, 1.0)).min(axis=1)
    else:
        raise ParleyError(f"no solution is called `{rule}`")
    found: Ints = fits[score >= score.max() - _TIE]
    return found
