"""Runs before anything is compiled: few in plain Python, more with a preview of the first while code is compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.results.plan import Plan

FEW = 50
"""Number of runs up to which plain Python is the faster way: a quarter of a second a run at most, start not counted."""
PREVIEWED = 10
"""How many runs are previewed: one or two seconds of plain Python, and as much to start it."""


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


@contextmanager
def show_preview(job: Plan, scenario: str, changes: Sequence[str]) -> Iterator[None]:
    """Print how the first runs of a plan end, if a terminal waits meanwhile for code that is not compiled yet."""
    from sim.compiled.precompile import is_compiled

    on_screen = job.engine == "compiled" and job.posterior is None and sys.stderr.isatty()
    if not on_screen or is_compiled(job.problem):
        yield
        return
    root = str(Path(__file__).resolve().parents[2])
    code = f"import sys; sys.path.insert(0, {root!r}); from sim.cli.cold_start import print_preview; print_preview()"
    arguments = [scenario, str(min(job.n, PREVIEWED)), str(job.seed), *changes]
    command = [sys.executable, "-P", "-W", "ignore", "-c", code, *arguments]
    process = subprocess.Popen(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()  # what it has not printed by now is of no use
        process.wait()


def print_preview() -> None:
    """Simulate the first runs on the readable engine, and print their outcomes on the error stream."""
    from sim.cli.options import parse_changes
    from sim.results.ensemble import simulate_tables
    from sim.results.plan import plan
    from sim.tables.schema import build_run_schema
    from sim.tables.summary import Summary

    scenario, n, seed, *changes = sys.argv[1:]
    job = plan(scenario, int(n), int(seed), engine="mesa", workers=1, changes=parse_changes(changes))
    summary = Summary.from_tables(build_run_schema(job.problem.names))
    for runs, rounds in simulate_tables(job):
        summary.add(runs, rounds)
    shares = ", ".join(f"{code} {share.share:.0%}" for code, share in summary.outcome_shares().items() if share.runs)
    # The line replaces the bar of progress, which is drawn again below it.
    print(f"\r\x1b[KThe first {job.n} runs, on the readable engine meanwhile, end with: {shares}", file=sys.stderr)
