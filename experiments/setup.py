"""An experiment with its scenario loaded, and the arrays of any of its points.

Loading, checking and resolving a scenario anew takes longer than a thousand runs. Where a point only changes numbers
from which nothing else is derived, its arrays differ from the base's in a few entries of the priors, and only those are
written. A test compares the short way with the long one for every path it is used on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from experiments.design import Point, build_points
from experiments.measures import POINTS, SUMMARY
from experiments.spec import Experiment
from sim.core.layout import PriorKind, Priors
from sim.scenario.library import locate
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.resolve import Problem, flat, resolve
from sim.scenario.schema import Scenario
from sim.scenario.streams import prior_key
from sim.tables.schema import build_run_schema
from sim.yamlio.validation import find_annotation

# What reservation points, preconditions and the incidents' stability are derived or checked from goes the long way.
_SOURCES_OF_DERIVATION = ("issues", "excites", "salience_scale", "quantile")


@dataclass
class Setup:
    """An experiment with its scenario loaded: all that a worker needs.

    Attributes
    ----------
    experiment : Experiment
        What was asked for.
    base : Loaded
        The scenario with the changes that all points share.
    points : list of Point
        The design.
    problem : Problem
        The base, resolved.
    """

    experiment: Experiment
    base: Loaded
    points: list[Point]
    problem: Problem
    _short: dict[str, tuple[int, TypeAdapter[Any]]] = field(repr=False)

    @staticmethod
    def load(experiment: Experiment, base: Loaded | None = None) -> Setup:
        """Load the scenario, unless it is passed, and build the design. Raises ScenarioError before anything runs."""
        if base is None:
            base = _load_base(experiment)
        problem = resolve(base.scenario, experiment.seed)
        _check_names(experiment, problem)
        return Setup(experiment, base, build_points(experiment, base), problem, _find_short_paths(base, problem))

    def resolve_point(self, point: Point) -> Problem:
        """Resolve a point. Raises ScenarioError where its values are refused."""
        return self.resolve_changes(point.changes)

    def resolve_changes(self, changes: Mapping[str, Any]) -> Problem:
        """Resolve the base with values set at paths, by the short way where it is open. Raises ScenarioError."""
        try:
            numbers = {
                path: self._short[path][1].validate_python(_mark_as_set(value)) for path, value in changes.items()
            }
        except (KeyError, ValidationError):
            return self.resolve_fully(changes)
        if any(number.experts for number in numbers.values()):
            return self.resolve_fully(changes)
        priors = self.problem.priors
        for path, number in numbers.items():
            place = self._short[path][0]
            priors = _replace_prior(priors, place, number, prior_key(self.experiment.seed, self.problem.paths[place]))
        return replace(self.problem, priors=priors)

    def resolve_fully(self, changes: Mapping[str, Any]) -> Problem:
        """The arrays of the base with values put at paths, everything checked and derived again."""
        return resolve(self.base.with_changes(changes).scenario, self.experiment.seed)


def _load_base(experiment: Experiment) -> Loaded:
    """Load the scenario of an experiment with the changes that all points share. Raises ScenarioError."""
    with experiment.errors_at("scenario"):
        locate(experiment.scenario)
    with experiment.errors_at("changes", below=experiment.changes):
        return load(experiment.scenario, experiment.changes)


def _check_names(experiment: Experiment, problem: Problem) -> None:
    """Refuse a factor that has the name of a column of the tables, where it becomes one. Raises ScenarioError."""
    reserved = list(dict.fromkeys([*POINTS, *SUMMARY, *build_run_schema(problem.names).names]))
    for name in experiment.factors:
        if name.lower() in reserved:  # SQL does not tell capitals from small letters
            text = f"a column of the tables is called so; choose another name (taken: {', '.join(reserved)})"
            raise experiment.refuse(text, "factors", name)


def _mark_as_set(value: Any) -> Any:
    """Return a value as `merge.set_path` writes it where a number was."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value, "set": True} if plain else value


def _find_short_paths(base: Loaded, problem: Problem) -> dict[str, tuple[int, TypeAdapter[Any]]]:
    """Return place in theta and bounds of every number that may be written without resolving the scenario anew."""
    places = {path: n for n, path in enumerate(problem.paths)}
    short = {}
    for path, _ in iterate_numbers(base.scenario):
        flat_path = flat(path)
        if flat_path in places and not set(path) & set(_SOURCES_OF_DERIVATION):
            short[".".join(path)] = (places[flat_path], TypeAdapter(find_annotation(Scenario, path)))
    return short


def _replace_prior(priors: Priors, place: int, number: Number, key: np.uint64) -> Priors:
    """Return priors with another number at one place of theta; the rows of ranges stay in the order of places."""
    base = priors.base.copy()
    base[place] = number.mode
    others = priors.place != place
    table = {name: getattr(priors, name)[others] for name in ("place", "kind", "low", "mode", "high", "key")}
    if number.shape != "fixed":
        at = int(np.searchsorted(table["place"], place))
        kind = PriorKind.of(number.shape)
        row: dict[str, Any] = {
            "place": place,
            "kind": kind,
            "low": number.low,
            "mode": number.mode,
            "high": number.high,
            "key": key,
        }
        table = {name: np.insert(column, at, row[name]) for name, column in table.items()}
    pool = priors.pool.without(np.array([place])) if priors.pool.place.size else priors.pool
    return Priors(base=base, **table, pool=pool)
