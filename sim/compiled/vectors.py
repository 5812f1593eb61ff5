"""Runs of one scenario under many vectors of numbers: some places of theta set by the caller, the others drawn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.compiled.kernel import simulate
from sim.compiled.memory.buffer import Buffer
from sim.compiled.pool import workers_available
from sim.compiled.precompile import precompile
from sim.core.columns import Chunk, round_width, run_width
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.scenario.resolve import Problem


class VectorRunner:
    """The compiled engine for vectors of numbers.

    Parameters
    ----------
    problem : Problem
        A resolved scenario in which the numbers at `places` are fixed, not ranged.
    places : sequence of ndarray of int
        For each of the k entries of a vector, the places of `theta` that take its value.
    """

    def __init__(self, problem: Problem, places: Sequence[Ints]) -> None:
        self.problem = problem
        self._places = list(places)
        precompile(problem)
        self._memory = Buffer(problem)  # shared by calls of `run`: some callers simulate one vector at a time

    def run(self, values: Floats, assumptions: Ints, fates: Ints, workers: int | None = 1) -> Chunk:
        """Simulate vectors, one after another or in consecutive parts on threads; the result is the same.

        Parameters
        ----------
        values : ndarray (n, k)
            Vectors of numbers, each in the unit of its path.
        assumptions, fates : ndarray of int (n, runs)
            Indices of each vector's runs: where its other ranged numbers and its chance are drawn.
        workers : int, optional
            Threads; None for one a processor. With one worker, an object must not run on two threads at once.

        Returns
        -------
        Chunk
            Raw rows of n times `runs` runs, vector by vector.

        Raises
        ------
        ParleyError
            A run has more incidents between two rounds than fit.
        """
        if workers == 1:
            return self._simulate(values, assumptions, fates, self._memory)
        count = workers_available() if workers is None else workers
        parts = np.array_split(np.arange(len(values)), max(1, min(count, len(values))))

        def simulate_part(rows: Ints) -> Chunk:
            return self._simulate(values[rows], assumptions[rows], fates[rows], Buffer(self.problem))

        with ThreadPoolExecutor(count) as pool:
            chunks = list(pool.map(simulate_part, parts))
        return Chunk(0, *(np.concatenate(arrays) for arrays in list(zip(*chunks, strict=True))[1:]))

    def _simulate(self, values: Floats, assumptions: Ints, fates: Ints, memory: Buffer) -> Chunk:
        """Simulate vectors in one memory."""
        structure = self.problem.structure
        n, runs = fates.shape
        base = self.problem.priors.base.copy()
        priors = self.problem.priors._replace(base=base)
        out = np.empty((n * runs, run_width(structure)))
        rows = np.zeros(n * runs, dtype=np.int64)
        space = np.empty((runs * structure.max_steps, round_width(structure)))
        rounds = [np.empty((0, round_width(structure)))]
        for k in range(n):
            for places, value in zip(self._places, values[k], strict=True):
                base[places] = value
            own = slice(k * runs, (k + 1) * runs)
            if simulate(memory.address, priors, assumptions[k], fates[k], out[own], space, rows[own]) >= 0:
                raise ParleyError(
                    "a run has more incidents between two rounds than can be kept; lower the incident rates"
                )
            rounds.append(space[: rows[own].sum()].copy())
        return Chunk(0, out, np.concatenate(rounds), rows)
