"""A sampler for pyABC whose result does not depend on the number of workers: every evaluation has its own seed.

pyABC's parallel samplers seed each forked worker from the system, so a fit can never be repeated. Here evaluation i of
generation t reseeds the generators that pyABC proposes with, from a hash of (seed, t, i), and the first n accepted in
the order of i are kept. The simulator is addressed and touches none of these generators.
"""

from __future__ import annotations

import math
import multiprocessing
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from pyabc import Parameter
from pyabc.random_variables import DistributionBase
from pyabc.sampler import Sampler

from sim.core.draws import stream_key
from sim.core.processes import end_with_parent

_BATCH = 100
_work: Callable[[], Any] | None = None


def compute_seed(seed: int, generation: int, number: int) -> int:
    """Compute the 32-bit seed of one evaluation."""
    return int(stream_key(seed, "proposal", f"{generation}|{number}")) & 0xFFFFFFFF


def _evaluate_range(seed: int, generation: int, numbers: range) -> list[tuple[int, Any]]:
    """Evaluate some numbered proposals, each under its own seed."""
    assert _work is not None
    evaluations = []
    for number in numbers:
        own = compute_seed(seed, generation, number)
        random.seed(own)
        np.random.seed(own)
        evaluations.append((number, _work()))
    return evaluations


def _set_work(work: Callable[[], Any]) -> None:
    """Set what an evaluation does; forked processes inherit it."""
    global _work
    _work = work


class NormalScores(DistributionBase):
    """Independent standard normal scores p00, p01, …: the prior of a fit. SciPy's product of distributions is slow."""

    def __init__(self, count: int) -> None:
        self.names = [f"p{k:02d}" for k in range(count)]

    def __repr__(self) -> str:
        return f"<{len(self.names)} standard normal scores>"

    def copy(self) -> NormalScores:
        """Return a copy."""
        return NormalScores(len(self.names))

    def rvs(self, *args: Any, **kwargs: Any) -> Parameter:
        """Draw once from NumPy's generator, which the sampler seeds."""
        return Parameter(dict(zip(self.names, np.random.standard_normal(len(self.names)).tolist(), strict=True)))

    def pdf(self, x: Any) -> float:
        """Return the density at a vector."""
        squares = sum(float(x[name]) ** 2 for name in self.names)
        return math.exp(-0.5 * squares) / (2 * math.pi) ** (len(self.names) / 2)


class AddressedSampler(Sampler):
    """Static batches of numbered evaluations, on forked processes where there is more than one worker.

    Parameters
    ----------
    seed : int
        Seed of the fit.
    workers : int
        Processes.
    progress : callable, optional
        Called with generation, accepted particles and evaluations.
    """

    def __init__(self, seed: int, workers: int, progress: Callable[[int, int, int], None] | None = None) -> None:
        super().__init__()
        self.seed, self.workers, self.progress = seed, workers, progress

    def sample_until_n_accepted(
        self,
        n: int,
        simulate_one: Callable[[], Any],
        t: int,
        *,
        max_eval: float = np.inf,
        all_accepted: bool = False,
        ana_vars: Any = None,
    ) -> Any:
        """Return the first `n` accepted evaluations by number; `ok` is False if `max_eval` came first.

        The parameters are those of pyABC.
        """
        _set_work(simulate_one)
        sample = self._create_empty_sample()
        accepted, done = 0, 0
        if self.workers == 1:
            accepted, done = self._collect(sample, n, t, max_eval, lambda r: [_evaluate_range(self.seed, t, r)])
        else:
            # The child inherits `simulate_one` by forking: it is a closure and need not be pickled.
            context = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(self.workers, mp_context=context, initializer=end_with_parent) as pool:

                def spread(numbers: range) -> list[list[tuple[int, Any]]]:
                    parts = [numbers[k :: self.workers] for k in range(self.workers)]
                    return [
                        job.result() for job in [pool.submit(_evaluate_range, self.seed, t, part) for part in parts]
                    ]

                accepted, done = self._collect(sample, n, t, max_eval, spread)
        self.nr_evaluations_ = done
        if accepted < n:
            sample.ok = False
        return sample

    def _collect(
        self, sample: Any, n: int, t: int, max_eval: float, spread: Callable[[range], list[list[tuple[int, Any]]]]
    ) -> tuple[int, int]:
        """Evaluate batch after batch until enough are accepted; return how many were accepted and evaluated."""
        accepted, done, start = 0, 0, 0
        while accepted < n and done < max_eval:
            batch = range(start, start + _BATCH)
            start = batch.stop
            for _, particle in sorted((pair for part in spread(batch) for pair in part), key=lambda pair: pair[0]):
                if accepted == n:
                    break
                sample.append(particle)
                done += 1
                accepted += bool(particle.accepted)
            if self.progress:
                self.progress(t, accepted, done)
        return accepted, done
