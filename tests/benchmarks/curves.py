"""How time grows with the size of a task: sizes, times, and the exponent of the power law through them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.setup import Setup
from experiments.spec import read_experiment
from experiments.sweep_parts import Piece, run_part
from sim.results.plan import plan, simulate_chunks
from sim.scenario.load import Loaded, load
from tests.benchmarks.growth import grown

REPEATS = 3
"""Each size is timed so often, all sizes in turn; the median counts."""
LONG = 1_000_000
"""From this size on the work takes minutes, and is timed once, without warming up."""


@dataclass(frozen=True)
class Curve:
    """Seconds by size, and the exponent b of `seconds = a · size^b`, fitted to the larger half of the sizes."""

    what: str
    unit: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Slope of the straight line through the logarithms, by least squares; small sizes measure what is fixed."""
        half = max(min(len(self.sizes) // 2, len(self.sizes) - 2), 0)
        return fit_exponent(self.sizes[half:], self.seconds[half:])


def fit_exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Fit the exponent of a power law by least squares on logarithms; NaN from fewer than two sizes."""
    if len(sizes) < 2:
        return math.nan
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def measure_curve(
    what: str, unit: str, sizes: Sequence[int], prepare: Callable[[int], Callable[[], Any]], repeats: int = REPEATS
) -> Curve:
    """Time the work that `prepare` makes for every size below `LONG` once for warmth, then `repeats` times in turn."""
    works = [prepare(size) for size in sizes]
    times: list[list[float]] = [[] for _ in works]
    for turn in range(repeats + 1):
        for size, work, taken in zip(sizes, works, times, strict=True):
            if size >= LONG and turn != 1:
                continue
            started = time.process_time()
            work()
            if turn > 0:
                taken.append(time.process_time() - started)
    return Curve(what, unit, tuple(sizes), tuple(statistics.median(taken) for taken in times))


def runs_of(loaded: Loaded, n: int) -> Callable[[], Any]:
    """Simulating n runs on one thread into raw tables."""
    job = plan(loaded, n, 0, workers=1)

    def simulate() -> None:
        for _ in simulate_chunks(job):
            pass

    return simulate


def points_of(points: int, runs: int) -> Callable[[], Any]:
    """A sweep of the scenario of a chosen size over one number, computed and encoded in this process."""
    factor = {"path": "behaviour.pain.memory", "low": 20, "high": 60}
    about = {"experiment": "growth", "title": "Growth", "question": "How long?", "scenario": "river-border"}
    design = {"design": "latin_hypercube", "points": points, "runs": runs, "factors": {"memory": factor}}
    setup = Setup.load(read_experiment({**about, **design}))
    pieces = [Piece(point, 0, runs) for point in range(points)]
    return lambda: run_part(setup, pieces, "growth", lambda _: None)


def draw_curves(curves: Sequence[Curve], path: Path) -> None:
    """Draw all curves relative to their smallest size, on logarithmic axes, with a line of slope 1."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from sim.figures.style import DPI, GREY, LINE_STYLES, STYLE

    with rc_context(STYLE):
        figure = Figure(figsize=(6.6, 4.2), layout="constrained")
        axes = figure.subplots()
        widest = max(curve.sizes[-1] / curve.sizes[0] for curve in curves)
        axes.plot([1, widest], [1, widest], color=GREY, lw=0.8, label="proportional")
        for curve, (colour, dashes) in zip(curves, LINE_STYLES, strict=False):
            across = np.array(curve.sizes) / curve.sizes[0]
            label = f"{curve.what}, from {curve.sizes[0]:,}: exponent {curve.exponent:.2f}"
            up = np.array(curve.seconds) / curve.seconds[0]
            axes.plot(across, up, color=colour, ls=dashes, marker="o", ms=3, label=label)
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):  # the style reads no formulas, with which powers are written by default
            axis.set_major_formatter("{x:,.0f}")
        axes.set_xlabel("Size, relative to the smallest")
        axes.set_ylabel("Processor time, relative to the smallest")
        axes.legend(fontsize=8)
        figure.savefig(path, dpi=DPI)


MEASURED: dict[str, tuple[str, tuple[int, ...], Callable[[int], Callable[[], Any]]]] = {
    "runs": ("one thread", tuple(10**k for k in range(3, 8)), lambda n: runs_of(load("generic-crisis"), n)),
    "points of a sweep": ("10 runs each", (10, 100, 1_000), lambda n: points_of(n, 10)),
    "parties": ("200 runs", (2, 3, 4, 6, 8, 12), lambda n: runs_of(grown(parties=n), 200)),
    "issues": ("200 runs", (1, 6, 12, 24, 60), lambda n: runs_of(grown(issues=n), 200)),
    "rounds": ("200 runs", (10, 20, 40, 80, 160), lambda n: runs_of(grown(rounds=n), 200)),
}
"""What grows: how much work each size is, the sizes, and how the work for a size is prepared."""
