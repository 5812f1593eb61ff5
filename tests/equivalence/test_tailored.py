"""Code tailored to a cast gives the rows of the other engines, is for that cast alone and knows none of its numbers."""

from __future__ import annotations

from random import Random

import numba
import pytest

import sim.ensemble
from experiments.parts import engine_of
from experiments.prepared import Setup
from experiments.spec import read_experiment
from sim.engine.memory import Buffer, cast_of, sizes, view
from sim.engine.tailoring import ANY, Memory
from sim.ensemble import TAILORED_FROM, plan
from sim.scenario.load import load, shipped
from tests.equivalence.engines import rows, same
from tests.equivalence.worlds import loaded, world

RIVER = "river-border"


def test_the_rows_are_the_same():
    assert same(rows(RIVER, 60, 0, "tailored"), rows(RIVER, 60, 0, "mesa"))


def test_they_are_the_same_however_the_work_is_divided():
    whole = rows(RIVER, 300, 5, "tailored")
    assert same(whole, rows(RIVER, 300, 5, "tailored", workers=2, chunk=77))
    assert same(whole, rows(RIVER, 300, 5, "compiled"))


def test_another_number_is_played_by_the_same_code():
    """Were numbers taken for granted, these runs would be those of the scenario as it was."""
    changes = {"incidents.boat_clash.rate": 0.3, "calendar.max_steps": 30, "calendar.exchanges_per_round": 2}
    moved = load(RIVER, changes)
    assert cast_of(plan(moved, 1).problem) == cast_of(plan(RIVER, 1).problem)
    found = rows(moved, 60, 0, "tailored")
    assert same(found, rows(moved, 60, 0, "mesa"))
    assert not same(found, rows(RIVER, 60, 0, "tailored"))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", shipped())
def test_shipped_scenarios(scenario):
    assert same(rows(scenario, 200, 0, "tailored"), rows(scenario, 200, 0, "mesa"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_worlds(seed):
    scenario = loaded(world(Random(1000 + seed)))
    assert same(rows(scenario, 40, seed, "tailored"), rows(scenario, 40, seed, "mesa"))


def test_a_cast_is_how_many_there_are_and_not_who_or_how_much():
    casts = [cast_of(plan(name, 1, seed).problem) for name in shipped() for seed in (0, 1)]
    assert casts[0::2] == casts[1::2]
    assert len(set(casts)) == len(shipped())
    worlds = [plan(loaded(world(Random(k))), 1).problem for k in range(40)]
    counts = {problem.structure[: problem.structure._fields.index("levels")] for problem in worlds}
    assert len(set(map(cast_of, worlds))) >= len(counts) > 30


@numba.njit
def told(mem):
    return sizes(mem).parties, view.trust(mem).shape[0]


def test_what_is_known_is_not_looked_up():
    """The control: where the memory says otherwise, tailored code does not notice, and code for any scenario does."""
    buffer, other = Buffer(plan(RIVER, 1).problem), cast_of(plan("istanbul-2025", 1).problem)
    assert told(Memory(buffer.bare, ANY)) == (3, 3)
    assert told(Memory(buffer.bare, other)) == (2, 2)


def test_auto_tailors_where_it_pays(monkeypatch):
    assert plan(RIVER, 100).engine == "compiled" and TAILORED_FROM > 100
    monkeypatch.setattr(sim.ensemble, "TAILORED_FROM", 100)
    assert [plan(RIVER, n).engine for n in (99, 100)] == ["compiled", "tailored"]
    assert plan(RIVER, 100, engine="compiled").engine == "compiled"


def test_a_large_sweep_tailors_to_the_bases_cast_only(monkeypatch):
    asked = {"experiment": "large", "scenario": RIVER, "runs": 50, "factors": {"calendar.horizon": [200, 300]}}
    setup = Setup.of(read_experiment(asked))
    moved, fewer = setup.ready(setup.points[1]), plan("generic-crisis", 1).problem
    assert engine_of(setup, moved) == "compiled"
    monkeypatch.setattr(sim.ensemble, "TAILORED_FROM", 100)
    assert [engine_of(setup, problem) for problem in (moved, fewer)] == ["tailored", "compiled"]
    explicit = Setup.of(read_experiment({**asked, "engine": "tailored"}))
    assert engine_of(explicit, fewer) == "tailored"
