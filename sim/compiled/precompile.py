"""The first run on a machine: the engine is compiled, in two processes where there are two processors.

Numba compiles under one lock a process. A second process compiles half of the function table and leaves it in the disk
cache; this process compiles the other half meanwhile, and the kernel that calls them all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path

import numpy as np

from sim.compiled.kernel import simulate
from sim.compiled.memory.buffer import Buffer, needed
from sim.compiled.memory.function_table import address
from sim.core.columns import round_width, run_width
from sim.core.jit import cache_folder
from sim.scenario.resolve import Problem

_HERE = frozenset({"draw_incidents", "exchange", "surplus_of_many"})
"""What this process compiles, besides the kernel: about half of the work."""


_ONE_AT_A_TIME = threading.Lock()
"""Threads that want the same code wait for the first of them, where each would start a second process of its own."""


def compile_functions(names: Collection[str]) -> None:
    """Compile functions of the table: the second process's half."""
    for name in names:
        address(name)


def precompile(problem: Problem) -> None:
    """Compile the kernel and the functions a scenario calls, unless they are on disk or nothing can be kept there."""
    folder = cache_folder()
    if folder is None:
        return
    calls = needed(problem)
    ready = folder / f"ready-{len(calls)}"
    if ready.exists():
        return
    with _ONE_AT_A_TIME:
        if ready.exists():  # another thread compiled while this one waited
            return
        if sys.stderr.isatty():
            print("Compiling the engine for this machine: once, less than half a minute …", file=sys.stderr)
        there = sorted(calls - _HERE)
        helper = _second_process(there) if (os.cpu_count() or 1) > 1 else None
        compile_functions(sorted(calls if helper is None else calls & _HERE))
        _kernel(problem, Buffer(problem))
        if helper is not None:
            helper.wait()
        ready.touch()


def _kernel(problem: Problem, memory: Buffer) -> None:
    """Compile the kernel by simulating no run: it calls no function of the table, so none need be compiled yet."""
    none = np.zeros(0, dtype=np.int64)
    runs = np.empty((0, run_width(problem.structure)))
    simulate(
        memory.bare, problem.priors, none, none.copy(), runs, np.empty((0, round_width(problem.structure))), none.copy()
    )


def _second_process(names: Collection[str]) -> subprocess.Popen[bytes] | None:
    """A process that compiles the other half; None where none can be started (this one then does it all)."""
    there = f"from sim.compiled.precompile import compile_functions; compile_functions({names!r})"
    command = [sys.executable, "-c", there]
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
