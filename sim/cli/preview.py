"""First numbers of a cold start: some runs in plain Python while the engine is being compiled."""

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

RUNS = 10
"""How many runs are previewed: one or two seconds of plain Python, and as much to start it."""


@contextmanager
def show_preview(job: Plan, scenario: str, changes: Sequence[str]) -> Iterator[None]:
    """Print how the first runs of a plan end, if a terminal waits meanwhile for code that is not compiled yet."""
    from sim.compiled.precompile import is_compiled

    on_screen = job.engine == "compiled" and job.posterior is None and sys.stderr.isatty()
    if not on_screen or is_compiled(job.problem):
        yield
        return
    root = str(Path(__file__).resolve().parents[2])
    code = f"import sys; sys.path.insert(0, {root!r}); from sim.cli.preview import main; main()"
    arguments = [scenario, str(min(job.n, RUNS)), str(job.seed), *changes]
    command = [sys.executable, "-P", "-W", "ignore", "-c", code, *arguments]
    process = subprocess.Popen(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()  # what it has not printed by now is of no use
        process.wait()


def main() -> None:
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
