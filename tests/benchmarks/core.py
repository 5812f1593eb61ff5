"""The bargaining core alone in compiled code: saliences drawn, a table laid, and the exchange; no other phase."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np

from sim.compiled.exchange import exchange
from sim.compiled.memory.buffer import Buffer, sizes, view
from sim.compiled.memory.fields import FIELDS, P
from sim.compiled.precompile import precompile
from sim.compiled.reassessment import update_readiness
from sim.compiled.state import begin
from sim.core.layout import PARTY, Floats
from sim.rules.assumption import draw_theta
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve


@numba.njit(nogil=True, error_model="numpy")
def _negotiate(mem: Any, priors: Any, first: int, last: int) -> int:
    """Negotiations `first` to `last` over the one basket, each with assumptions and fate of its own; how many agree."""
    agreed = 0
    drawn, theta = view.drawn(mem)[: priors.place.size], view.theta(mem)
    party, given = view.party(mem), view.th_party(mem)
    for k in range(first, last):
        draw_theta(priors, k, drawn, theta)
        begin(mem)
        for p in range(sizes(mem).parties):
            party[P.CONCESSION, p] = given[PARTY.K0, p]
            update_readiness(mem, p, 1.0)
        exchange(mem, k, 0)
        agreed += view.agreed(mem)[0]
    return agreed


class Tables:
    """As many tables as threads, at which negotiations are held side by side."""

    def __init__(self, loaded: Loaded, threads: int):
        self.problem = resolve(loaded.scenario, 0)
        precompile(self.problem)
        self.buffers = [Buffer(self.problem) for _ in range(threads)]
        self.pool = ThreadPoolExecutor(threads)

    def package(self, k: int) -> Floats:
        """What negotiation k settles on, held at the first table."""
        _negotiate(self.buffers[0].address, self.problem.priors, k, k + 1)
        number = next(n for n, field in enumerate(FIELDS) if field.name == "package")
        return np.array(self.buffers[0].view(number))

    def hold(self, n: int) -> int:
        """Hold n negotiations; how many agree."""
        ends = np.linspace(0, n, len(self.buffers) + 1).astype(int).tolist()
        parts = [
            self.pool.submit(_negotiate, buffer.address, self.problem.priors, first, last)
            for buffer, (first, last) in zip(self.buffers, itertools.pairwise(ends), strict=True)
        ]
        return sum(part.result() for part in parts)
