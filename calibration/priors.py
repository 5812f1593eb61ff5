"""The fitted parameters: scenario paths, priors from the scenario's own ranges, and how their values are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.core.distributions import triangular, uniform_between
from sim.core.draws import stream_key, uniform
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats, PriorKind
from sim.scenario.resolve import Problem, flat


@dataclass(frozen=True)
class Parameter:
    """One fitted number.

    Attributes
    ----------
    name : str
        Name in the fit file.
    paths : tuple of str
        Scenario paths that take its value.
    low, mode, high : float
        Range of the prior, in the unit of the path; `mode` matters for triangular ranges only.
    shape : str
        `uniform` or `triangular`.
    """

    name: str
    paths: tuple[str, ...]
    low: float
    mode: float
    high: float
    shape: str

    def value(self, u: float) -> float:
        """Return the prior's quantile at u in (0, 1), by the engine's own function."""
        if self.shape == "triangular":
            return triangular(u, self.low, self.mode, self.high)
        return uniform_between(u, self.low, self.high)

    def variance(self) -> float:
        """Return the variance under the prior."""
        a, b, c = self.low, self.high, self.mode
        if self.shape == "triangular":
            return (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
        return (b - a) ** 2 / 12.0

    def to_scipy(self) -> Any:
        """Return the prior as a frozen distribution of SciPy."""
        from scipy import stats

        width = self.high - self.low
        if self.shape == "triangular":
            return stats.triang((self.mode - self.low) / width, loc=self.low, scale=width)
        return stats.uniform(self.low, width)


def read_parameters(
    problems: Sequence[Problem], parameters: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[Parameter, ...]:
    """Read the priors of the fitted parameters from the scenarios' ranges.

    Parameters
    ----------
    problems : sequence of Problem
        All scenarios of a fit, resolved.
    names : sequence of (str, tuple of str)
        Names with their paths.

    Returns
    -------
    tuple of Parameter

    Raises
    ------
    ParleyError
        A path is unknown or not a range, or scenarios disagree on the range.
    """
    return tuple(_parameter(problems, name, paths) for name, paths in parameters)


def _parameter(problems: Sequence[Problem], name: str, paths: tuple[str, ...]) -> Parameter:
    """Read one parameter. Raises ParleyError."""
    ranges: set[tuple[float, float, float, int]] = set()
    for problem in problems:
        for path in paths:
            ranges.add(_range(problem, path))
    if len(ranges) > 1:
        raise ParleyError(
            f"parameter `{name}` has different ranges at its paths or in the scenarios fitted: {sorted(ranges)}"
        )
    low, mode, high, kind = ranges.pop()
    return Parameter(name, paths, low, mode, high, PriorKind(kind).label)


def _range(problem: Problem, path: str) -> tuple[float, float, float, int]:
    """Return low, mode, high and kind of the range at a path. Raises ParleyError."""
    at = find_position(problem, path)
    hits = np.flatnonzero(problem.priors.place == at)
    if not hits.size:
        raise ParleyError(
            f"`{path}` is a fixed number or elicited in one of the scenarios fitted; only assumed ranges can be fitted"
        )
    n, p = int(hits[0]), problem.priors
    return float(p.low[n]), float(p.mode[n]), float(p.high[n]), int(p.kind[n])


def find_position(problem: Problem, path: str) -> int:
    """Find the place of a scenario path in theta. Raises ParleyError naming the nearest path."""
    known = flat(path.split("."))
    if known not in problem.paths:
        raise ParleyError(f"no number at `{path}`{nearest(known, list(problem.paths))}")
    return problem.paths.index(known)


def fix_numbers(problem: Problem, values: Mapping[str, float]) -> Problem:
    """Fix numbers at scenario paths: a ranged number becomes a fixed one, nothing else changes.

    The result is that of `Loaded.with_changes` with plain numbers and of resolving again, but faster.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    values : mapping of str to float
        Number by path.

    Raises
    ------
    ParleyError
        A path is unknown.
    """
    at = np.array([find_position(problem, path) for path in values], dtype=np.int64)
    p = problem.priors
    base = p.base.copy()
    base[at] = list(values.values())
    others = ~np.isin(p.place, at)
    ranged = {name: getattr(p, name)[others] for name in ("place", "kind", "low", "mode", "high", "key")}
    pool = p.pool.without(at) if p.pool.place.size else p.pool
    return replace(problem, priors=p._replace(base=base, **ranged, pool=pool))


def draw_values(
    parameters: Sequence[Parameter], rows: Sequence[int] | range, seed: int, stream: str = "reference"
) -> Floats:
    """Draw vectors of parameters from the priors, one addressed uniform per row and parameter.

    Parameters
    ----------
    parameters : sequence of Parameter (k,)
        What to draw.
    rows : sequence of int (n,)
        Numbers of the rows, which address the draws.
    seed : int
        Seed of the fit.
    stream : str
        Name of the stream.

    Returns
    -------
    ndarray (n, k)
    """
    keys = [stream_key(seed, stream, parameter.name) for parameter in parameters]
    out = np.empty((len(rows), len(parameters)))
    for j, (parameter, key) in enumerate(zip(parameters, keys, strict=True)):
        for n, row in enumerate(rows):
            out[n, j] = parameter.value(uniform(key, row, 0, 0))
    return out
