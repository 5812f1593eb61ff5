"""What is compiled apart is what the table of addresses names, and only what a scenario can call stands in it."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

from sim.compiled import kernel
from sim.compiled.memory import function_table
from sim.compiled.memory.buffer import Buffer, needed
from sim.compiled.memory.function_table import CALLS, MANY
from sim.scenario.load import load
from sim.scenario.resolve import resolve

SOURCES = [path.read_text(encoding="utf-8") for path in sorted(Path(kernel.__file__).parent.rglob("*.py"))]


def decorated() -> list[str]:
    functions = [
        node for source in SOURCES for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)
    ]
    entries = ("table_entry",)
    return [f.name for f in functions if any(isinstance(d, ast.Name) and d.id in entries for d in f.decorator_list)]


def test_every_function_compiled_apart_has_its_place_and_every_place_its_function():
    assert sorted(decorated()) == sorted(CALLS)
    assert set(CALLS) >= MANY


@pytest.mark.parametrize("scenario", ["istanbul-2025", "generic-crisis"])
def test_solvers_for_three_and_more_are_not_compiled_for_two(scenario):
    problem = resolve(load(scenario).scenario, 0)
    assert not needed(problem) & MANY
    buffer = Buffer(problem)
    assert buffer.address == buffer.words.ctypes.data
    assert {name for name, word in zip(CALLS, buffer.words, strict=False) if word} == set(CALLS) - MANY


def test_a_third_stake_in_one_basket_calls_for_them():
    problem = resolve(load("istanbul-2025").scenario, 0)
    stake = problem.structure.stake[[0, 1, 1]]
    three = dataclasses.replace(problem, structure=problem.structure._replace(stake=stake))
    assert needed(three) == set(CALLS)


def test_a_function_that_the_table_does_not_name_is_refused():
    def stray(mem: int) -> None: ...

    with pytest.raises(ValueError, match="not in"):
        function_table.table_entry(stray)
