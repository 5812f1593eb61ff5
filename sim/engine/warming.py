"""The first time on a machine: the kernel is compiled, in two processes where there are two processors.

Numba compiles under one lock a process. A second process compiles half of what the kernel calls and leaves it in the
disk cache; this process compiles the other half meanwhile and then puts both together.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from numba import types

from sim.compiled import cache_folder
from sim.engine import bargaining, closing, delivery, gap, meeting, party, reassessment, state, texts

_INT, _FLOAT = types.int64, types.float64
_TIMES = (_INT, _INT, _INT, _FLOAT)

_HERE: list[tuple[Any, tuple[Any, ...]]] = [
    (state.begin, (_INT,)),
    (gap.elapse, (_INT, _INT, _INT)),
    (gap.happen, (*_TIMES, _FLOAT)),
    (delivery.implement, _TIMES),
    (reassessment.reassess, _TIMES),
    (gap.resume, (_INT,)),
    (meeting.convene, (_INT, _INT, _INT)),
    (meeting.set_agenda, (_INT,)),
    (party.concede, (_INT,)),
    (bargaining.exchange, (_INT, _INT, _INT, _INT)),
    (bargaining.listen, (_INT,)),
    (closing.conclude, (_INT, _INT, _INT, _INT)),
]
_THERE: list[tuple[Any, tuple[Any, ...]]] = [
    (texts.mediate, (_INT, _INT, _INT, _INT)),
    (closing.has_zone, (_INT, _INT)),
    (closing.pareto_distance, (_INT, _INT)),
    (closing.nash_distance, (_INT, _INT)),
    (closing.party_utility, (_INT, _INT)),
    (closing.blocked, (_INT, _INT, types.boolean)),
]


def compile_there() -> None:
    """The second process's half."""
    for function, signature in _THERE:
        function.compile(signature)


def warm() -> None:
    """Compile what the kernel calls, unless it is on disk already or nothing can be kept there."""
    folder = cache_folder()
    if folder is None or (folder / "ready").exists():
        return
    if sys.stderr.isatty():
        print("Compiling the engine for this machine: once, about half a minute …", file=sys.stderr)
    helper = _second_process() if (os.cpu_count() or 1) > 1 else None
    for function, signature in _HERE:
        function.compile(signature)
    if helper is not None:
        helper.wait()
    (folder / "ready").touch()


def _second_process() -> subprocess.Popen[bytes] | None:
    """A process that compiles the other half; None where none can be started (this one then does it all)."""
    command = [sys.executable, "-c", "from sim.engine.warming import compile_there; compile_there()"]
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
