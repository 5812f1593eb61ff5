"""The page on performance, from what was measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.pairs import PAIRS, Measured

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
}


WHERE = """
## Measured by hand

On the machine above, 23 November 2026. A test cannot check these figures, because they change from minute to minute.

- `parley run istanbul-2025 -n 10000` for the first time after installation, with compilation in two processes: 19 to
  24 s, in slow minutes of the machine 24 to 30 s (target: 30 s). Afterwards 2.4 to 3.9 s, in slow minutes 3.3 to 4.8 s,
  with tables, manifest and figures written (target: 4 s).
- One million runs of `istanbul-2025`, written to files: at most 451 MB resident, 58 MB more than one hundred thousand
  runs (targets: less than 1 GiB, and less than 100 MB more).
- From moving a slider on the page to the last chart in headless Chromium, with `istanbul-2025` at 10,000 runs: 0.67 to
  0.88 s (medians of 9 or 14 moves). One of 60 moves took longer than 1 s, namely 1.01 s (target: 1 s).

## Where the time goes, and which target is missed

On `istanbul-2025`, with one thread, a run takes 85 to 130 µs as the speed of the machine varies, with 38 planned
rounds, 270 incidents and 70 exchanges. By sampling, the time goes to exchanges (23%), incidents (21%), exp, log and pow
(22%, half of it for incidents) and the other phases (none above 5%). No part dominates. The work of the loop above is
about a quarter of a run. The rest is unpredictable branches, state that is read and written, and short sums that depend
on one another. The target of 1.5 times the loop is therefore missed by far. The loop takes 20 to 27 µs. Half of that,
10 to 13 µs, would have to suffice for everything else: 30 to 40 ns for each of the nine phases of 38 rounds, about a
hundred instructions, with nothing left for incidents and exchanges. Code that computes one run at a time cannot reach
this.

The other ratios vary from minute to minute: the speed of the machine changes by a factor of 1.5 within seconds, more
for one thread than for two, which are 1.5 to 2 times as fast as one. The tables above come from one session on an
otherwise idle machine. In the sessions before it, two threads were 2,613 to 4,016 times as fast as NegMAS, and 1.64 to
1.93 times as fast as one thread (11 of 14 medians 1.7 or more).

Four changes brought this speed: fields are views into one buffer; bisection finds the turns that must fail; incidents
are drawn by clusters and not event by event, so that their draws do not depend on one another; eight draws of one kind
are made at a time. The last two reduced the time of a run by a fifth.

Some ideas were measured and rejected: code compiled for the exact numbers of parties, issues and so on (15% on
`istanbul-2025`, 13 to 21%, for ten seconds of compilation and changes in eleven files); the number of parties alone as
a constant (5 to 8%, with one compilation for each number); indices that never count from the end (4%) and telling the
compiler that integers and floats do not overlap (2%), both of which would change numba from outside; an own exp and log
for eight lanes (an estimated 6%), which a simulator of talks should not maintain.
One idea is untried: several runs in step, one in each lane of the processor.
Every rule would have to be written for eight runs at once, and the readable engine could no longer call it.
"""


def page(rows: list[Measured]) -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION, _machine()]
    for key, (title, text) in SECTIONS.items():
        found = [row for row in rows if row.section == key]
        if found:
            parts.append(f"\n## {title}\n\n{text}\n\n{_table(found)}")
    return "\n".join(parts) + "\n" + WHERE


def _table(rows: list[Measured]) -> str:
    head = "| What | Ratio | Lowest to highest | Runs a second | Runs a second | Target | Met |\n"
    lines = [head + "|---|---:|---:|---:|---:|---:|---|"]
    for row in rows:
        target = f"≥ {row.at_least:g}" if row.at_least is not None else f"≤ {row.at_most:g}" if row.at_most else ""
        rates = f"{_rate(row.fast_rate)} ({row.fast}) | {_rate(row.slow_rate)} ({row.slow})"
        spread = f"{_ratio(row.least)} to {_ratio(row.greatest)}"
        lines.append(f"| {row.subject} | **{_ratio(row.ratio)}** | {spread} | {rates} | {target} | {row.verdict} |")
    return "\n".join(lines)


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
