"""Two-level games: what both parliaments take, found by putting every point to them."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pytest

from sim.agents.model import play
from sim.agents.party import Party
from sim.scenario.resolve import resolve

PUTNAM = "Putnam 1988"


class Delegate(Party):
    """Puts a given point and takes anything: only the parliaments decide."""

    point: ClassVar[float] = 0.5

    def make_offer(self, basket, level):
        self.offer[basket.slice] = self.point
        return self.offer[basket.slice]

    def accept(self, basket, package, threshold, u):
        return True


def ratified(loaded, points: np.ndarray) -> np.ndarray:
    """Those of the points that stand once both parliaments voted."""
    problem = resolve(loaded.scenario, 0)
    kept = []
    for x in points.tolist():
        model = play(problem, 0, 0, type("At", (Delegate,), {"point": x}))
        if model.baskets[0].settled:
            kept.append(x)
    return np.array(kept)


GRID = np.linspace(0.0, 1.0, 401)
STEP = 1.0 / 400.0


def test_overlap_of_win_sets(claim, shipped_case):
    case = shipped_case("win-sets")
    kept = ratified(case, GRID)
    lax = ratified(case.with_changes({"parties.*.ratifiers.parliament.reach": 0.9}), GRID)
    for name, expected, got, wrong in (("lower", 0.45, kept.min(), lax.min()), ("upper", 0.6, kept.max(), lax.max())):
        claim(
            "Two-level games", f"{name} end of what [0, .6] and [.45, 1] both ratify", PUTNAM,
            expected, float(got), STEP / 2, through="talks, 401 points",
            control="parliaments as lax as their delegations", control_got=float(wrong),
        )  # fmt: skip


@pytest.mark.parametrize(("upper", "lower", "exists"), [(0.6, 0.45, 1.0), (0.4, 0.55, 0.0), (0.3, 0.7, 0.0)])
def test_agreement_if_and_only_if_win_sets_meet(claim, shipped_case, upper, lower, exists):
    case = shipped_case("win-sets")
    reach = "parties.{}.ratifiers.parliament.reach"
    one = case.with_changes({reach.format("first"): upper, reach.format("second"): 1.0 - lower})
    other = case.with_changes({reach.format("first"): lower - 0.1, reach.format("second"): 1.0 - lower})
    if not exists:
        other = case.with_changes({reach.format("first"): lower + 0.1, reach.format("second"): 1.0 - lower})
    points = np.linspace(0.0, 1.0, 101)
    claim(
        "Two-level games", f"some agreement is ratified by [0, {upper:g}] and [{lower:g}, 1]", PUTNAM,
        exists, float(ratified(one, points).size > 0), 0.0, through="talks, 101 points",
        control="the first's win-set moved past the other's end", control_got=float(ratified(other, points).size > 0),
    )  # fmt: skip


def test_status_quo_end_of_a_win_set(claim, shipped_case):
    """Ideal r, status quo q: a legislature takes [2r - q, q]; with r .2 and q .5 the end toward the other side is .5.

    The ratifier's point is where its utility equals that of the status quo: demand .2, reach so that it lies at q.
    """
    case = shipped_case("win-sets").with_changes(
        {
            "parties.first.issues.terms.demand": 0.2,
            "parties.first.ratifiers.parliament.reach": (0.5 - 0.2) / 0.8,
            "parties.second.ratifiers.parliament.reach": 1.2,
        }
    )
    kept = ratified(case, GRID)
    worse = ratified(case.with_changes({"parties.first.ratifiers.parliament.status_quo": -0.5}), GRID)
    claim(
        "Two-level games", "end of a win-set at the status quo, ideal .2, status quo .5", PUTNAM,
        0.5, float(kept.max()), STEP / 2, through="talks, 401 points",
        control="a status quo that is worth less", control_got=float(worse.max()) if worse.size else math.nan,
    )  # fmt: skip
