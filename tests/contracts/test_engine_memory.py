"""The compiled engine views its memory as the table of fields says; layout, schema and streams name the same things.

Compiled code is handed an address: a field read along axes it has not, or under another field's names, would give other
numbers without a word. So the sources are held against the table, and wrong sources are shown to be noticed.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sim.compiled.memory import fields
from sim.compiled.memory.buffer import Buffer
from sim.compiled.memory.fields import FIELDS, FIRST_OF_STATE, Sizes
from sim.core import layout
from sim.core.errors import ParleyError
from sim.core.layout import BLOCKS, Streams, Structure, Theta
from sim.scenario.load import load
from sim.scenario.names import Names
from sim.scenario.numbers import iterate_numbers
from sim.scenario.resolve import flat, resolve
from tests.equivalence.engines import rows
from tests.equivalence.worlds import loaded, world

ENGINE = Path(fields.__file__).parents[1]
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(ENGINE.rglob("*.py"))}
BY_NAME = {field.name: field for field in FIELDS}
FIRST_AXIS = {
    "scalar": "S",
    "count": "N",
    "party": "P",
    "party_basket": "PB",
    "basket": "B",
    "th_world": "W",
    "th_party": "PARTY",
    "th_party_issue": "PI",
    "th_dyad": "DYAD",
    "th_mediator": "MEDIATOR",
    "th_venue": "VENUE",
    "th_lever": "LEVER",
    "th_lever_party": "LEVER_PARTY",
    "th_incident": "INCIDENT",
    "th_ratifier": "RATIFIER",
}
"""Fields whose first axis is named, and the constants that name it."""

GROUPS = set(FIRST_AXIS.values())


def faults(source: str) -> list[str]:
    """Fields there are not, too many axes or places, and first axes named by another field's names."""
    found = []
    for function in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]:
        found += [f"{function.name}: {fault}" for fault in _strips_wrong(function)]
        views = dict(_views(function))
        found += [f"{function.name}: {name}" for name, _ in views.values() if name not in BY_NAME]
        bound = {variable: name for name, variable in views.values() if variable and name in BY_NAME}
        found += [f"{function.name}: {fault}" for fault in _named_wrong(function, bound)]
    return found


def _field_of(node: ast.AST, module: str) -> str | None:
    """The field that a call of `module.field(mem, …)` is about."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == module):
        return None
    assert isinstance(node.args[0], ast.Name) and node.args[0].id == "mem"
    return node.func.attr


def _views(function: ast.FunctionDef) -> Iterator[tuple[int, tuple[str, str | None]]]:
    """Every view a function takes: the field, and the variable it is bound to if it is bound."""
    bound: dict[int, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets, value = node.targets[0], node.value
            pairs = [(targets, value)]
            if isinstance(targets, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(targets.elts, value.elts, strict=True))
            bound |= {id(v): t.id for t, v in pairs if isinstance(t, ast.Name)}
    for node in ast.walk(function):
        name = _field_of(node, "view")
        if name is not None:
            yield id(node), (name, bound.get(id(node)))


def _strips_wrong(function: ast.FunctionDef) -> Iterator[str]:
    """Strips of fields there are not, at too many or too few places, or named by another field's names."""
    for node in ast.walk(function):
        name = _field_of(node, "strip")
        if name is None:
            continue
        assert isinstance(node, ast.Call)
        places = node.args[1]
        assert isinstance(places, ast.Tuple)
        first = places.elts[0] if places.elts else None
        group = first.value.id if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) else None
        right = name in BY_NAME and len(places.elts) == len(BY_NAME[name].axes) - 1
        if not right or group != FIRST_AXIS.get(name):
            yield ast.unparse(node)


def _named_wrong(function: ast.FunctionDef, bound: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in bound):
            continue
        name = bound[node.value.id]
        index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        first = index[0]
        group = first.value.id if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) else None
        if len(index) > len(BY_NAME[name].axes) or (group in GROUPS and group != FIRST_AXIS.get(name)):
            yield ast.unparse(node)


@pytest.mark.parametrize("file", SOURCES)
def test_every_field_is_there_and_read_along_its_own_axes(file):
    assert not faults(SOURCES[file])


def test_enough_is_looked_at():
    taken = {name for source in SOURCES.values() for f in _functions(source) for _, (name, _) in _views(f)}
    taken |= {name for source in SOURCES.values() for name in re.findall(r"\b(?:strip|view)\.(\w+)\(mem", source)}
    unused = {field.name for field in FIELDS} - taken
    assert len(taken) > 80
    # What no compiled code reads: keys and structure used through others, and nothing of the state.
    assert not unused & {field.name for field in FIELDS[FIRST_OF_STATE:]}


def _functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(
    "line",
    [
        "own = view.no_such_field(mem)",
        "party = view.party(mem)\n    return party[S.DAY, 0]",
        "s, n = view.scalar(mem), view.count(mem)\n    return s[N.HELD]",
        "trust = view.trust(mem)\n    return trust[0, 0, 0]",
        "caps = strip.cap(mem, (), lo, hi)",
        "caps = strip.cap(mem, (p, q), lo, hi)",
        "own = strip.th_party_issue(mem, (PB.FLOOR, p), lo, hi)",
        "own = strip.th_party_issue(mem, (p, p), lo, hi)",
        "own = strip.no_such_field(mem, (), lo, hi)",
    ],
)
def test_a_wrong_source_is_noticed(line):
    assert faults(f"def wrong(mem):\n    {line}\n")


# Layout, schema, streams, buffer: one list each, all of the same things.


NAMED_BLOCKS = {
    "world": layout.W,
    "party": layout.PARTY,
    "party_issue": layout.PI,
    "dyad": layout.DYAD,
    "mediator": layout.MEDIATOR,
    "venue": layout.VENUE,
    "lever": layout.LEVER,
    "lever_party": layout.LEVER_PARTY,
    "incident": layout.INCIDENT,
    "ratifier": layout.RATIFIER,
}


def test_blocks_are_those_that_both_engines_view():
    assert tuple(block.name for block in BLOCKS) == Theta._fields
    assert {f"th_{block.name}" for block in BLOCKS} <= set(BY_NAME)
    assert all(len(BY_NAME[f"th_{block.name}"].axes) == 1 + len(block.dims) for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_every_block_has_a_path_for_each_field_in_the_same_order(block):
    names = NAMED_BLOCKS[block.name]._fields if block.name in NAMED_BLOCKS else ("",)
    assert len(block.paths) == len(names)
    for path, name in zip(block.paths, names, strict=True):
        assert name.lower().rsplit("_", 1)[-1] in path, (path, name)
        assert set(re.findall(r"{(.)}", path)) == {str(k) for k in range(len(block.dims))}


def test_every_path_leads_to_a_number_that_a_scenario_can_have():
    unreached = {path for block in BLOCKS for path in block.paths}
    for seed in range(60):
        scenario = loaded(world(Random(seed))).scenario
        names, known = Names.of(scenario), {flat(path) for path, _ in iterate_numbers(scenario)}
        for block in BLOCKS:
            everyone = list(itertools.product(*(names.by_letter(d) for d in block.dims)))
            unreached -= {path for path in block.paths if any(path.format(*who) in known for who in everyone)}
    assert not unreached


@pytest.mark.parametrize("seed", range(12))
def test_every_number_of_a_scenario_has_its_place(seed):
    """The other way round: only counts, which are no ranged numbers, and the salience scale lie elsewhere."""
    scenario = loaded(world(Random(seed))).scenario
    placed = set(resolve(scenario, 0).paths)
    elsewhere = {flat(path) for path, _ in iterate_numbers(scenario)} - placed
    counts = {f"calendar.{name}" for name in ("postponement_limit", "exchanges_per_round", "max_steps")}
    assert {path for path in elsewhere if not path.startswith("salience_scale.")} == counts


@pytest.mark.parametrize("seed", range(12))
def test_a_buffer_holds_structure_and_keys_and_its_fields_do_not_overlap(seed):
    problem = resolve(loaded(world(Random(seed))).scenario, seed)
    buffer = Buffer(problem)
    used = np.zeros(buffer.words.size, dtype=bool)
    for n, field in enumerate(FIELDS):
        view = buffer.view(n)
        assert view.shape == field.shape(problem) and view.ndim == len(field.axes)
        for length, axis in zip(view.shape, field.axes, strict=True):
            assert axis is None or length == (getattr(problem.structure, axis) if isinstance(axis, str) else axis)
        if not field.inside:
            start = (view.ctypes.data - buffer.words.ctypes.data) // 8
            assert not used[start : start + view.size].any()
            used[start : start + view.size] = True
    for name in Structure._fields:
        given = getattr(problem.structure, name)
        if name not in Sizes._fields:
            assert np.array_equal(buffer.view(_number(name)), given), name
    for name in Streams._fields:
        assert np.array_equal(buffer.view(_number(f"key_{name}")), getattr(problem.streams, name)), name


def _number(name: str) -> int:
    return next(n for n, field in enumerate(FIELDS) if field.name == name)


# Refusals come before the kernel.


COMPILERS = {"rule", "inline_rule", "inline_part", "table_entry"}


def test_nothing_compiled_raises():
    """A phase is a callback that cannot pass on an exception."""
    compiled = []
    for file, source in SOURCES.items():
        for node in _functions(source):
            decorators = {ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list}
            if decorators & COMPILERS:
                compiled.append(node.name)
                raising = [n for n in ast.walk(node) if isinstance(n, ast.Raise | ast.Assert | ast.Try)]
                assert not raising, (file, node.name)
    assert len(compiled) > 50


@pytest.mark.parametrize(
    "change",
    [
        {"calendar.horizon": 0},
        {"calendar.gap_scale": -1},
        {"calendar.exchanges_per_round": 0},
        {"parties.northbank.concession.beta": 0},
        {"incidents.boat_clash.excites.boat_clash": 1},
        {"behaviour.trust.memory": 0},
        {"parties.northbank.issues.water.demand": 1.5},
        {"parties.northbank.issues.water.reservation": 0.95},
        {"behaviour.bargaining.width": float("nan")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_no_run_can_be_made_of_is_refused_before_any_engine(change):
    with pytest.raises(ParleyError):
        load("river-border", change)


@pytest.mark.parametrize("engine", ["mesa", "compiled"])
def test_more_incidents_than_a_gap_can_hold_are_an_error_of_the_users_in_both_engines(engine):
    crowded = load("river-border", {"incidents.boat_clash.rate": 2000.0, "incidents.boat_clash.excites.boat_clash": 0})
    with pytest.raises(ParleyError, match="lower the incident rates"):
        rows(crowded, 3, 0, engine)
