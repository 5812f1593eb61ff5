"""Alternating offers with discounting, played at the model's own table by parties who reason backwards."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from sim.agents.model import play
from sim.agents.party import Party
from sim.scenario.resolve import resolve

RUBINSTEIN = "Rubinstein 1982"
FINITE = "Ståhl 1972; backward induction"


class Backward(Party):
    """Takes what waiting a turn would give it, discounted, and offers just that; the last to propose takes all."""

    discounts: ClassVar[tuple[float, float]] = (0.9, 0.9)

    def share_of_proposer(self, turn: int) -> float:
        """What whoever proposes at a turn keeps, by induction from the last turn."""
        kept = 1.0
        for later in range(self.model.structure.exchanges - 1, turn, -1):
            # Whoever proposes at `later` answers the turn before, and can wait for it.
            kept = 1.0 - self.discounts[later % 2] * kept
        return kept

    def level_at(self, basket, turn):
        """Utility it holds out for when it proposes at a turn."""
        return self.share_of_proposer(turn) if turn < self.model.structure.exchanges else 0.0

    def next_utility(self, basket, turn):
        """What waiting for its own turn is worth now."""
        last = turn + 1 >= self.model.structure.exchanges
        return 0.0 if last else self.discounts[self.index] * self.share_of_proposer(turn + 1)


class Forgetful(Backward):
    """Wrong: takes a share of tomorrow's pie for a share of today's."""

    def next_utility(self, basket, turn):
        last = turn + 1 >= self.model.structure.exchanges
        return 0.0 if last else self.share_of_proposer(turn + 1)


class Naive(Backward):
    """Wrong: reasons back from a last turn in which the pie is split evenly."""

    def share_of_proposer(self, turn):
        kept = 0.5
        for later in range(self.model.structure.exchanges - 1, turn, -1):
            kept = 1.0 - self.discounts[later % 2] * kept
        return kept


class Swapped(Backward):
    """Wrong: uses its own discount for the other's patience."""

    def share_of_proposer(self, turn):
        kept = 1.0
        for later in range(self.model.structure.exchanges - 1, turn, -1):
            kept = 1.0 - self.discounts[(later + 1) % 2] * kept
        return kept


def first_share(loaded, mind: type[Party], discounts: tuple[float, float]) -> float:
    """The first's share of the pie that is agreed on; NaN without agreement."""
    chosen = type("Chosen", (mind,), {"discounts": discounts})
    model = play(resolve(loaded.scenario, 0), 0, 0, chosen)
    basket = model.baskets[0]
    return float(model.package[0]) if basket.settled else np.nan


@pytest.mark.parametrize("turns", [2, 3, 4, 10, 50])
def test_finite_horizon(claim, shipped_case, turns):
    expected = (1.0 - (-0.9) ** turns) / 1.9  # 1 - d + d² - …, a geometric series
    pie = shipped_case("pie", calendar__exchanges_per_round=turns)
    claim(
        "Alternating offers", f"{turns} turns, discount .9, last proposer takes all: share of the first", FINITE,
        expected, first_share(pie, Backward, (0.9, 0.9)), 1e-9,
        through="talks", control="the last turn splits evenly", control_got=first_share(pie, Naive, (0.9, 0.9)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "printed"), [(0.9, 0.9, 0.526316), (0.9, 0.8, 0.714286), (0.8, 0.9, 0.357143)]
)
def test_no_horizon(claim, shipped_case, first, second, printed):
    expected = (1.0 - second) / (1.0 - first * second)
    assert abs(expected - printed) < 5e-7
    pie = shipped_case("pie", calendar__exchanges_per_round=200)
    wrong = Swapped if first != second else Backward
    control = "patience of the two mixed up" if first != second else "five turns for two hundred"
    other = pie if first != second else shipped_case("pie", calendar__exchanges_per_round=5)
    claim(
        "Alternating offers", f"no last turn (200 turns), discounts {first}, {second}: share of the first", RUBINSTEIN,
        expected, first_share(pie, Backward, (first, second)), 1e-8,
        through="talks", control=control, control_got=first_share(other, wrong, (first, second)),
    )  # fmt: skip


def test_who_answers_is_indifferent_and_a_forgetful_one_refuses(shipped_case):
    """The equilibrium offer is taken at once; whoever forgets the discount takes it only in the last turn."""
    pie = shipped_case("pie", calendar__exchanges_per_round=10)
    told = []
    mind = type("Told", (Backward,), {"discounts": (0.9, 0.9)})
    play(resolve(pie.scenario, 0), 0, 0, mind, lambda event, facts: told.append((event, facts)))
    assert [facts["turn"] for event, facts in told if event == "agreed"] == [0]
    told.clear()
    mind = type("Told", (Forgetful,), {"discounts": (0.9, 0.9)})
    play(resolve(pie.scenario, 0), 0, 0, mind, lambda event, facts: told.append((event, facts)))
    assert [facts["turn"] for event, facts in told if event == "agreed"] != [0]
