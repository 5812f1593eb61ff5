"""Tables are the same however the work is divided: chunks, threads, processes, order, and indices given or implied."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.columns import RUN
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan
from sim.rules.assumption import draw_theta
from tests.equivalence.engines import rows, same

RIVER = "river-border"


@pytest.fixture(scope="module")
def whole():
    return rows(RIVER, 300, 5, "compiled")


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("chunk", [1, 7, 299, 300, 1000])
def test_chunks_and_threads_change_nothing(whole, chunk, workers):
    assert same(whole, rows(RIVER, 300, 5, "compiled", chunk=chunk, workers=workers))


@pytest.mark.parametrize(("chunk", "workers"), [(3, 1), (7, 2)])
def test_chunks_and_processes_change_nothing_on_the_mesa_engine(chunk, workers):
    assert same(rows(RIVER, 40, 5, "compiled"), rows(RIVER, 40, 5, "mesa", chunk=chunk, workers=workers))


def test_tables_too_are_the_same():
    first, second = (run_ensemble(RIVER, 200, 5, workers=w, chunk=c) for w, c in ((1, 200), (2, 13)))
    assert first.run_table.equals(second.run_table)
    assert first.round_table.equals(second.round_table)


def test_a_shorter_ensemble_is_the_start_of_a_longer_one(whole):
    assert np.array_equal(rows(RIVER, 120, 5, "compiled").runs, whole.runs[:120], equal_nan=True)


def test_runs_in_another_order_are_the_same_runs(whole):
    order = np.random.default_rng(1).permutation(300)
    shuffled = rows(RIVER, None, 5, "compiled", assumptions=order, fates=order)
    assert np.array_equal(shuffled.runs, whole.runs[order], equal_nan=True)
    assert np.array_equal(shuffled.rows, whole.rows[order])


def test_seed_0_is_a_seed():
    default, zero, one = (rows(RIVER, 50, seed, "compiled") for seed in (0, 0, 1))
    assert same(default, zero)
    assert not same(zero, one)
    assert not (zero.runs[:, RUN.GAP_OPEN] == one.runs[:, RUN.GAP_OPEN]).any()


def test_runs_beside_one_another_leave_no_trace():
    """A run's rows do not depend on what the worker's memory held before it."""
    alone = rows(RIVER, None, 5, "compiled", assumptions=[17], fates=[17])
    after = rows(RIVER, None, 5, "compiled", assumptions=[3, 250, 17], fates=[8, 250, 17])
    assert np.array_equal(alone.runs[0], after.runs[2], equal_nan=True)


def theta(assumption):
    problem = plan(RIVER, 1, 5).problem
    flat = np.zeros(len(problem.paths))
    draw_theta(problem.priors, assumption, np.empty_like(problem.priors.low), flat)
    return flat


def test_the_assumption_index_alone_decides_ranged_numbers():
    assert np.array_equal(theta(3), theta(3), equal_nan=True)
    assert not np.array_equal(theta(3), theta(4), equal_nan=True)
    by_assumption = rows(RIVER, None, 5, "compiled", assumptions=[3] * 40, fates=range(40))
    by_fate = rows(RIVER, None, 5, "compiled", assumptions=range(40), fates=[3] * 40)
    at = 3  # the one run that both ensembles hold
    assert np.array_equal(by_assumption.runs[at], by_fate.runs[at], equal_nan=True)
    # One assumption, other fates: other runs. One fate, other assumptions: other runs.
    assert len(np.unique(by_assumption.runs[:, RUN.GAP_OPEN])) > 35
    assert len(np.unique(by_fate.runs[:, RUN.GAP_OPEN])) > 35


def test_the_same_fate_meets_other_assumptions_with_the_same_draws():
    """All numbers at fixed values: the assumption index is without effect, and only the fate index is left."""
    job = plan(RIVER, 1, 5)
    fixed = {path: float(job.problem.priors.base[n]) for n, path in enumerate(job.problem.paths) if n in _ranged(job)}
    changes = {_written(path, job): value for path, value in fixed.items()}
    a = rows(job.loaded.with_changes(changes), None, 5, "compiled", assumptions=[0, 1, 2], fates=[9, 9, 9])
    assert np.array_equal(a.runs[0], a.runs[1], equal_nan=True) and np.array_equal(a.runs[1], a.runs[2], equal_nan=True)
    b = rows(job.loaded.with_changes(changes), None, 5, "compiled", assumptions=[0, 0, 0], fates=[9, 10, 11])
    assert np.array_equal(a.runs[0], b.runs[0], equal_nan=True)
    assert len(np.unique(b.runs[:, RUN.GAP_OPEN])) == 3


def _ranged(job):
    return set(job.problem.priors.place.tolist())


def _written(path, job):
    """A path of the layout as scenario files write it."""
    steps = path.split(".")
    if steps[0] == "baskets" and steps[2] in job.loaded.scenario.baskets[steps[1]].obligations:
        return ".".join([*steps[:2], "obligations", *steps[2:]])
    if steps[0] == "parties" and steps[2] in job.loaded.scenario.parties[steps[1]].ratifiers:
        return ".".join([*steps[:2], "ratifiers", *steps[2:]])
    return path


def test_nested_designs():
    """Outer assumptions, inner fates: the block of one assumption does not depend on what other blocks there are."""
    outer, inner = 12, 25
    indices = {"assumptions": np.repeat(np.arange(outer), inner), "fates": np.tile(np.arange(inner), outer)}
    nested = rows(RIVER, None, 5, "compiled", **indices)
    one = rows(RIVER, None, 5, "compiled", assumptions=[7] * inner, fates=range(inner))
    assert np.array_equal(nested.runs[7 * inner : 8 * inner], one.runs, equal_nan=True)
    mesa = rows(RIVER, None, 5, "mesa", assumptions=[7] * inner, fates=range(inner))
    assert same(one, mesa)
