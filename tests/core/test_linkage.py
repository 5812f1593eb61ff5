"""Rules that only compiled code calls have no machine code and lie in no file; Python can call them all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = """
import json, sys
from pathlib import Path
from sim.core.jit import cache_folder, inline_part, rule
from sim.core.linkage import Linked


@inline_part
def third(x: float) -> float:
    return x / 3.0


@rule
def lower(x: float) -> float:
    return third(x) - 1.0


@rule
def upper(x: float) -> float:
    return 2.0 * lower(x)


def describe(a_rule):
    return [isinstance(result.entry_point, Linked) for result in a_rule.overloads.values()]


steps = []
for name in sys.argv[1:]:
    value = globals()[name](9.0)
    files = sorted({file.name.split("-")[0].split(".")[1] for file in cache_folder().rglob("*.nbi")})
    steps.append([value, describe(upper), describe(lower), files])
print(json.dumps(steps))
"""


@pytest.fixture
def call(tmp_path):
    """Call rules in turn in a process with an empty cache: value, whether each is linked only, and the files."""
    script = tmp_path / "rules.py"
    script.write_text(RULES)

    def run(*names):
        root = str(Path(__file__).resolve().parents[2])
        environment = {**os.environ, "PARLEY_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": root}
        environment.pop("NUMBA_DISABLE_JIT", None)
        command = [sys.executable, str(script), *names]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return run


def test_what_compiled_code_calls_is_linked_and_python_may_call_it_later(call):
    linked, called = call("upper", "lower")
    assert linked == [4.0, [False], [True], ["upper"]]
    assert called == [2.0, [False], [False], ["lower", "upper"]]


def test_what_python_called_first_keeps_its_machine_code(call):
    called, linked = call("lower", "upper")
    assert called == [2.0, [], [False], ["lower"]]
    assert linked == [4.0, [False], [False], ["lower", "upper"]]


def test_a_caller_read_from_disk_needs_no_rule(call):
    call("upper")
    assert call("upper") == [[4.0, [False], [], ["upper"]]]
