"""Compiled code on disk: found again, never stale, never needed; safe in forked and spawned processes and in threads.

Stale code is looked for in a copy of the package, with a kernel of one line in place of the whole engine.
"""

from __future__ import annotations

import importlib.util
import json
import math
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.compiled import precompile
from sim.core import jit
from sim.results.plan import plan
from tests.equivalence.engines import rows, same

ROOT = Path(__file__).resolve().parents[2]
TINY = """
from sim.core.jit import rule
from sim.rules import convening


@rule
def kernel(odds: float) -> float:
    return 10.0 * convening.chance(odds)
"""
NAIVE = TINY.replace("from sim.core.jit import rule", "import numba\nrule = numba.njit(cache=True)")
REPORT = """
import json
from sim.core.jit import _CACHE, source_hash
from sim.compiled.tiny import kernel
value = kernel(0.0)
print(json.dumps([value, source_hash(), str(_CACHE), len(kernel.stats.cache_hits)]))
"""
NOWHERE = """
import tempfile
tempfile._candidate_tempdir_list = lambda: [{0!r}]
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package with the tiny kernel in the engine's place."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=ignored)
    shutil.rmtree(tmp_path / "sim" / "compiled")
    (tmp_path / "sim" / "compiled").mkdir()
    (tmp_path / "sim" / "compiled" / "__init__.py").write_text("")
    (tmp_path / "sim" / "compiled" / "tiny.py").write_text(TINY)
    return tmp_path


def run(package, before="", **environment):
    """Value, source hash, cache folder and cache hits of the tiny kernel in a process of its own."""
    given = {"PARLEY_CACHE_DIR": str(package / "cache"), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", before + REPORT],
        cwd=package,
        env=kept | given,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def edit(package):
    """Change a rule in another file than the kernel's: the chance at even odds becomes 1/4 instead of 1/2."""
    file = package / "sim" / "rules" / "convening.py"
    source = file.read_text(encoding="utf-8")
    head, tail = source.split("def chance(", 1)
    body = tail.index("    return ")
    line = tail[body:].split("\n", 1)
    changed = line[0].replace("return ", "return 0.5 * (", 1) + ")"
    file.write_text(head + "def chance(" + tail[:body] + changed + "\n" + line[1], encoding="utf-8")


def test_compiled_code_is_found_again(package):
    first, second = run(package), run(package)
    assert first[0] == second[0] == 5.0
    assert first[1:3] == second[1:3] and first[2].startswith(str(package / "cache"))
    assert (first[3], second[3]) == (0, 1)


def test_a_rule_edited_in_another_file_takes_effect(package):
    before = run(package)
    edit(package)
    after = run(package)
    assert (before[0], after[0]) == (5.0, 2.5)
    assert before[1] != after[1] and before[2] != after[2]


def test_the_plain_cache_would_serve_stale_code(package):
    """The negative control: numba's own key looks at the kernel's file only."""
    (package / "sim" / "compiled" / "tiny.py").write_text(NAIVE)
    environment = {"NUMBA_CACHE_DIR": str(package / "naive")}
    before = run(package, **environment)
    edit(package)
    assert run(package, **environment)[0] == before[0] == 5.0


def test_every_source_of_compiled_code_counts(package, monkeypatch):
    monkeypatch.setenv("PARLEY_CACHE_DIR", str(package / "cache"))
    spec = importlib.util.spec_from_file_location("copied", package / "sim" / "core" / "jit.py")
    copied = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copied)
    seen = {copied.source_hash()}
    sources = ["core/jit.py", "core/fields.py", "rules/trust.py", "solvers/simplex.py", "compiled/tiny.py"]
    assert {Path(file).parts[0] for file in sources} == set(jit.SOURCES)
    for file in sources:
        with (package / "sim" / file).open("a", encoding="utf-8") as source:
            source.write("\n# another version\n")
        assert copied.source_hash() not in seen, file
        seen.add(copied.source_hash())


def test_with_no_named_folder_the_users_cache_then_the_temporary_folder_is_taken(package):
    blocked = package / "a-file"
    blocked.write_text("")
    nowhere = str(blocked / "below")
    home = run(package, PARLEY_CACHE_DIR=nowhere, XDG_CACHE_HOME="", HOME=str(package / "home"))
    assert home[2].startswith(str(package / "home" / ".cache" / "parley"))
    (package / "tmp").mkdir()
    temporary = run(package, PARLEY_CACHE_DIR=nowhere, XDG_CACHE_HOME=nowhere, TMPDIR=str(package / "tmp"))
    assert temporary[2].startswith(str(package / "tmp"))
    assert home[0] == temporary[0] == 5.0


def test_with_no_writable_folder_anywhere_it_still_works(package):
    """A path below a regular file cannot be written by anyone, root included."""
    blocked = package / "a-file"
    blocked.write_text("")
    nowhere = str(blocked / "below")
    places = {"PARLEY_CACHE_DIR": nowhere, "XDG_CACHE_HOME": nowhere, "HOME": nowhere, "TMPDIR": nowhere}
    assert run(package, NOWHERE.format(nowhere), **places)[0::2] == [5.0, "None"]


RIVER = ("river-border", 60, 3, "compiled")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_forked_and_spawned_processes_give_equal_rows(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not know `{method}`")
    here = rows(*RIVER)
    with multiprocessing.get_context(method).Pool(2) as pool:
        for there in pool.starmap(rows, [RIVER, RIVER]):
            assert same(here, there)


def test_concurrent_threads_give_equal_rows():
    """Two browser tabs: each thread starts an ensemble with worker threads of its own."""
    here = rows(*RIVER)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(rows, *RIVER, workers=2, chunk=7) for _ in range(8)]
        assert all(same(here, job.result()) for job in jobs)


def test_threads_that_want_the_same_code_have_it_compiled_once(monkeypatch, tmp_path):
    """Each would else start a second process of its own; compiling is stood in for, so that it takes no minute."""
    problem, started, jit = plan("river-border", 1).problem, list[list[str]](), list[str]()

    class Helper:
        def kill(self):
            pass

        def wait(self, timeout=None):
            time.sleep(0.2)  # the others arrive meanwhile, and find nothing ready yet

    monkeypatch.setattr(precompile, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(precompile, "_second_process", lambda names: started.append(names) or Helper())
    monkeypatch.setattr(precompile, "address", jit.append)
    monkeypatch.setattr(precompile, "_kernel", lambda *given: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: precompile.precompile(problem), range(4)))
    assert len(started) == 1 and len(set(jit)) == len(jit) > 0


def test_the_kernels_value_is_the_rules():
    from sim.rules import convening

    assert convening.chance(0.0) == 0.5 and math.isclose(convening.chance(math.log(3.0)), 0.75)


def test_threads_share_numbas_one_setting_in_turn():
    """A second thread does not find, and put back, the folder that the first has set for itself."""
    from numba.core import config

    from sim.core import jit

    before, inside, leave, second = config.CACHE_DIR, threading.Event(), threading.Event(), threading.Event()

    def hold():
        with jit._cache_set():
            inside.set()
            leave.wait(60)

    def follow():
        with jit._cache_set():
            second.set()

    threads = [threading.Thread(target=hold), threading.Thread(target=follow)]
    threads[0].start()
    assert inside.wait(60)
    threads[1].start()
    assert not second.wait(0.5), "the second waits as long as the first holds the setting"
    leave.set()
    for thread in threads:
        thread.join(60)
    assert second.is_set() and before == config.CACHE_DIR
