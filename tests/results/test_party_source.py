"""Fingerprints see the source of a party class, and every coefficient; what cannot be hashed is said aloud."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sim
from sim.core.fields import COEFFICIENTS
from sim.results.manifest import NOT_HASHABLE, compute_fingerprint, manifest
from sim.results.party_source import hash_class, read_source
from sim.results.plan import plan
from sim.scenario.numbers import iterate_numbers

SOURCE = '''
import math
import numpy as np
import sim

LIMIT = 0.5
TABLE = np.arange(5000.0)
STEPS = [1, 2]

def least(x):
    return min(x, LIMIT)

class Base(sim.Party):
    share = 0.25

    def concede(self):
        return least(self.share)

class Mine(Base):
    """Concedes."""

    def __init__(self, *a, **k):
        super().__init__(*a, **k)

    @property
    def pace(self):
        return math.pi * STEPS[0] + TABLE[0]

def create(step):
    class Inner(sim.Party):
        def concede(self):
            return step
    return Inner
'''


@pytest.fixture
def module(tmp_path: Path) -> Iterator[object]:
    """Write a module of this text and import it under a new name."""
    count = 0

    def create(text: str) -> ModuleType:
        nonlocal count
        count += 1
        path = tmp_path / f"module_{count}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("mine_of_a_user", path)
        assert spec is not None and spec.loader is not None
        result = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(result)
        return result

    yield create


def test_whatever_a_class_consists_of_changes_its_hash(module: Callable[[str], Any]) -> None:
    first = hash_class(module(SOURCE).Mine)
    assert first is not None and first == hash_class(module(SOURCE).Mine)
    changes = [
        ("share = 0.25", "share = 0.3"),  # an attribute of a base
        ("least(self.share)", "self.share"),  # a method of a base
        ("LIMIT = 0.5", "LIMIT = 0.4"),  # a number that a helper names
        ("min(x, LIMIT)", "max(x, LIMIT)"),  # a helper
        ("math.pi", "math.e"),  # a property
        ("STEPS = [1, 2]", "STEPS = [2, 2]"),  # a list of the module
        ("np.arange(5000.0)", "np.arange(5000.0) + (np.arange(5000) == 2500)"),  # one number of an array
        ("*a, **k):", "*a, own=1, **k):"),  # a default
    ]
    hashes = [hash_class(module(SOURCE.replace(*change)).Mine) for change in changes]
    assert None not in hashes and len({first, *hashes}) == len(changes) + 1
    assert hash_class(module(SOURCE.replace("def create(step)", "def create(step, more=0)")).Mine) == first, "control"


def test_classes_of_one_name_with_different_values_inside(module: Callable[[str], Any]) -> None:
    create = module(SOURCE).create
    assert hash_class(create(0.1)) != hash_class(create(0.2))
    assert hash_class(create(0.1)) == hash_class(create(0.1))


def test_what_cannot_be_hashed_is_said(tmp_path: Path) -> None:
    space: dict[str, type[sim.Party]] = {}
    exec("import sim\nclass Mine(sim.Party):\n    def concede(self):\n        return 0.0\n", space)
    assert hash_class(space["Mine"]) is None and read_source(space["Mine"]) is None
    marker = type("Marker", (sim.Party,), {"place": object()})  # its text is an address
    assert hash_class(marker) is None
    about = manifest(plan("river-border", 2, party_class=space["Mine"]))
    assert about["party_source"] == NOT_HASHABLE


def test_two_classes_have_two_fingerprints(module: Callable[[str], Any]) -> None:
    marks = []
    for text in (SOURCE, SOURCE.replace("0.25", "0.26"), SOURCE):
        about = manifest(plan("river-border", 2, party_class=module(text).Mine))
        assert about["party_class"] == "mine_of_a_user.Mine" and len(about["party_source"]) == 32
        marks.append(about["fingerprint"])
    assert marks[0] == marks[2] != marks[1]


def test_every_coefficient_changes_the_fingerprint() -> None:
    loaded = sim.load("river-border")
    numbers = {".".join(path): number for path, number in iterate_numbers(loaded.scenario)}
    marks = {compute_fingerprint(plan(loaded, 2))}
    paths = [coefficient.path for coefficient in COEFFICIENTS]
    for path in paths:
        changed = loaded.with_changes({path: 0.9 * numbers[path].mode or 0.1})
        marks.add(compute_fingerprint(plan(changed, 2)))
    assert len(paths) > 70 and len(marks) == len(paths) + 1


def test_code_whose_file_is_no_python_has_no_source(tmp_path, monkeypatch):
    """Its lines are taken from a page of text, which may end inside a bracket."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text("from sim import Party\n\nA text (that goes on\n" + "and on\n" * 5)
    scope: dict = {"__name__": "page"}
    code = "from sim import Party\nclass Own(Party):\n    def concede(self):\n        return 0.0\n"
    exec(compile(code, "page.md", "exec"), scope)
    assert hash_class(scope["Own"]) is None
