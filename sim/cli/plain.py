"""Few runs where nothing is compiled yet: the whole command in plain Python, which ends sooner than compiling would."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

FEW = 50
"""Number of runs up to which plain Python is the faster way: a quarter of a second a run at most, start not counted."""


def restart_in_plain_python(command: Sequence[str] | None, n: int) -> None:
    """Replace this process by the same command in plain Python, if it has few runs and nothing is compiled.

    The numbers are the same. It returns where nothing is to be gained, or the system cannot replace a process.

    Parameters
    ----------
    command : sequence of str or None
        Interpreter and arguments that started this process; None where a program calls the verb.
    n : int
        Number of runs.
    """
    if command is None or n > FEW or os.name != "posix":
        return
    from sim.core.jit import PLAIN, has_compiled

    if PLAIN or has_compiled():
        return
    if sys.stderr.isatty():
        print(
            f"Nothing is compiled on this machine yet. For {n} runs plain Python takes less time, some seconds "
            "(same numbers) …",
            file=sys.stderr,
        )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    if not sys.flags.safe_path:
        environment.pop("PYTHONSAFEPATH", None)  # `main` sets it for processes that it starts
    os.execve(sys.executable, [sys.executable, *command[1:]], environment)
