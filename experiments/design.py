"""Designs over scenario paths: full factorial, Latin hypercube, Sobol sequence, Morris, Saltelli, lists, variants."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.sampling import unit_sample
from experiments.spec import MOST_POINTS, MOST_RUNS, Experiment, Factor
from sim.core.draws import triangular
from sim.core.errors import ScenarioError, nearest
from sim.scenario.load import Loaded, known_paths
from sim.scenario.numbers import Number, numbers_in


@dataclass(frozen=True)
class Point:
    """One point of a design: its number, its values by factor, and what is put where in the scenario."""

    number: int
    name: str
    values: Mapping[str, Any]
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """What a design needs to know of its scenario: the paths that can be set and the numbers that stand there."""

    known: list[str]
    numbers: Mapping[str, Number]
    _found: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(loaded: Loaded) -> Scope:
        """The scope of a loaded scenario."""
        numbers = {".".join(path): number for path, number in numbers_in(loaded.scenario)}
        return Scope(known_paths(loaded.scenario), numbers)

    def matching(self, pattern: str) -> list[str]:
        """The paths a pattern stands for. Raises ScenarioError naming the nearest valid path when there is none."""
        if pattern in self._found:
            return self._found[pattern]
        if "*" not in pattern:
            found = [pattern] if pattern in self.known else []
        else:
            steps = pattern.split(".")
            found = [path for path in self.known if _matches(steps, path.split("."))]
        if not found:
            raise ScenarioError(f"no such path in the scenario{nearest(pattern, self.known)}", key=pattern)
        self._found[pattern] = found
        return found


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))


def points(asked: Experiment, loaded: Loaded) -> list[Point]:
    """All points of an experiment, in order. Raises ScenarioError on a wrong path before anything runs."""
    scope = Scope.of(loaded)
    for place, pattern in asked.patterns():
        with asked.placed(*place):
            scope.matching(pattern)
    _check_runs(asked, len(asked.variants) + len(asked.rows))
    if asked.design == "variants":
        named = enumerate(asked.variants.items())
        return [_point(n, name, {"variant": name}, [below], scope) for n, (name, below) in named]
    if asked.design == "list":
        return [_point(n, "", row, [row], scope) for n, row in enumerate(asked.rows)]
    factors: dict[str, Factor] = {}
    for name, factor in asked.factors.items():
        with asked.placed("factors", name):
            factors |= expanded({name: factor}, scope)
    _check_size(asked, factors)
    if asked.design == "factorial":
        levels = [list(factor.levels or []) for factor in factors.values()]
        return [_combined(n, factors, row, scope) for n, row in enumerate(itertools.product(*levels))]
    sample = unit_sample(asked, len(factors))
    named_factors = list(factors.items())
    rows = [
        [_at(f, u, name, scope) for u, (name, f) in zip(row, named_factors, strict=True)] for row in sample.tolist()
    ]
    return [_combined(n, factors, row, scope) for n, row in enumerate(rows)]


def _check_size(asked: Experiment, factors: Mapping[str, Factor]) -> None:
    """Refuse a design that nobody can wait for before it is laid out."""
    if asked.design == "factorial":
        for name, factor in factors.items():
            if factor.levels is None:
                raise asked.refuse("a full factorial needs `levels`", "factors", name)
        count = math.prod(len(factor.levels or []) for factor in factors.values())
    else:  # Morris and Saltelli take several points for each one asked for
        count = (asked.points or 0) * {"morris": len(factors) + 1, "saltelli": len(factors) + 2}.get(asked.design, 1)
    if count > MOST_POINTS:
        raise asked.refuse(f"the design has {count:,} points; allowed: {MOST_POINTS:,} or less")
    _check_runs(asked, count)


def _check_runs(asked: Experiment, count: int) -> None:
    """Refuse more runs over all points than are allowed. Raises ScenarioError."""
    if (runs := count * asked.runs_a_point) > MOST_RUNS:
        text = f"{count:,} points of {asked.runs_a_point:,} runs are {runs:,} runs; allowed: {MOST_RUNS:,} or less"
        raise asked.refuse(text, "runs" if asked.nested is None else "nested")


def expanded(factors: Mapping[str, Factor], scope: Scope) -> dict[str, Factor]:
    """Factors with `assumed` and a pattern for a path become one factor for every ranged number it stands for."""
    found: dict[str, Factor] = {}
    for name, factor in factors.items():
        if not factor.assumed:
            if factor.how == "multiply":
                _check_numbers(name, factor, scope)
            found[name] = factor
            continue
        for pattern in _paths(name, factor):
            ranged = [path for path in scope.matching(pattern) if _ranged(scope, path)]
            if not ranged:
                raise ScenarioError("the scenario has no assumed range here; give `low` and `high`", key=pattern)
            found |= {path: Factor(assumed=True, title=factor.title) for path in ranged}
    return found


def _check_numbers(name: str, factor: Factor, scope: Scope) -> None:
    """Refuse to multiply where no number stands: every point would be the same."""
    for pattern in _paths(name, factor):
        if not any(path in scope.numbers for path in scope.matching(pattern)):
            raise ScenarioError("the scenario has no number here to multiply; `how: set` puts a value", key=pattern)


def _ranged(scope: Scope, path: str) -> bool:
    return path in scope.numbers and scope.numbers[path].shape != "fixed"


def _paths(name: str, factor: Factor) -> list[str]:
    return factor.paths or [factor.path or name]


def _at(factor: Factor, u: float, name: str, scope: Scope) -> Any:
    """The value of a factor at u in [0, 1]: by its range, its levels, or the scenario's own distribution."""
    if factor.levels is not None:
        levels = list(factor.levels)
        return levels[min(int(u * len(levels)), len(levels) - 1)]
    if factor.low is not None and factor.high is not None:
        return factor.low + (factor.high - factor.low) * u
    number = scope.numbers[_paths(name, factor)[0]]
    if number.shape == "triangular":
        return triangular(u, number.low, number.mode, number.high)
    return number.low + (number.high - number.low) * u


def _combined(n: int, factors: Mapping[str, Factor], row: Iterable[Any], scope: Scope) -> Point:
    values = dict(zip(factors, row, strict=True))
    changes = [changes_at(name, factors[name], value, scope) for name, value in values.items()]
    return _point(n, "", values, changes, scope)


def changes_at(name: str, factor: Factor, value: Any, scope: Scope) -> dict[str, Any]:
    """What a factor puts where in the scenario at one of its values."""
    if isinstance(factor.levels, dict):
        return factor.levels[value]
    paths = [path for pattern in _paths(name, factor) for path in scope.matching(pattern)]
    if factor.how == "set":
        return dict.fromkeys(paths, value)
    return {path: multiplied(scope.numbers[path], value) for path in paths if path in scope.numbers}


def multiplied(number: Number, by: float) -> Any:
    """A number or range times `by`, in a form a scenario takes."""
    if number.shape == "fixed" or by == 0:
        return number.mode * by
    ends = (number.low, number.high) if number.shape == "uniform" else (number.low, number.mode, number.high)
    scaled = sorted(end * by for end in ends)
    return {"assumed": scaled, "why": f"the scenario's range times {by:g}"}


def _point(n: int, name: str, values: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], scope: Scope) -> Point:
    changes: dict[str, Any] = {}
    for part in parts:
        for pattern, value in part.items():
            changes |= dict.fromkeys(scope.matching(pattern), value)
    return Point(n, name, values, changes)
