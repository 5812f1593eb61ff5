"""What one run of a scenario cannot do without: its draws, value evaluations and exp, log and pow calls, counted.

Run as a program with compilation switched off (`NUMBA_DISABLE_JIT=1`), so that every rule is plain Python and each call
can be counted, those inside compiled rules too. The reference engine plays the runs; to the bit they are the compiled
engine's, so the counts are the compiled engine's as well.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple


class Counts(NamedTuple):
    """Per run, on average: draws, value evaluations, calls of exp, log (log1p too) and pow."""

    draws: int
    values: int
    exps: int
    logs: int
    pows: int


def counted(scenario: str, runs: int) -> Counts:
    """Mean counts over the first runs of a scenario at seed 0, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.counting", scenario, str(runs)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Counts(**json.loads(done.stdout))


def _count(scenario: str, runs: int) -> Counts:
    """Wrap what is to be counted, before the modules that use it are loaded; then play."""
    seen: Counter[str] = Counter()

    def count(place: Any, name: str, kind: str) -> None:
        function: Callable[..., Any] = getattr(place, name)

        def wrapped(*given: Any) -> Any:
            seen[kind] += 1
            return function(*given)

        setattr(place, name, wrapped)

    for name, kind in (("exp", "exps"), ("log", "logs"), ("log1p", "logs"), ("pow", "pows")):
        count(math, name, kind)
    import numpy as np

    np.seterr(over="ignore")  # the generator's arithmetic wraps round, as it should
    import sim.core.draws
    import sim.rules.value

    count(sim.core.draws, "threefry2x64", "draws")
    _side_by_side(seen)
    count(sim.rules.value, "value", "values")
    count(sim.rules.value, "concave_value", "values")
    import sim.rules.assumption
    import sim.rules.concession

    # These raise to a power by `**`.
    count(sim.rules.concession, "clock_concession", "pows")
    count(sim.rules.concession, "exponential_concession", "pows")
    count(sim.rules.assumption, "derive_reservation", "pows")
    from sim.agents.model import play
    from sim.agents.report import report_run
    from sim.scenario.load import load
    from sim.scenario.resolve import resolve

    problem = resolve(load(scenario).scenario, 0)
    seen.clear()
    for k in range(runs):
        report_run(play(problem, k, k))
    return Counts(*(round(seen[kind] / runs) for kind in Counts._fields))


def _side_by_side(seen: Counter[str]) -> None:
    """Of the draws made at one go, count those that are looked at; the others only save waiting."""
    from sim.rules import hawkes

    ask, draw, come = hawkes._draw_ahead, hawkes.draw_lanes, hawkes._immigrants

    def uncounted(*given: Any) -> None:
        before = seen["draws"]
        ask(*given)
        seen["draws"] = before

    def asked(lanes: Any, count: int, index: int) -> None:
        before = seen["draws"]
        draw(lanes, count, index)
        seen["draws"] = before + count

    def one_more_than_found(*given: Any) -> None:
        now, before = given[9], seen["draws"]
        found = now.size[0]
        come(*given)
        seen["draws"] = before + int(now.size[0] - found) + 1

    places: Any = hawkes
    places._draw_ahead, places.draw_lanes, places._immigrants = uncounted, asked, one_more_than_found


if __name__ == "__main__":
    print(json.dumps(_count(sys.argv[1], int(sys.argv[2]))._asdict()))
