"""Solutions of a game on a finite list of packages, by exhaustive search."""

from __future__ import annotations

import itertools

import numpy as np

from sim.core.layout import Floats, Ints

_TIE = 1e-9


def list_packages(scales: list[Floats]) -> Floats:
    """List every combination of points (packages, n), the last issue varying fastest."""
    return np.array(list(itertools.product(*scales)), dtype=np.float64)


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
        raise ValueError(f"no solution is called `{rule}`")
    best: Ints = fits[score >= score.max() - _TIE]
    return best
