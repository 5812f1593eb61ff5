"""Designs over scenario paths: full factorial, Latin hypercube, Sobol sequence, Morris, Saltelli, lists, variants."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.sampling import draw_unit_sample
from experiments.spec import MOST_POINTS, MOST_RUNS, Experiment, Factor
from sim.core.distributions import triangular
from sim.core.errors import ScenarioError, nearest
from sim.scenario.experts import find_quantile
from sim.scenario.load import Loaded, list_paths
from sim.scenario.numbers import Number, iterate_numbers


@dataclass(frozen=True)
class Point:
    """One point of a design.

    Attributes
    ----------
    number : int
        Its number, from 0.
    name : str
        Name of its variant, or empty.
    values : mapping
        Its value by factor.
    changes : mapping
        Values by path of the scenario.
    """

    number: int
    name: str
    values: Mapping[str, Any]
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """What a design needs of its scenario: the paths that can be set, and the numbers at them."""

    paths: list[str]
    numbers: Mapping[str, Number]
    _matches: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @staticmethod
    def from_loaded(loaded: Loaded) -> Scope:
        """Return the scope of a loaded scenario."""
        numbers = {".".join(path): number for path, number in iterate_numbers(loaded.scenario)}
        return Scope(list_paths(loaded.scenario), numbers)

    def match(self, pattern: str) -> list[str]:
        """Return the paths that a pattern stands for.

        Raises
        ------
        ScenarioError
            There is none; the message names the nearest valid path.
        """
        if pattern in self._matches:
            return self._matches[pattern]
        if "*" not in pattern:
            matches = [pattern] if pattern in self.paths else []
        else:
            steps = pattern.split(".")
            matches = [path for path in self.paths if _match_steps(steps, path.split("."))]
        if not matches:
            raise ScenarioError(f"no such path in the scenario{nearest(pattern, self.paths)}", key=pattern)
        self._matches[pattern] = matches
        return matches


def _match_steps(pattern: list[str], path: list[str]) -> bool:
    """Return whether a path fits a pattern, step by step."""
    return len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))


def build_points(experiment: Experiment, loaded: Loaded) -> list[Point]:
    """Build all points of an experiment, in order.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    loaded : Loaded
        Its scenario.

    Returns
    -------
    list of Point

    Raises
    ------
    ScenarioError
        A path is wrong, or the design is too large.
    """
    scope = Scope.from_loaded(loaded)
    for place, pattern in experiment.iterate_patterns():
        with experiment.errors_at(*place):
            scope.match(pattern)
    _check_runs(experiment, len(experiment.variants) + len(experiment.rows))
    if experiment.design == "variants":
        variants = enumerate(experiment.variants.items())
        return [_make_point(n, name, {"variant": name}, [below], scope) for n, (name, below) in variants]
    if experiment.design == "list":
        return [_make_point(n, "", row, [row], scope) for n, row in enumerate(experiment.rows)]
    factors: dict[str, Factor] = {}
    for name, factor in experiment.factors.items():
        with experiment.errors_at("factors", name):
            factors |= expand_factors({name: factor}, scope)
    _check_size(experiment, factors)
    if experiment.design == "factorial":
        levels = [list(factor.levels or []) for factor in factors.values()]
        return [_combine(n, factors, row, scope) for n, row in enumerate(itertools.product(*levels))]
    sample = draw_unit_sample(experiment, len(factors))
    named_factors = list(factors.items())
    rows = [
        [_map_unit(f, u, name, scope) for u, (name, f) in zip(row, named_factors, strict=True)]
        for row in sample.tolist()
    ]
    return [_combine(n, factors, row, scope) for n, row in enumerate(rows)]


def _check_size(experiment: Experiment, factors: Mapping[str, Factor]) -> None:
    """Refuse a design too large to carry out before its points are built. Raises ScenarioError."""
    if experiment.design == "factorial":
        for name, factor in factors.items():
            if factor.levels is None:
                raise experiment.refuse("a full factorial needs `levels`", "factors", name)
        count = math.prod(len(factor.levels or []) for factor in factors.values())
    else:  # Morris and Saltelli take several points for each one asked for
        count = (experiment.points or 0) * {"morris": len(factors) + 1, "saltelli": len(factors) + 2}.get(
            experiment.design, 1
        )
    if count > MOST_POINTS:
        raise experiment.refuse(f"the design has {count:,} points; allowed: {MOST_POINTS:,} or less")
    _check_runs(experiment, count)


def _check_runs(experiment: Experiment, count: int) -> None:
    """Refuse more runs over all points than are allowed. Raises ScenarioError."""
    if (runs := count * experiment.runs_per_point) > MOST_RUNS:
        text = (
            f"{count:,} points of {experiment.runs_per_point:,} runs are {runs:,} runs; allowed: {MOST_RUNS:,} or less"
        )
        raise experiment.refuse(text, "runs" if experiment.nested is None else "nested")


def expand_factors(factors: Mapping[str, Factor], scope: Scope) -> dict[str, Factor]:
    """Expand factors with `assumed`: each becomes one factor for every ranged number that its patterns stand for.

    Parameters
    ----------
    factors : mapping of str to Factor
        Factors by name.
    scope : Scope
        Paths and numbers of the scenario.

    Raises
    ------
    ScenarioError
        A pattern stands for no range, or there is no number to multiply.
    """
    matches: dict[str, Factor] = {}
    for name, factor in factors.items():
        if not factor.assumed:
            if factor.how == "multiply":
                _check_numbers(name, factor, scope)
            matches[name] = factor
            continue
        for pattern in _list_paths(name, factor):
            ranged = [path for path in scope.match(pattern) if _is_ranged(scope, path)]
            if not ranged:
                raise ScenarioError("the scenario has no assumed range here; give `low` and `high`", key=pattern)
            matches |= {path: Factor(assumed=True, title=factor.title) for path in ranged}
    return matches


def _check_numbers(name: str, factor: Factor, scope: Scope) -> None:
    """Refuse to multiply where no number stands: every point would be the same."""
    for pattern in _list_paths(name, factor):
        if not any(path in scope.numbers for path in scope.match(pattern)):
            raise ScenarioError("the scenario has no number here to multiply; `how: set` puts a value", key=pattern)


def _is_ranged(scope: Scope, path: str) -> bool:
    """Return whether the scenario has a range at a path."""
    return path in scope.numbers and scope.numbers[path].shape != "fixed"


def _list_paths(name: str, factor: Factor) -> list[str]:
    """Return the paths or patterns of a factor."""
    return factor.paths or [factor.path or name]


def _map_unit(factor: Factor, u: float, name: str, scope: Scope) -> Any:
    """Map u in [0, 1] to a value of a factor: by its range, its levels, or the scenario's own distribution."""
    if factor.levels is not None:
        levels = list(factor.levels)
        return levels[min(int(u * len(levels)), len(levels) - 1)]
    if factor.low is not None and factor.high is not None:
        return factor.low + (factor.high - factor.low) * u
    number = scope.numbers[_list_paths(name, factor)[0]]
    if number.experts:
        return find_quantile(number.experts, number.low, number.high, u)
    if number.shape == "triangular":
        return triangular(u, number.low, number.mode, number.high)
    return number.low + (number.high - number.low) * u


def _combine(n: int, factors: Mapping[str, Factor], row: Iterable[Any], scope: Scope) -> Point:
    """Build a point from one value a factor."""
    values = dict(zip(factors, row, strict=True))
    changes = [compute_changes(name, factors[name], value, scope) for name, value in values.items()]
    return _make_point(n, "", values, changes, scope)


def compute_changes(name: str, factor: Factor, value: Any, scope: Scope) -> dict[str, Any]:
    """Compute what a factor sets in the scenario at one of its values.

    Parameters
    ----------
    name : str
        Name of the factor.
    factor : Factor
        The factor.
    value : object
        One of its values; the name of a level where levels have names.
    scope : Scope
        Paths and numbers of the scenario.

    Returns
    -------
    dict
        Values by path.
    """
    if isinstance(factor.levels, dict):
        return factor.levels[value]
    paths = [path for pattern in _list_paths(name, factor) for path in scope.match(pattern)]
    if factor.how == "set":
        return dict.fromkeys(paths, value)
    return {path: multiply(scope.numbers[path], value) for path in paths if path in scope.numbers}


def multiply(number: Number, by: float) -> Any:
    """Multiply a number or range, and return it in a form that scenarios take."""
    if number.shape == "fixed" or by == 0:
        return number.mode * by
    if number.experts:
        return {"elicited": {j.expert: _scale(j.plain(), by) for j in number.experts}, "why": f"times {by:g}"}
    ends = (number.low, number.high) if number.shape == "uniform" else (number.low, number.mode, number.high)
    scaled = sorted(end * by for end in ends)
    return {"assumed": scaled, "why": f"the scenario's range times {by:g}"}


def _scale(stated: Any, by: float) -> Any:
    """Multiply what an expert said; a factor below 0 turns the order round."""
    if isinstance(stated, dict):
        return dict(zip(stated, sorted(value * by for value in stated.values()), strict=True))
    return sorted(value * by for value in stated)


def _make_point(
    n: int, name: str, values: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], scope: Scope
) -> Point:
    """Build a point from changes by pattern."""
    changes: dict[str, Any] = {}
    for part in parts:
        for pattern, value in part.items():
            changes |= dict.fromkeys(scope.match(pattern), value)
    return Point(n, name, values, changes)
