"""The first time on a machine: the engine is compiled, in two processes where there are two processors.

Numba compiles under one lock a process. A second process compiles half of what is compiled apart and leaves it in the
disk cache; this process compiles the other half meanwhile, and the kernel that calls them all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import numpy as np

from sim.compiled import cache_folder
from sim.engine.apart import address
from sim.engine.kernel import simulate
from sim.engine.memory import Buffer, Memory, needed
from sim.outcomes import ROUND, run_width
from sim.scenario.resolve import Problem

_HERE = frozenset({"happen", "exchange", "surplus_of_many"})
"""What this process compiles, besides the kernel: about half of the work."""


def compile_there(names: Collection[str]) -> None:
    """The second process's half."""
    for name in names:
        address(name)


def warm(problem: Problem) -> None:
    """Compile the kernel and what a scenario calls, unless it is on disk already or nothing can be kept there."""
    calls = needed(problem)
    folder = cache_folder()
    if folder is None:
        return
    ready = folder / f"ready-{len(calls)}"
    if ready.exists():
        return
    if sys.stderr.isatty():
        print("Compiling the engine for this machine: once, less than half a minute …", file=sys.stderr)
    there = sorted(calls - _HERE)
    helper = _second_process(there) if (os.cpu_count() or 1) > 1 else None
    for name in sorted(calls if helper is None else calls & _HERE):
        address(name)
    _kernel(problem)
    if helper is not None:
        helper.wait()
    ready.touch()


def _kernel(problem: Problem) -> None:
    """The kernel, made to run no run: it calls nothing, so that no address need stand in its memory yet."""
    none = np.zeros(0, dtype=np.int64)
    runs = np.empty((0, run_width(problem.structure.baskets, problem.structure.parties)))
    memory = Buffer(problem)
    begins = Memory(memory.words.ctypes.data)
    simulate(begins, problem.priors, none, none.copy(), runs, np.empty((0, len(ROUND))), none.copy())


def _second_process(names: Collection[str]) -> subprocess.Popen[bytes] | None:
    """A process that compiles the other half; None where none can be started (this one then does it all)."""
    command = [sys.executable, "-c", f"from sim.engine.warming import compile_there; compile_there({names!r})"]
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
