"""Named choices: labels, and a member without a branch is refused before anything runs or is compiled."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import textwrap
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import sim.agents
import sim.compiled
import sim.rules
from sim.agents import agenda, mediation
from sim.core import choices
from sim.core.choices import Choice, check_dispatchers, list_branches
from sim.core.errors import ParleyError
from sim.results.plan import chunks, plan
from sim.rules.concession import concede

for package in (sim.rules, sim.agents, sim.compiled):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        import_module(module.name)

ENGINES = ("mesa", "compiled")


def plain(function: Any) -> Any:
    """The Python function behind a compiled one."""
    return getattr(function, "py_func", function)


def full_name(function: Any) -> str:
    return f"{plain(function).__module__}.{plain(function).__qualname__}"


DISPATCHERS = list(choices.DISPATCHERS)
RULES = [function for _, function in DISPATCHERS if plain(function).__module__.startswith("sim.rules.")]
EXTENDED = Choice("ConcessionRule", "CLOCK EXPONENTIAL RECIPROCAL MIXED READINESS ZEUTHEN STUBBORN", start=0)
"""The concession rules, and one more that `concede` has no branch for."""


def test_labels():
    assert EXTENDED.labels()[-1] == "stubborn"
    assert [EXTENDED.of(label) for label in EXTENDED.labels()] == list(range(7))


def test_every_choice_of_an_engine_is_dispatched():
    names = {full_name(function) for _, function in DISPATCHERS}
    both = {f"sim.{engine}.{name}" for engine in ("agents", "compiled") for name in ("agenda.holds", "mediation.draft")}
    assert both <= names
    assert "sim.rules.concession.concede" in names
    check_dispatchers()


@pytest.mark.parametrize("name", ["ConcessionRule", "concession.ConcessionRule"])
def test_a_branch_is_a_comparison_with_a_member(name):
    source = f"""
        def choose(kind):
            if kind == {name}.CLOCK:
                return 1
            if {name}.MIXED == kind:
                return {name}.ZEUTHEN
            return other.READINESS == kind
    """
    assert list_branches(EXTENDED, source) == {"CLOCK", "MIXED"}


@pytest.fixture
def one_rule_too_many(monkeypatch):
    """Every dispatcher, and `concede` for a choice with a member more."""
    monkeypatch.setattr(choices, "DISPATCHERS", [*DISPATCHERS, (EXTENDED, concede)])


REFUSAL = "`stubborn` of ConcessionRule has no branch in sim.rules.concession.concede"


def test_a_member_without_a_branch_is_refused(one_rule_too_many):
    with pytest.raises(ParleyError) as refused:
        check_dispatchers()
    assert str(refused.value) == REFUSAL


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_without_a_branch_is_refused_when_a_scenario_is_planned(engine, one_rule_too_many):
    with pytest.raises(ParleyError, match=REFUSAL):
        plan("river-border", 1, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_dispatcher_of_an_engine_is_checked_before_its_first_run(engine, monkeypatch):
    """The engines are loaded after a scenario is resolved, so each looks again; nothing is compiled or played."""
    job = plan("river-border", 1, engine=engine)
    for place, name in (("sim.agents.pool", "play"), ("sim.compiled.pool", "precompile")):
        monkeypatch.setattr(import_module(place), name, lambda *_: pytest.fail("the engine began"))
    monkeypatch.setattr(choices, "DISPATCHERS", [*DISPATCHERS, (EXTENDED, concede)])
    with pytest.raises(ParleyError, match=REFUSAL):
        next(chunks(job))


@pytest.mark.parametrize(("choice", "function"), DISPATCHERS, ids=[full_name(function) for _, function in DISPATCHERS])
def test_a_dispatcher_has_every_branch_and_ends_in_an_error(choice, function):
    """The compiled engine's own ones return: their callers, callbacks, could not pass on an exception."""
    source = ast.parse(textwrap.dedent(inspect.getsource(plain(function)))).body[0]
    last = ast.Return if plain(function).__module__.startswith("sim.compiled.") else ast.Raise
    assert isinstance(source, ast.FunctionDef) and isinstance(source.body[-1], last)
    assert list_branches(choice, ast.unparse(source)) == {member.name for member in choice}


def argument(annotation: str, first: bool) -> Any:
    """An argument of the annotated type; 99, which no choice knows, for the first."""
    if first:
        return 99
    arrays = {"Ints": np.arange(2), "Floats": np.ones(2)}
    return arrays.get(annotation, 0.5 if annotation == "float" else 1)


@pytest.mark.parametrize("function", RULES, ids=full_name)
def test_an_unknown_number_is_an_error_of_the_python_function(function):
    annotations = [a for name, a in plain(function).__annotations__.items() if name != "return"]
    arguments = [argument(annotation, place == 0) for place, annotation in enumerate(annotations)]
    with pytest.raises(ValueError, match="unknown"):
        plain(function)(*arguments)


def test_an_unknown_number_is_an_error_in_the_mesa_engine():
    with pytest.raises(ValueError, match="unknown"):
        agenda.holds(None, 99, 0)
    structure = SimpleNamespace(text_rule=[99])
    model = SimpleNamespace(structure=structure, theta=SimpleNamespace(party_issue=np.zeros((8, 2, 2))))
    basket = SimpleNamespace(slice=slice(0, 2), size=2, members=[], index=0)
    with pytest.raises(ValueError, match="unknown"):
        mediation.draft(model, SimpleNamespace(index=0), basket)
