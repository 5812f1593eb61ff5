"""Commands from start to table, as a user waits for them: start-up, loading of compiled code and files included."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.dump import dump_scenario
from sim.yamlio.writer import format_yaml
from tests.benchmarks.peer import bargaining

MOST_SECONDS = 200.0
"""A command that would take longer, by the two sizes before, is not run: the time is extrapolated."""

MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the largest resident memory of any of its processes, in KiB on Linux."""


@dataclass(frozen=True)
class Waited:
    """Seconds from a command to its table by number of negotiations; `extrapolated` says which were not run."""

    name: str
    seconds: tuple[float, ...]
    extrapolated: tuple[bool, ...]


def write_scenario(folder: Path) -> Path:
    """Write the scenario of the bargaining core as a file, as a user would have it."""
    file = folder / "bargaining.yaml"
    file.write_text(format_yaml(dump_scenario(bargaining())), encoding="utf-8")
    return file


def list_commands(folder: Path) -> dict[str, Callable[[int], list[str]]]:
    """List what is compared, by name: the command for a number of negotiations."""
    file, table = str(write_scenario(folder)), str(folder / "table.parquet")
    run = "from sim.cli.main import main; main()"
    plain = "import sys, sim; sim.write_ensemble(sim.plan(sys.argv[1], int(sys.argv[2])), sys.argv[3], force=True,"
    plain += " figures=())"

    def module(name: str, *how: str) -> Callable[[int], list[str]]:
        return lambda n: ["-m", f"tests.benchmarks.{name}", *how, str(n), table]

    return {
        "parley run, whole runs, with figures": lambda n: [
            *("-c", run, "run", file, "-n", str(n), "-o", str(folder / "run"), "--force")
        ],
        "parley, whole runs, tables only": lambda n: ["-c", plain, file, str(n), str(folder / "plain")],
        "plain NumPy, the core alone": module("vectorised"),
        "Mesa, the core alone": module("mesa_peer", "alone"),
        "Mesa with its batch runner, two processes, the core alone": module("mesa_peer", "batch"),
        "NegMAS in its best case, the core alone": module("negmas_peer"),
    }


def time_command(arguments: Sequence[str]) -> float:
    """Seconds that a Python program takes, from the start of its process to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=_environment(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def wait_for(name: str, command: Callable[[int], list[str]], sizes: Sequence[int], repeats: int = 3) -> Waited:
    """Time a command at every size, the median of so many; beyond `MOST_SECONDS` it is extrapolated."""
    seconds: list[float] = []
    extrapolated: list[bool] = []
    for size in sizes:
        expected = extrapolate(sizes[: len(seconds)], seconds, size)
        skipped = expected > MOST_SECONDS
        again = repeats if expected < MOST_SECONDS / 20 else 1
        taken = [expected] if skipped else [time_command(command(size)) for _ in range(again)]
        seconds.append(statistics.median(taken))
        extrapolated.append(skipped)
    return Waited(name, tuple(seconds), tuple(extrapolated))


def extrapolate(sizes: Sequence[int], seconds: Sequence[float], size: int) -> float:
    """Extrapolate the straight line through the last two sizes; 0 from fewer."""
    if len(seconds) < 2:
        return 0.0
    slope = (seconds[-1] - seconds[-2]) / (sizes[-1] - sizes[-2])
    return seconds[-1] + slope * (size - sizes[-1])


def measure_memory(scenario: str, n: int, folder: Path) -> float:
    """Largest resident memory of `parley run` with n runs, in MB."""
    run = [sys.executable, "-c", "from sim.cli.main import main; main()"]
    command = [*run, "run", scenario, "-n", str(n), "-o", str(folder / "memory"), "--force"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], env=_environment(), capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024 / 1e6


def _environment() -> dict[str, str]:
    """The environment of a command: it finds the same packages as this process."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
