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
        "to read, and the one to change in Python.",
    ),
    "limit": (
        "Against the limit",
        "The limit is a bare compiled loop that makes, per run, as many draws, value evaluations and calls of exp, log "
        "and pow as the scenario's runs make (counted over runs played with every rule as plain Python), and nothing "
        "else: no state, no branches, no tables. Both on one thread. The ratio is the engine's time over the loop's. "
        "Counted is the reference engine, which goes through every turn of an exchange; the compiled one leaves out "
        "turns that are certain to be refused, and so makes some fewer.",
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

- `parley run istanbul-2025 -n 10000` the first time after installation, all compiled in two processes: 23 to 25 s (30 s
  asked). Afterwards 3.5 to 4.8 s, as the machine's pace changes, tables, manifest and figures written (4 s asked).
- One million runs of `istanbul-2025`, written to files: 488 MB resident at most, 56 MB more than one hundred thousand
  (less than 1 GiB and less than 100 MB more are asked).

## Where the time goes, and what is missed

On `istanbul-2025`, one thread, 110 to 150 µs a run as the machine's pace changes, with 39 planned rounds, 272 incidents
and 70 exchanges. Sampled, the time goes to incidents (40%: three quarters of it finding the next event of each type,
the rest their effects), exchanges (22%) and the other phases (38%, none above 6%). Counted (callgrind), a run takes
1.04 million instructions in the engine and 0.13 million in exp, log and pow: exchanges 33%, incidents 25%. So incidents
wait more than they compute: an event can be looked for only when the one before it is known, while the loop above
makes its 1,300 draws side by side. That is why 1.5 times the loop is missed by far, and with it the ratios to the Mesa
engine and to NegMAS.

What was tried and measured: a memory whose layout and sizes are constants of the compiled code, which would have to be
compiled anew for every scenario, saves 16%; drawing each type's next exponential ahead of its need at most 3%. Neither
is kept. Turns of two parties that must fail are found by halving, which saves a fifth of the time on the bargaining
core. What could change the picture is several runs side by side in one thread; it has not been tried.
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
