"""What is fitted: scenario paths, their priors from the scenario's own ranges, and how a vector of them is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.draws import triangular, uniform_between
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.scenario.resolve import Problem, flat


@dataclass(frozen=True)
class Parameter:
    """One fitted number. It may stand at several paths at once (`tied`); `mode` matters for triangular ranges only."""

    name: str
    paths: tuple[str, ...]
    low: float
    mode: float
    high: float
    shape: str

    def value(self, u: float) -> float:
        """Inverse distribution function at u in (0, 1), the one the engine itself uses."""
        if self.shape == "triangular":
            return triangular(u, self.low, self.mode, self.high)
        return uniform_between(u, self.low, self.high)

    def variance(self) -> float:
        """Variance under the prior."""
        a, b, c = self.low, self.high, self.mode
        if self.shape == "triangular":
            return (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
        return (b - a) ** 2 / 12.0

    def frozen(self) -> Any:
        """The prior as a scipy distribution."""
        from scipy import stats

        width = self.high - self.low
        if self.shape == "triangular":
            return stats.triang((self.mode - self.low) / width, loc=self.low, scale=width)
        return stats.uniform(self.low, width)


def parameters(problems: Sequence[Problem], wanted: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Parameter, ...]:
    """The fitted numbers by name and paths, their priors read from the scenarios' ranges.

    Raises ParleyError where a path is unknown, not a range, or where scenarios disagree on the range.
    """
    return tuple(_parameter(problems, name, paths) for name, paths in wanted)


def _parameter(problems: Sequence[Problem], name: str, paths: tuple[str, ...]) -> Parameter:
    found: set[tuple[float, float, float, int]] = set()
    for problem in problems:
        for path in paths:
            found.add(_range(problem, path))
    if len(found) > 1:
        raise ParleyError(
            f"parameter `{name}` has different ranges at its paths or in the scenarios fitted: {sorted(found)}"
        )
    low, mode, high, kind = found.pop()
    return Parameter(name, paths, low, mode, high, "triangular" if kind == 2 else "uniform")


def _range(problem: Problem, path: str) -> tuple[float, float, float, int]:
    at = position(problem, path)
    hits = np.flatnonzero(problem.priors.place == at)
    if not hits.size:
        raise ParleyError(
            f"`{path}` is a fixed number in one of the scenarios fitted; only assumed ranges can be fitted"
        )
    n, p = int(hits[0]), problem.priors
    return float(p.low[n]), float(p.mode[n]), float(p.high[n]), int(p.kind[n])


def position(problem: Problem, path: str) -> int:
    """Where a scenario path stands in theta. Raises ParleyError naming the nearest path."""
    known = flat(path.split("."))
    if known not in problem.paths:
        raise ParleyError(f"no number at `{path}`{nearest(known, list(problem.paths))}")
    return problem.paths.index(known)


def fixed_theta(problem: Problem, values: Mapping[str, float]) -> Problem:
    """The problem with numbers put at scenario paths: a ranged number becomes a fixed one, nothing else changes.

    Same result as `Loaded.changed` with plain numbers and resolving again, without reading the scenario anew.
    """
    from dataclasses import replace

    at = np.array([position(problem, path) for path in values], dtype=np.int64)
    p = problem.priors
    base = p.base.copy()
    base[at] = list(values.values())
    kept = ~np.isin(p.place, at)
    ranged = {name: getattr(p, name)[kept] for name in ("place", "kind", "low", "mode", "high", "key")}
    return replace(problem, priors=p._replace(base=base, **ranged))


def draw(wanted: Sequence[Parameter], rows: Sequence[int] | range, seed: int, stream: str = "reference") -> Floats:
    """Prior draws (n, k) for the given row numbers: one addressed uniform per row and parameter."""
    from sim.core.draws import stream_key, uniform

    keys = [stream_key(seed, stream, parameter.name) for parameter in wanted]
    out = np.empty((len(rows), len(wanted)))
    for j, (parameter, key) in enumerate(zip(wanted, keys, strict=True)):
        for n, row in enumerate(rows):
            out[n, j] = parameter.value(uniform(key, row, 0, 0))
    return out
