"""The first time on a machine, or for a cast: the engine is compiled, in two processes where there are two processors.

Numba compiles under one lock a process. A second process compiles half of what is compiled apart and leaves it in the
disk cache; this process compiles the other half meanwhile, and the kernel that calls them all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path

import numpy as np

from sim.compiled import cache_folder
from sim.engine.apart import address
from sim.engine.kernel import simulate
from sim.engine.memory import Buffer, cast_of, needed
from sim.engine.tailoring import ANY, Known, MemoryType
from sim.outcomes import ROUND, run_width
from sim.scenario.resolve import Problem

_HERE = frozenset({"happen", "exchange", "surplus_of_many"})
"""What this process compiles, besides the kernel: about half of the work."""


_ONE_AT_A_TIME = threading.Lock()
"""Threads that want the same code wait for the first of them, where each would start a second process of its own."""


def compile_there(names: Collection[str], known: Known) -> None:
    """The second process's half, for memories of which `known` is known."""
    for name in names:
        address(name, MemoryType(known))


def warm(problem: Problem, tailored: bool = False) -> None:
    """Compile the kernel and what a scenario calls, unless it is on disk already or nothing can be kept there.

    Once for every scenario, or `tailored`: once more for all scenarios with this cast.
    """
    folder = cache_folder()
    if folder is None:
        return
    calls, kind = needed(problem), cast_of(problem) if tailored else ANY
    ready = folder / f"ready-{len(calls)}-{kind.digest}"
    if ready.exists():
        return
    with _ONE_AT_A_TIME:
        if ready.exists():  # another thread has been waited for
            return
        if sys.stderr.isatty():
            whose = "scenarios with as many parties, issues …" if tailored else "this machine"
            print(f"Compiling the engine for {whose}: once, less than half a minute …", file=sys.stderr)
        there = sorted(calls - _HERE)
        helper = _second_process(there, kind.known) if (os.cpu_count() or 1) > 1 else None
        for name in sorted(calls if helper is None else calls & _HERE):
            address(name, kind)
        _kernel(problem, Buffer(problem, tailored))
        if helper is not None:
            helper.wait()
        ready.touch()


def _kernel(problem: Problem, memory: Buffer) -> None:
    """The kernel, made to run no run: it calls nothing, so that no function need stand in its memory yet."""
    none = np.zeros(0, dtype=np.int64)
    runs = np.empty((0, run_width(problem.structure.baskets, problem.structure.parties)))
    simulate(memory.bare, problem.priors, none, none.copy(), runs, np.empty((0, len(ROUND))), none.copy())


def _second_process(names: Collection[str], known: Known) -> subprocess.Popen[bytes] | None:
    """A process that compiles the other half; None where none can be started (this one then does it all)."""
    there = f"from sim.engine.warming import compile_there; compile_there({names!r}, {known!r})"
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
