"""A negotiation on labelled values with a table of evaluations for each side: what GENIUS and NegMAS call a domain."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from sim.core.errors import ParleyError
from sim.core.layout import Floats

MAX_OUTCOMES = 1_000_000
"""The most outcomes that are listed one by one; exact solution points and tactics need such a list."""


@dataclass(frozen=True)
class Profile:
    """One side: a weight (n,) and an evaluation, at most 1, of each value of each issue; its worth of no agreement."""

    name: str
    weights: Floats
    evaluations: tuple[Floats, ...]
    reserved: float
    discount: float = 1.0


@dataclass(frozen=True)
class Domain:
    """Issues with their values, and the profiles of the sides, in the order in which they speak.

    `ceiling`: no utility is above it. `notes`: what differs from what a user may expect of the files.
    """

    name: str
    issues: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    profiles: tuple[Profile, ...]
    ceiling: float = math.inf
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each issue."""
        return tuple(len(values) for values in self.values)

    @property
    def count(self) -> int:
        """Number of outcomes."""
        return math.prod(self.shape)

    def list_outcomes(self) -> list[tuple[str, ...]]:
        """List every outcome, the last issue moving fastest. Raises ParleyError where there are too many."""
        self._check_count()
        return list(itertools.product(*self.values))

    def find_outcome(self, number: int) -> tuple[str, ...]:
        """Find the outcome of a number in the order of `list_outcomes`, without listing them."""
        places = np.unravel_index(number, self.shape)
        return tuple(values[int(k)] for values, k in zip(self.values, places, strict=True))

    def compute_worth(self) -> Floats:
        """Compute utilities (outcomes, profiles) in the order of `list_outcomes`.

        A utility is the sum of weight times evaluation, and at most the ceiling. Raises ParleyError where there are
        too many outcomes.
        """
        self._check_count()
        columns = []
        for profile in self.profiles:
            total = np.zeros(1)
            for weight, evaluation in zip(profile.weights, profile.evaluations, strict=True):
                total = (total[:, None] + weight * evaluation[None, :]).ravel()
            columns.append(np.minimum(total, self.ceiling))
        return np.column_stack(columns)

    def _check_count(self) -> None:
        if self.count > MAX_OUTCOMES:
            raise ParleyError(f"{self.count:,} outcomes are too many to list; at most {MAX_OUTCOMES:,} are")

    def list_reserved_values(self) -> Floats:
        """List the worth of no agreement to each side (profiles,)."""
        return np.array([profile.reserved for profile in self.profiles])
