"""Checks of an experiment's values and plans before anything runs, so that a refusal costs no sweep and no folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from experiments.contrasts import find_pairs, is_called, label_values
from experiments.design import Scope, compute_changes
from experiments.measures import INDEX, compute_measures, kind_of
from experiments.results import format_value
from experiments.setup import Setup
from experiments.spec import Factor
from sim.core.errors import ParleyError, ScenarioError, nearest
from sim.scenario.merge import CHANGE
from sim.tables.schema import build_run_schema

MOST_CANDIDATES = 500
"""Values that are tried; some go a long way and take a fiftieth of a second."""

Candidate = tuple[tuple[str | int, ...], str, Iterator[Mapping[str, Any]]]
"""Where a value stands in the experiment, how it is called, and the changes in which it is tried."""


def check_values(setup: Setup) -> None:
    """Refuse a level, a row or a variant that the scenario refuses.

    Values that fit alone may still fail where others do not go with them; such points fail one by one.

    Raises
    ------
    ScenarioError
        A value does not fit; the message names its place in the experiment.
    """
    for place, name, alternatives in islice(_iterate_candidates(setup), MOST_CANDIDATES):
        error = _find_error(setup, alternatives)
        if error is not None:
            raise _locate_error(setup, error, place, name)


def check_plans(setup: Setup) -> None:
    """Refuse a planned contrast or measure that the sweep cannot give, before anything runs.

    Raises
    ------
    ScenarioError
        A factor, value or measure is unknown, or no two points fit; the message names the place in the experiment.
    """
    experiment = setup.experiment
    factors = list(dict.fromkeys(name for point in setup.points for name in point.values))
    points = {point.number: label_values(point.values, factors) for point in setup.points}
    for name, contrast in experiment.contrasts.items():
        try:
            find_pairs(points, contrast)
        except ParleyError as error:
            raise experiment.refuse(str(error), "contrasts", name) from None
    columns = build_run_schema(setup.problem.names)
    known = [measure for measure, _ in compute_measures(columns.empty_table())]
    values = [name for name in columns.names if name not in INDEX]
    coded = ["outcome_at_least", *(name for name in values if kind_of(name) in ("code", "reason"))]
    for place, name in enumerate(experiment.measures):
        if not any(is_called(measure, name) for measure in known) and name.partition("=")[0] not in coded:
            labels = [*coded, *(measure.label for measure in known)]
            raise experiment.refuse(f"no measure `{name}`{nearest(name, labels)}", "measures", place)


def _iterate_candidates(setup: Setup) -> Iterator[Candidate]:
    """Yield every value that the design uses, with its place and changes to try it in."""
    experiment = setup.experiment
    if experiment.design in ("variants", "list"):
        for point in setup.points:
            place = ("variants", point.name) if experiment.design == "variants" else ("rows", point.number)
            yield place, "", iter([point.changes])
        return
    scope = Scope.from_loaded(setup.base)
    for name, factor in experiment.factors.items():
        for value in [] if factor.assumed else _list_values(setup, name, factor):
            yield ("factors", name), f"at {format_value(value)}: ", _iterate_changes(setup, name, factor, value, scope)


def _list_values(setup: Setup, name: str, factor: Factor) -> list[Any]:
    """Return all levels of a factor, or the lowest and highest value of a range that the design has."""
    if factor.levels is not None:
        return list(factor.levels)
    values = [point.values[name] for point in setup.points]
    return [min(values), max(values)]


def _iterate_changes(setup: Setup, name: str, factor: Factor, value: Any, scope: Scope) -> Iterator[Mapping[str, Any]]:
    """Yield the changes of a value alone, then those of the first and the last point that has it."""
    yield compute_changes(name, factor, value, scope)
    with_value = [point for point in setup.points if point.values[name] == value]
    yield with_value[0].changes
    yield with_value[-1].changes


def _find_error(setup: Setup, alternatives: Iterator[Mapping[str, Any]]) -> ParleyError | None:
    """Return why a value fits with none of the alternatives; None where it fits with one."""
    first = None
    for changes in alternatives:
        try:
            setup.resolve_changes(changes)
        except ParleyError as error:
            first = first or error
        else:
            return None
    return first


def _locate_error(setup: Setup, error: ParleyError, place: tuple[str | int, ...], name: str) -> ScenarioError:
    """Return the error at its place in the experiment; a line of the scenario that it names stays in the message."""
    if not isinstance(error, ScenarioError) or error.file not in (None, CHANGE):
        return setup.experiment.refuse(f"{name}{error}", *place)
    below = (*place, str(error.key))
    if below in (written for written, _ in setup.experiment.iterate_patterns()):
        place = below
    message = f"{name}{error.problem}" if error.key in (None, place[-1]) else f"{name}{error.key}: {error.problem}"
    return setup.experiment.refuse(message, *place)
