"""How time and memory grow, and how long users wait, here and with other programs. Nothing fails for being slow.

`PARLEY_BENCH_SCALE` divides all sizes, to try these benchmarks quickly.
"""

from __future__ import annotations

import os
from functools import partial

import pytest

from tests.benchmarks.commands import extrapolate, list_commands, measure_memory, wait_for
from tests.benchmarks.curves import MEASURED, REPEATS, draw_curves, fit_exponent, measure_curve
from tests.benchmarks.pairs import Listed
from tests.benchmarks.scheduler import rehearse

SCALE = int(os.environ.get("PARLEY_BENCH_SCALE", "1"))
SIZES = (100, 10_000, 1_000_000)
MEMORY = {"istanbul-2025": (10_000, 1_000_000), "river-border": (10_000, 1_000_000, 10_000_000)}


def scaled(sizes):
    """Sizes divided by the scale, the small ones as they are."""
    return tuple(size if size <= 200 else max(200, size // SCALE) for size in sizes)


def test_how_time_grows(results):
    curves = []
    for what, (unit, sizes, prepare) in MEASURED.items():
        curves.append(measure_curve(what, unit, dict.fromkeys(scaled(sizes)), prepare, 1 if SCALE > 1 else REPEATS))
    rows = []
    for curve in curves:
        times = ", ".join(f"{size:,}: {time:.3g} s" for size, time in zip(curve.sizes, curve.seconds, strict=True))
        rows.append((f"{curve.what} ({curve.unit})", times, f"{curve.exponent:.2f}"))
    results.tables.append(Listed("curves", ("What grows", "Processor time", "Exponent"), tuple(rows)))
    results.figures["growth.png"] = partial(draw_curves, curves)


def test_how_long_users_wait(results, tmp_path):
    pytest.importorskip("negmas", reason="NegMAS comes with the extra `negmas`")
    sizes = scaled(SIZES)
    rows = []
    for name, command in list_commands(tmp_path).items():
        waited = wait_for(name, command, sizes, 1 if SCALE > 1 else 3)
        texts = (f"{seconds:,.1f}" for seconds in waited.seconds)
        rows.append((name, *(f"({t})" if e else t for t, e in zip(texts, waited.extrapolated, strict=True))))
    heads = ("Program", *(f"{size:,}" for size in sizes))
    results.tables.append(Listed("commands", heads, tuple(rows)))


def test_memory_of_many_runs(results, tmp_path):
    rows = []
    for scenario, sizes in MEMORY.items():
        for size in scaled(sizes):
            rows.append((f"{scenario}, {size:,} runs", f"{measure_memory(scenario, size, tmp_path):,.0f}"))
    results.tables.append(Listed("memory", ("Runs", "MB (target for 1,000,000: at most 450)"), tuple(rows)))


def test_a_cluster_of_a_hundred_machines(results):
    pytest.importorskip("distributed", reason="Dask comes with the extra `cluster`")
    machines, number = max(100 // SCALE, 4), max(4_000 // SCALE, 100)
    rows = []
    for threads, sleep in ((4, 1.0), (1, 0.0)):
        plan = rehearse(machines, threads, number, sleep / SCALE)
        rows.append(
            (
                f"{machines} machines × {threads} threads, {number:,} tasks of {plan.sleep:g} s",
                f"{plan.wall:.1f} s",
                f"{plan.processor / number * 1000:.2f} ms",
                f"{plan.efficiency:.0%}" if sleep else "",
            )
        )
    heads = ("Rehearsal", "Time", "Processor time a task", "Efficiency")
    results.tables.append(Listed("scheduler", heads, tuple(rows)))


def test_exponents_are_those_of_powers():
    sizes = (1, 2, 4, 8)
    assert fit_exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_times_are_extrapolated_along_a_line():
    assert extrapolate((100, 10_000), (2.0, 3.98), 20_000) == pytest.approx(5.98)
    assert extrapolate((100,), (2.0,), 20_000) == 0.0
