"""The page on performance, from what was measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.pairs import PAIRS, Measured

INTRODUCTION = f"""# How fast it is

Written by `make bench`. Every ratio is the median of {PAIRS} pairs: the two pieces of work are timed in turn in one
process, so that both meet the same state of the machine; the least and greatest ratio stand beside it. Times are of
the raw tables of runs and rounds, without writing files. Compiled code is loaded and warm. Ratios say more than rates,
which are those of one machine:
"""

SECTIONS = {
    "mesa": (
        "The compiled engine against the Mesa engine",
        "Both play the same rules and give the same tables to the bit. The Mesa engine is one process; it is the one "
        "to read, and the one to change in Python. `compiled` is the code that plays every scenario, `tailored` the "
        "same code compiled once more for just so many parties, issues and so on (`--engine tailored`; taken by itself "
        "from 2,000,000 runs on).",
    ),
    "limit": (
        "Against the limit",
        "The limit is a bare compiled loop that makes, per run, as many draws, value evaluations and calls of exp, log "
        "and pow as the scenario's runs make (counted over runs played with every rule as plain Python), and nothing "
        "else: no state, no branches, no tables. Both on one thread. The ratio is the engine's time over the loop's. "
        "Counted is the reference engine, which goes through every turn of an exchange; the compiled one leaves out "
        "turns that are certain to be refused, and so makes some fewer. Draws made ahead and never looked at are not "
        "counted.",
    ),
    "threads": (
        "One thread against two",
        "The ratio is one thread's time over two threads'; 2 would be perfect.",
    ),
    "growth": (
        "What doubling costs",
        "A scenario made for the purpose: every round is held, nobody concedes, a mediator puts texts. The ratio is "
        "the time of the doubled scenario over that of the plain one (2 parties, 6 issues, 20 rounds, 0.2 "
        "incidents a day before they excite each other). Two parties' joint solutions have a closed form, three and "
        "more need a linear programme; so both 2 to 4 and 3 to 6 parties are given.",
    ),
    "negmas": (
        "The bargaining core alone against NegMAS",
        "Two parties, six issues in one package, twenty turns each, time-based tactics, opposed interests, no "
        "incidents. NegMAS is given its best case: utility functions are inverted once by hand and shared by all "
        "negotiations. Negotiations end after about as many offers in both. The core alone is what a negotiation of "
        "NegMAS is too: two sides sit down, with saliences drawn anew here, and make offers until one is accepted. A "
        "whole run adds the other phases, the zone and the solutions that the result is held against, and the tables.",
    ),
}


WHERE = """
## Measured by hand

On the machine above, 23 November 2026; a test cannot hold what hangs on the minute in which it is measured.

- `parley run istanbul-2025 -n 10000` the first time after installation, all compiled in two processes: 19 to 24 s, in
  slow minutes of the machine 24 to 30 s (30 s asked). Afterwards 2.4 to 3.9 s, in slow minutes 3.3 to 4.8 s, tables,
  manifest and figures written (4 s asked). Code tailored to a scenario's cast is compiled in another 9 to 10 s.
- One million runs of `istanbul-2025`, written to files: 451 MB resident at most, 58 MB above one hundred thousand (less
  than 1 GiB and less than 100 MB more are asked).
- A slider moved on the page, `istanbul-2025` at 10,000 runs, until the last chart stands in headless Chromium: 0.67 to
  0.88 s (medians of 9 or 14 moves); of 60 moves one took longer than 1 s, namely 1.01 (1 s asked).

## Where the time goes, and what is missed

On `istanbul-2025`, one thread, a run takes 85 to 130 µs as the machine's pace changes, tailored 75 to 110, with 38
planned rounds, 270 incidents and 70 exchanges. Sampled, the time goes to exchanges (23%), incidents (21%), exp, log
and pow (22%, half of it for incidents) and the other phases (none above 5%): a flat picture. What the loop above does
is a third to a quarter of a run; the rest is what makes it a run and not a loop, namely conditions that no processor
can guess, state read and written, and small sums that wait for one another. So 1.5 times the loop is missed by far.
The loop takes 20 to 27 µs. Half as much again, 10 to 13 µs, would have to do for all else: 30 to 40 ns for each of the
nine phases of 38 rounds, about a hundred instructions, with nothing left for incidents and exchanges. Code that takes
one run at a time does not get there.

The other ratios hang on the minute: the machine's pace changes by 1.5 within seconds, for one thread more than for
two, which give 1.5 to 2 times one. The tables above are of one run, the machine otherwise idle. In four runs of
everything before it, and in three more of these rows, tailored code on two threads was to Mesa 206 to 301 on
`istanbul-2025` (median 263), 229 to 306 on `istanbul-2022` (263), 202 to 319 on `belarus-2022` (269), 312 to 425 on
`generic-crisis` (340) and 339 to 483 on `river-border` (388); 31 of 35 were 250 or more. To NegMAS it was 3,239 to
5,186, the code for every scenario 2,613 to 4,016. Two threads were 1.64 to 1.93 times one (11 of 14 medians 1.7 or
more).

What brought it here: fields viewed where they lie in one buffer; turns that must fail found by halving; incidents
drawn by clusters and not event by event, so that their draws need not wait for one another; draws of one kind made
eight at a time. The last two took a fifth off a run. Code tailored to how many parties, issues and so on there are
takes off a sixth more on the largest scenario and a third on the smallest: places and lengths are constants, short
loops are written out. It is compiled in about ten seconds, since rules that know only their arguments are compiled
already, and kept for all scenarios with as many; so a changed number never waits for it, and less than millions of
runs are not worth it.

What was tried, measured and not kept: the number of parties alone as a constant (5 to 8%, at a compilation for each);
indices that are never counted from the end (4%) and telling the compiler that integers and floats do not overlap (2%),
both only by changing numba from outside; exp and log of our own that eight lanes can share (an estimated 6%), which a
simulator of talks should not own. What is left untried is several runs in step, a lane of the processor each: every
rule would have to be written for eight runs at once, and could no longer be the one that the readable engine calls.
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
    head = "| What | Ratio | Least to greatest | Runs a second | Runs a second | Target | Met |\n"
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
