"""A negotiation on labelled values with a table of evaluations for each side: what GENIUS and NegMAS call a domain."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Floats

MAX_OUTCOMES = 1_000_000


@dataclass(frozen=True)
class Profile:
    """One side: a weight (n,) and an evaluation in [0, 1] of each value of each issue; its worth of no agreement."""

    name: str
    weights: Floats
    evaluations: tuple[Floats, ...]
    reserved: float
    discount: float = 1.0


@dataclass(frozen=True)
class Domain:
    """Issues with their values, and the profiles of the sides, in the order in which they speak."""

    name: str
    issues: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    profiles: tuple[Profile, ...]

    @property
    def count(self) -> int:
        """Number of outcomes."""
        return int(np.prod([len(values) for values in self.values], dtype=object))

    def outcomes(self) -> list[tuple[str, ...]]:
        """Every outcome, the last issue moving fastest. Raises ParleyError where there are too many."""
        self._fits()
        return list(itertools.product(*self.values))

    def worth(self) -> Floats:
        """Utilities (outcomes, profiles) in the order of `outcomes`: sums of weight times evaluation."""
        self._fits()
        columns = []
        for profile in self.profiles:
            total = np.zeros(1)
            for weight, evaluation in zip(profile.weights, profile.evaluations, strict=True):
                total = (total[:, None] + weight * evaluation[None, :]).ravel()
            columns.append(total)
        return np.column_stack(columns)

    def _fits(self) -> None:
        if self.count > MAX_OUTCOMES:
            raise ParleyError(f"{self.count:,} outcomes are too many to list; at most {MAX_OUTCOMES:,} are")

    def reserved(self) -> Floats:
        """What no agreement is worth to each side (profiles,)."""
        return np.array([profile.reserved for profile in self.profiles])
