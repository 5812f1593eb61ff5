"""The page on performance, from what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.pairs import PAIRS, Listed, Measured

INTRODUCTION = f"""# Performance

`make bench` writes this page. Every ratio is the median of {PAIRS} pairs. The two tasks of a pair are timed in turn in
one process, so that both meet the same state of the machine. The lowest and highest ratio are beside the median. Times
cover the raw tables of runs and rounds, without writing files. Compiled code is loaded and warm. Ratios
say more than rates, which are those of one machine:
"""

SECTIONS = {
    "mesa": (
        "The compiled engine against the Mesa engine",
        "Both engines use the same rules and give the same tables to the bit. The Mesa engine uses one process. It is"
        " the engine to read, and to change in Python.",
    ),
    "versions": (
        "Version 2 of the model against version 1",
        "Version 2 is the default. The ratio is its time a run over that of the same scenario under version 1. A run of"
        " version 2 may hold more rounds or fewer, and it discusses baskets that version 1 leaves alone.",
    ),
    "measures": (
        "What measures on request cost",
        "The ratio is the time of runs with `calendar.measures: all` over the time without. Every row of the table of "
        "rounds then holds nearness, surplus, latent offers, expected progress and will.",
    ),
    "limit": (
        "Against the limit",
        "The limit is a bare compiled loop. For each run it makes as many draws, value evaluations and calls of exp, "
        "log and pow as the runs of the scenario make (counted over runs with every rule as plain Python), and "
        "nothing else: no state, no branches, no tables. Both use one thread. The ratio is the engine's time over the"
        " loop's. The counts are those of the reference engine, which goes through every turn of an exchange. The "
        "compiled engine skips turns that are certain to be refused, and so makes somewhat fewer. Draws that are made"
        " ahead and never used are not counted.",
    ),
    "threads": (
        "One thread against two",
        "The ratio is the time of one thread over the time of two threads. 2 would be perfect.",
    ),
    "growth": (
        "What doubling costs",
        "The scenario is made for this purpose: every round is held, no party concedes, and a mediator proposes "
        "texts. The ratio is the time of the doubled scenario over the time of the plain one (2 parties, 6 issues, 20"
        " rounds, 0.2 incidents a day before they excite each other). The joint solutions of two parties have a "
        "closed form, those of three and more need a linear programme. The table therefore shows both 2 to 4 and 3 to"
        " 6 parties.",
    ),
    "negmas": (
        "The bargaining core alone against NegMAS",
        "Two parties negotiate six issues in one package, with twenty turns each, time-based tactics, opposed "
        "interests and no incidents. NegMAS gets its best case: its utility functions are inverted once by hand and "
        "shared by all negotiations. Negotiations end after about the same number of offers in both. The core alone "
        "does what a negotiation in NegMAS does: two sides, with saliences drawn anew in parley, make offers until "
        "one is accepted. A whole run adds the other phases, the zone of agreement and the solutions that the result "
        "is compared with, and the tables.",
    ),
    "curves": (
        "How time grows",
        "Processor time on one thread, the median of three; from 1,000,000 runs on it was taken once. Runs are "
        "those of `generic-crisis`, points those of a sweep of `river-border`, its table included; the other "
        "sizes belong to the scenario of the section on doubling. The exponent b is that of `time = a · size^b`, "
        "fitted to the larger half of the sizes: 1 is proportional. Runs and points grow in proportion; what is "
        "fixed weighs on few. Parties and rounds grow by less, up to the sizes here: pairs of parties, and the "
        "linear programmes that three and more need, weigh little beside what every party does. Issues share the "
        "work of a round, so that few cost little more than one.\n\n"
        "![Processor time against size](growth.png)",
    ),
    "commands": (
        "From the command to the table",
        "Seconds from the start of a process to its end, with start-up, loading and the written table, as a user waits"
        " for them. All negotiate the bargaining core: two parties, six issues, twenty turns each. parley plays whole "
        "runs with every phase, and writes tables of runs and rounds, a manifest and, in the first row, six figures. "
        "The others write one table. The versions in NumPy and Mesa were written for this purpose; their offers give "
        "in by the same share on every issue. Times in brackets are extrapolated from the two sizes before.",
    ),
    "earlier": (
        "Against earlier commits",
        "The ratio is the wall time of a whole command over that of an earlier commit, median of pairs: 9 for runs, "
        "5 for sweeps, 2 for the first run. d731cc4 comes right before the work on waiting. 6661d5a is the last "
        "one before version 2 of the model and its measures, which version 1 takes today too. `PARLEY_EARLIER` names a "
        "folder with checkouts, each named after its commit; without it this section is left out.",
    ),
    "memory": (
        "Memory",
        "Largest resident memory of any process of `parley run`, in MB.",
    ),
    "scheduler": (
        "A cluster of a hundred machines",
        "A sweep of 10^9 runs is 20,000 parts of 50,000 runs. A part takes about 4 s on one thread of this "
        "machine, and its file about 20 MB with all columns: 400 GB in all, and 50 s of work for 1,600 threads. So "
        "the scheduler of a hundred machines with 16 threads each ends 400 parts a second, and the client receives "
        "8 GB a second, more than most networks carry; with a few columns kept, it is a tenth. The rehearsal uses "
        "Dask's own scheduler and workers in one process of this machine, submitted to as `parley sweep --cluster` "
        "does. Its tasks only sleep, a quarter as long on a quarter of the threads, so that as many end a second. "
        "The efficiency is the share of the time in which every thread slept as it should; here a hundred workers "
        "share one interpreter with the scheduler.",
    ),
}


BY_HAND = Path(__file__).with_name("by_hand.md")
"""What a test cannot measure, and what follows from the tables; it ends the page."""


def page(rows: list[Measured], tables: Sequence[Listed] = ()) -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION, _machine()]
    for key, (title, text) in SECTIONS.items():
        found = [row for row in rows if row.section == key]
        content = [_table(found)] if found else []
        content += [_list(table) for table in tables if table.section == key]
        if content:
            parts.append(f"\n## {title}\n\n{text}\n\n" + "\n\n".join(content))
    return "\n".join(parts) + "\n\n" + BY_HAND.read_text(encoding="utf-8")


def _table(rows: list[Measured]) -> str:
    head = "| What | Ratio | Lowest to highest | Runs a second | Runs a second | Target | Met |\n"
    lines = [head + "|---|---:|---:|---:|---:|---:|---|"]
    for row in rows:
        target = f"≥ {row.at_least:g}" if row.at_least is not None else f"≤ {row.at_most:g}" if row.at_most else ""
        rates = f"{_rate(row.fast_rate)} ({row.fast}) | {_rate(row.slow_rate)} ({row.slow})"
        spread = f"{_ratio(row.least)} to {_ratio(row.greatest)}"
        lines.append(f"| {row.subject} | **{_ratio(row.ratio)}** | {spread} | {rates} | {target} | {row.verdict} |")
    return "\n".join(lines)


def _list(table: Listed) -> str:
    head = f"| {' | '.join(table.columns)} |\n|---{'|---:' * (len(table.columns) - 1)}|"
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in table.rows)])


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.2f}"


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


def _machine() -> str:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {_version(name)}" for name in ("numba", "numpy", "mesa", "negmas"))
    return f"- {_processor()}, {processors} processors in use, {platform.system()}\n" + (
        f"- Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
