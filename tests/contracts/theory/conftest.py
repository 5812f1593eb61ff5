"""Paired ensembles: run k of one arm against run k of the other, under one seed, sharing the draws both make.

Every statement is tested one-sided at ERROR_RATE: McNemar's exact test for what a run does or does not do, a paired z
for what it counts. Its negative control is the reverse statement, which must fail on the same runs; so an ensemble in
which nothing happens proves nothing and passes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, norm

from sim.agents.model import NegotiationModel, play
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load
from sim.scenario.resolve import resolve

SEED = 20250602
RUNS = 1000
ERROR_RATE = 1e-3

Changes = Mapping[str, Any]


class Pairs:
    """Ensembles by scenario and changes, each run once a session, and what their pairs say."""

    seed = SEED

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def runs(self, scenario: str, changes: Changes) -> Any:
        """The table of runs of one arm."""
        key = (scenario, repr(sorted(changes.items())))
        if key not in self._known:
            self._known[key] = run_ensemble(scenario, RUNS, seed=SEED, changes=changes)
        return self._known[key].runs

    def rounds(self, scenario: str, changes: Changes) -> Any:
        """The table of rounds of one arm."""
        self.runs(scenario, changes)
        return self._known[scenario, repr(sorted(changes.items()))].rounds

    def settled(self, scenario: str, changes: Changes, basket: str) -> Any:
        """By run whether a basket was ever tentatively settled."""
        return self.runs(scenario, changes)[f"first_settled_{basket}"].notna().to_numpy()

    @staticmethod
    def rarer(before: Any, after: Any) -> float:
        """Exact one-sided p-value against `after` being no rarer than `before` (McNemar 1947), arrays of bool (n,)."""
        lost, won = int((before & ~after).sum()), int((~before & after).sum())
        return float(binom.sf(lost - 1, lost + won, 0.5)) if lost else 1.0

    @staticmethod
    def fewer(before: Any, after: Any) -> float:
        """One-sided p-value of a paired z against `after` being no less than `before` on average, arrays (n,)."""
        change = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
        spread = float(change.std(ddof=1))
        return float(norm.cdf(change.mean() / (spread / math.sqrt(change.size)))) if spread > 0.0 else 1.0


@pytest.fixture(scope="session")
def pairs() -> Pairs:
    return Pairs()


@pytest.fixture
def no_less_likely(pairs: Pairs, record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Assert that a basket is settled no less often with `after` than with `before`, and that the reverse fails."""

    def check(scenario: str, basket: str, before: Changes, after: Changes) -> None:
        first, second = (pairs.settled(scenario, changes, basket) for changes in (before, after))
        figure = f"{scenario} {basket}: {first.mean():.3f} to {second.mean():.3f} of {first.size} runs"
        record_property("figure", figure)
        print(figure)
        assert pairs.rarer(first, second) >= ERROR_RATE, figure
        assert pairs.rarer(second, first) < ERROR_RATE, f"control: the reverse passes as well: {figure}"

    return check


@pytest.fixture
def more_rounds(pairs: Pairs, record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Assert that no fewer rounds convene with `after` than with `before`; the reverse statement must fail."""

    def check(scenario: str, before: Changes, after: Changes) -> None:
        first, second = (pairs.runs(scenario, changes)["rounds_held"].to_numpy() for changes in (before, after))
        figure = f"{scenario}: {first.mean():.2f} to {second.mean():.2f} rounds a run, {first.size} runs"
        record_property("figure", figure)
        print(figure)
        assert pairs.fewer(first, second) >= ERROR_RATE, figure
        assert pairs.fewer(second, first) < ERROR_RATE, f"control: the reverse passes as well: {figure}"

    return check


@pytest.fixture
def told() -> Callable[..., tuple[NegotiationModel, list[tuple[str, dict[str, Any]]]]]:
    """One run of the reference engine and all it tells."""

    def run(
        scenario: str, changes: Changes, index: int = 0
    ) -> tuple[NegotiationModel, list[tuple[str, dict[str, Any]]]]:
        events: list[tuple[str, dict[str, Any]]] = []
        problem = resolve(load(scenario, changes).scenario, SEED)
        model = play(problem, index, index, notify=lambda event, facts: events.append((event, facts)))
        return model, events

    return run
