"""The table of assumptions: the value drawn for every ranged number, so that outcomes can be regressed on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.draws import uniform
from sim.core.layout import Floats, Ints
from sim.rules.assumption import choose_expert, draw_theta
from sim.tables.arrow import encode_numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.resolve import Problem


def draw_assumptions(problem: Problem, assumptions: Ints) -> dict[str, Floats]:
    """Draw the ranged numbers as runs draw them.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    assumptions : ndarray of int, shape (n,)
        Indices of the draws.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        Values by path, in the order of the ranges.
    """
    priors = problem.priors
    theta, draws = np.empty(priors.base.size), np.empty(priors.place.size)
    places = np.union1d(priors.place, priors.pool.place)
    values = np.empty((places.size, assumptions.size))
    for k, index in enumerate(assumptions.tolist()):
        draw_theta(priors, index, draws, theta)
        values[:, k] = theta[places]
    return {problem.paths[place]: column for place, column in zip(places, values, strict=True)}


def draw_experts(problem: Problem, assumptions: Ints) -> Ints:
    """Draw the expert of each assumption index, as runs do; the index is that of `problem.experts`."""
    key, count = problem.priors.pool.chooser[0], len(problem.experts)
    return np.array([choose_expert(uniform(key, index, 0, 0), count) for index in assumptions.tolist()], np.int64)


def build_assumption_schema(paths: list[str]) -> pa.Schema:
    """Build the schema of the table of assumptions: `run`, `assumption`, then a column a ranged number, by its path."""
    import pyarrow as pa

    index = [("run", pa.int64()), ("assumption", pa.int64())]
    return pa.schema([*index, *((path, pa.float64()) for path in paths)])


def build_assumption_table(run: Ints, assumptions: Ints, values: dict[str, Floats]) -> pa.Table:
    """Build the table of assumptions.

    Parameters
    ----------
    run, assumptions : ndarray of int, shape (n,)
        Number of each run, and the index that addresses its ranged numbers.
    values : dict of str to ndarray of float, shape (n,)
        What was drawn, by path.

    Returns
    -------
    pyarrow.Table
        One row a run, under `build_assumption_schema`.
    """
    import pyarrow as pa

    columns = [encode_numbers(run), encode_numbers(assumptions), *map(encode_numbers, values.values())]
    return pa.Table.from_arrays(columns, schema=build_assumption_schema(list(values)))
