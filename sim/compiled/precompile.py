"""The first run on a machine: the engine is compiled, in two processes where there are two processors.

Numba compiles under one lock a process. A second process compiles half of the function table and leaves it in the disk
cache; this process compiles the other half meanwhile, and the kernel that calls them all. Of several processes that
start at once, one compiles under a lock of the cache folder; the others wait, and take over if it dies.
"""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from sim.compiled.kernel import simulate
from sim.compiled.memory.buffer import Buffer, needed
from sim.compiled.memory.function_table import address
from sim.core.columns import round_width, run_width
from sim.core.jit import READY, cache_folder, cache_refusals
from sim.scenario.resolve import Problem

_HERE = frozenset({"draw_incidents", "exchange", "surplus_of_many"})
"""What this process compiles, besides the kernel: about half of the work."""

_ONE_AT_A_TIME = threading.Lock()
"""Threads that want the same code wait for the first of them, where each would start a second process of its own."""

HELPER_SECONDS = 120.0
"""How long this process waits for the second one; then it ends it and compiles everything itself."""


def compile_functions(names: Collection[str]) -> None:
    """Compile functions of the table: the second process's half."""
    with _ignore_garbage():
        for name in names:
            address(name)


def is_compiled(problem: Problem) -> bool:
    """Whether all that a scenario calls has been compiled on this machine and kept."""
    folder = cache_folder()
    return folder is not None and _mark(folder, problem).exists()


def _mark(folder: Path, problem: Problem) -> Path:
    """The file that says that all which a scenario calls is compiled."""
    return folder / f"{READY}{len(needed(problem))}"


def precompile(problem: Problem) -> None:
    """Compile the kernel and the functions a scenario calls, unless they are on disk or nothing can be kept there."""
    folder = cache_folder()
    if folder is None:
        return
    calls = needed(problem)
    ready = _mark(folder, problem)
    if ready.exists():
        return
    with _ONE_AT_A_TIME, _lock(folder):
        if ready.exists():  # another thread or process compiled while this one waited
            return
        for refusal in cache_refusals():
            print(f"parley: {refusal}; compiled code is kept in {folder.parent}", file=sys.stderr)
        if sys.stderr.isatty():
            print("Compiling the engine for this machine: once, less than half a minute …", file=sys.stderr)
        there = sorted(calls - _HERE)
        helper = _second_process(there) if (os.cpu_count() or 1) > 1 else None
        try:
            compile_functions(sorted(calls if helper is None else calls & _HERE))
            with _ignore_garbage():
                _kernel(problem, Buffer(problem))
            if helper is not None:
                helper.wait(timeout=HELPER_SECONDS)
        except subprocess.TimeoutExpired:
            compile_functions(there)
        finally:
            if helper is not None:
                helper.kill()
                helper.wait()
        with contextlib.suppress(OSError):  # the disk is full: the code is in memory
            ready.touch()


@contextlib.contextmanager
def _ignore_garbage() -> Iterator[None]:
    """Collect no garbage while code is compiled: nearly all that numba makes stays, and the search takes a tenth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the lock under which one process compiles; the system frees it however that process ends."""
    from filelock import FileLock, Timeout  # slow to import and seldom needed

    lock = FileLock(folder / "compile.lock")
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print("parley: another process is compiling the engine; waiting for it …", file=sys.stderr)
            lock.acquire()
    except (OSError, NotImplementedError):  # a full disk, or a file system without locks: each compiles for itself
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _kernel(problem: Problem, memory: Buffer) -> None:
    """Compile the kernel by simulating no run: it calls no function of the table, so none need be compiled yet."""
    none = np.zeros(0, dtype=np.int64)
    runs = np.empty((0, run_width(problem.structure)))
    rounds = np.empty((0, round_width(problem.structure)))
    simulate(memory.bare, problem.priors, none, none.copy(), runs, rounds, none.copy())


def _second_process(names: Collection[str]) -> subprocess.Popen[bytes] | None:
    """A process that compiles the other half; None where none can be started (this one then does it all)."""
    try:
        return subprocess.Popen(
            build_command(names), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None


def build_command(names: Collection[str]) -> list[str]:
    """Build the command of the second process: these packages come first, and the working folder does not count."""
    root = str(Path(__file__).resolve().parents[2])
    code = f"import sys; sys.path.insert(0, {root!r})\n"
    code += f"from sim.compiled.precompile import compile_functions; compile_functions({sorted(names)!r})"
    return [sys.executable, "-P", "-c", code]
