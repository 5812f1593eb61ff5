"""Commands of this checkout and of earlier ones, as a user waits for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.pairs import Work

FOLDER = os.environ.get("PARLEY_EARLIER", "")
"""Folder of checkouts to compare with, each named after its commit: `git worktree add FOLDER/6661d5a 6661d5a`."""

CHANGES = {"d731cc4": "", "6661d5a": "model.version: 1"}
"""By earlier commit what has to be changed here for the same runs: the second knows version 1 of the model only."""

HERE = Path(__file__).resolve().parents[2]

SWEEP = """\
experiment: measured
title: A sweep to measure
question: How long does a sweep take?
scenario: istanbul-2025
runs: {runs}
changes: {{{changes}}}
factors:
  incidents.attacks_by_russia.rate: {values}
"""


def run(checkout: Path, arguments: Sequence[str], folder: Path, cache: Path | None = None) -> None:
    """Run the command of a checkout, in a folder from which nothing is imported; `cache` is for compiled code."""
    module = "sim.cli.main" if (checkout / "sim" / "cli").is_dir() else "sim.cli"
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a checkout without bytecode would start slower than one with it
    if cache is not None:
        environment["PARLEY_CACHE_DIR"] = str(cache)
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def simulate(name: str, checkout: Path, folder: Path, scenario: str, n: int, *more: str) -> Work:
    """`parley run` from start to end, with figures."""
    out = folder / f"run-{name}"
    arguments = ["run", scenario, "-n", str(n), *more, "-o", str(out), "--force"]
    return Work(name, lambda: run(checkout, arguments, folder), n)


def compile_first(name: str, checkout: Path, folder: Path, scenario: str, n: int, *more: str) -> Work:
    """`parley run` with nothing compiled yet."""
    counter = iter(range(1000))

    def first() -> None:
        cache = folder / f"cache-{name}-{next(counter)}"
        cache.mkdir(mode=0o700)
        out = str(folder / f"first-{name}")
        run(checkout, ["run", scenario, "-n", str(n), *more, "-o", out, "--force"], folder, cache)

    return Work(name, first, n)


def sweep(name: str, checkout: Path, folder: Path, points: int, runs: int, changes: str = "") -> Work:
    """`parley sweep` over one number, into a fresh folder each time."""
    values = [round(0.1 + 0.001 * k, 3) for k in range(points)]
    file = folder / f"sweep-{name}.yaml"
    file.write_text(SWEEP.format(runs=runs, values=values, changes=changes), encoding="utf-8")
    counter = iter(range(1000))

    def work() -> None:
        run(checkout, ["sweep", str(file), "-o", str(folder / f"sweep-{name}-{next(counter)}")], folder)

    return Work(name, work, points * runs)
