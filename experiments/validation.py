"""Values tried before anything runs, so that what a scenario refuses does not cost a sweep and its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from experiments.design import Scope, changes_at
from experiments.results import shown
from experiments.setup import Setup
from experiments.spec import Factor
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.merge import CHANGE

MOST_TRIED = 500
"""Values that are tried; some go a long way and take a fiftieth of a second."""

Trial = tuple[tuple[str | int, ...], str, Iterator[Mapping[str, Any]]]
"""Where a value stands in the experiment, how it is called, and the changes in which it is tried."""


def refuse_unfit(setup: Setup) -> None:
    """Refuse a level, a row or a variant that the scenario refuses. Raises ScenarioError with its place.

    What fits by itself may still fail where other values do not go with it; such points fail one by one.
    """
    for place, name, ways in islice(_trials(setup), MOST_TRIED):
        error = _refusal(setup, ways)
        if error is not None:
            raise _placed(setup, error, place, name)


def _trials(setup: Setup) -> Iterator[Trial]:
    asked = setup.asked
    if asked.design in ("variants", "list"):
        for point in setup.points:
            place = ("variants", point.name) if asked.design == "variants" else ("rows", point.number)
            yield place, "", iter([point.changes])
        return
    scope = Scope.of(setup.base)
    for name, factor in asked.factors.items():
        for value in [] if factor.assumed else _extremes(setup, name, factor):
            yield ("factors", name), f"at {shown(value)}: ", _ways(setup, name, factor, value, scope)


def _extremes(setup: Setup, name: str, factor: Factor) -> list[Any]:
    """All levels of a factor, or the lowest and highest value of a range that the design has."""
    if factor.levels is not None:
        return list(factor.levels)
    values = [point.values[name] for point in setup.points]
    return [min(values), max(values)]


def _ways(setup: Setup, name: str, factor: Factor, value: Any, scope: Scope) -> Iterator[Mapping[str, Any]]:
    """A value by itself, and with what the first and the last point that have it put elsewhere."""
    yield changes_at(name, factor, value, scope)
    having = [point for point in setup.points if point.values[name] == value]
    yield having[0].changes
    yield having[-1].changes


def _refusal(setup: Setup, ways: Iterator[Mapping[str, Any]]) -> ParleyError | None:
    """Why a value fits in none of the ways it is tried; None where it fits in one."""
    first = None
    for changes in ways:
        try:
            setup.arrays(changes)
        except ParleyError as error:
            first = first or error
        else:
            return None
    return first


def _placed(setup: Setup, error: ParleyError, place: tuple[str | int, ...], name: str) -> ScenarioError:
    """The error at its place in the experiment; a line of the scenario that it names is told too."""
    if not isinstance(error, ScenarioError) or error.file not in (None, CHANGE):
        return setup.asked.refuse(f"{name}{error}", *place)
    below = (*place, str(error.key))
    if below in (written for written, _ in setup.asked.patterns()):
        place = below
    told = f"{name}{error.problem}" if error.key in (None, place[-1]) else f"{name}{error.key}: {error.problem}"
    return setup.asked.refuse(told, *place)
