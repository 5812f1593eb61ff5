"""Solutions of a game on a finite list of packages, by exhaustive search, for comparison with discrete tools."""

from __future__ import annotations

import itertools

import numpy as np

from sim.analysis.game import Game
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints

MAX_PACKAGES = 2_000_000
_TIE = 1e-9


def list_packages(scales: list[Floats]) -> Floats:
    """List every combination of points (packages, n), the last issue varying fastest.

    Raises
    ------
    ParleyError
        There are more than MAX_PACKAGES.
    """
    count = int(np.prod([scale.size for scale in scales], dtype=np.float64))
    if count > MAX_PACKAGES:
        raise ParleyError(f"{count:,} packages are too many to list; at most {MAX_PACKAGES:,} are")
    return np.array(list(itertools.product(*scales)), dtype=np.float64).reshape(count, len(scales))


def compute_utilities(game: Game, packages: Floats) -> Floats:
    """Compute the utilities (packages, P) of packages (packages, n); -inf where a package crosses a red line."""
    columns = []
    for i in range(game.floor.size):
        values = (packages - game.reservation[i]) / (game.demand[i] - game.reservation[i])
        utility = np.minimum(values, 1.0) @ game.salience[i]
        crossed = np.any((values < -_TIE) & (game.red[i] == 1), axis=1)
        columns.append(np.where(crossed, -np.inf, utility))
    return np.column_stack(columns)


def find_efficient(utilities: Floats) -> Ints:
    """Find the indices of the Pareto-efficient rows of utilities (packages, P); of rows equal to 1e-9, of the first."""
    order = np.lexsort([np.arange(len(utilities)), *np.round(-utilities, 12).T[::-1]])
    rows: list[int] = []
    front = np.empty((0, utilities.shape[1]))
    for k in order:
        if not np.isfinite(utilities[k]).all():
            continue
        if not np.any(np.all(front >= utilities[k] - _TIE, axis=1)):
            rows.append(int(k))
            front = utilities[rows]
    return np.array(sorted(rows), dtype=np.int64)


def find_solutions(utilities: Floats, floor: Floats, rule: str) -> Ints:
    """Find all packages that solve a game by a rule.

    Parameters
    ----------
    utilities : ndarray of float, shape (packages, P)
        Utilities of all packages.
    floor : ndarray of float, shape (P,)
        Utilities without an agreement.
    rule : {"nash", "egalitarian", "utilitarian", "kalai-smorodinsky"}
        The rule; Kalai-Smorodinsky maximises the least share of the ideal gain, because on a finite list equal shares
        may not exist.

    Returns
    -------
    ndarray of int
        Indices of the packages; empty where none gives every party at least its floor.

    Raises
    ------
    ParleyError
        No rule has this name.
    """
    fits = np.flatnonzero(np.all(utilities >= floor - _TIE, axis=1))
    if not fits.size:
        return fits
    gain = utilities[fits] - floor
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
    best: Ints = fits[score >= score.max() - _TIE]
    return best
