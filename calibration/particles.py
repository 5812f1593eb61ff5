"""Parameter vectors through the compiled engine: each its own range of fates, the fitted numbers fixed, the rest drawn.

A fate index fixes all chance of a run. Were it common to all vectors the simulator would be deterministic and the
posterior wrong, so each vector has a range of its own: counted on in a reference table, and derived from the vector's
bytes where vectors come from elsewhere. The seed is fixed by the fit file and never fitted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from calibration.priors import Parameter, fixed_theta, position
from sim.compiled.kernel import simulate
from sim.compiled.memory.buffer import Buffer
from sim.compiled.pool import workers_available
from sim.compiled.precompile import precompile
from sim.core.columns import round_width, run_width
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.scenario.resolve import Problem

_STRIDE = 1 << 12
"""Fates set aside for one vector in one scenario: more than any fit uses."""


def fate_of(values: Sequence[float] | Floats) -> int:
    """A vector's own number, from its bytes: the first 40 bits of blake2b. The same on every machine."""
    raw = np.asarray(values, dtype="<f8").tobytes()
    return int.from_bytes(hashlib.blake2b(raw).digest()[:5], "little")


def fates(numbers: Ints, scenario: int, runs: int) -> Ints:
    """Fate indices (n, runs) of vectors with the given numbers, in scenario number `scenario` (below 8) of a fit.

    Scenarios of one fit must not share fates: streams are addressed by name, so the second gap of two scenarios would
    be drawn by the same uniform.
    """
    if runs > _STRIDE or not 0 <= scenario < 8:
        raise ParleyError(f"a fit has at most 8 scenarios and {_STRIDE} runs a vector in each")
    first = (numbers * 8 + scenario) * _STRIDE
    return first[:, None] + np.arange(runs, dtype=np.int64)[None, :]


class Particles:
    """One scenario under many vectors of the same parameters."""

    def __init__(self, problem: Problem, wanted: Sequence[Parameter]) -> None:
        """Raises ParleyError where a path is not in the scenario."""
        paths = {path: parameter.mode for parameter in wanted for path in parameter.paths}
        self.problem = fixed_theta(problem, paths)
        self._at = [np.array([position(problem, path) for path in p.paths]) for p in wanted]
        precompile(self.problem)
        self._memory = Buffer(self.problem)  # kept: made once for callers that simulate one vector at a time

    def run(self, values: Floats, assumptions: Ints, chances: Ints) -> tuple[Floats, Floats, Ints]:
        """Raw rows of runs and rounds, and the number of rounds a run, of vectors `values` (n, k), one after another.

        `assumptions` and `chances` are (n, runs). Not to be called from two threads at once on one object.
        """
        return self._range(values, assumptions, chances, self._memory)

    def run_threads(
        self, values: Floats, assumptions: Ints, chances: Ints, workers: int | None = None
    ) -> list[tuple[Floats, Floats, Ints]]:
        """The same in consecutive parts, a thread each; the order is that of `values`."""
        count = workers_available() if workers is None else workers
        cuts = np.array_split(np.arange(len(values)), max(1, min(count, len(values))))

        def part(rows: Ints) -> tuple[Floats, Floats, Ints]:
            return self._range(values[rows], assumptions[rows], chances[rows], Buffer(self.problem))

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(part, cuts))

    def _range(self, values: Floats, assumptions: Ints, chances: Ints, memory: Buffer) -> tuple[Floats, Floats, Ints]:
        s, p = self.problem.structure, self.problem.priors
        n, runs = chances.shape
        base = p.base.copy()
        priors = p._replace(base=base)
        out = np.empty((n * runs, run_width(s)))
        rows = np.zeros(n * runs, dtype=np.int64)
        space = np.empty((runs * s.max_steps, round_width(s)))
        parts: list[Floats] = []
        for k in range(n):
            for at, value in zip(self._at, values[k], strict=True):
                base[at] = value
            here = slice(k * runs, (k + 1) * runs)
            if simulate(memory.address, priors, assumptions[k], chances[k], out[here], space, rows[here]) >= 0:
                raise ParleyError(
                    "a run has more incidents between two rounds than can be kept; lower the incident rates"
                )
            parts.append(space[: rows[here].sum()].copy())
        return out, np.concatenate(parts) if parts else np.empty((0, round_width(self.problem.structure))), rows
