"""Coordinated mediation (Böhmelt 2011): joint strength falls with every further mediator, by hand and in runs."""

from __future__ import annotations

import pytest

from sim.agents.model import NegotiationModel
from sim.results.ensemble import run_ensemble
from sim.rules.mediation import Strength
from sim.scenario.load import load
from sim.scenario.resolve import resolve

HALF = {"mediators.*.styles.facilitation": 0.5, "mediators.*.styles.formulation": 0.0}


def strength(combine: str, loss: float, **more: float) -> tuple[float, int]:
    changes = {**HALF, "model.combine": combine, "behaviour.mediation.coordination": loss}
    changes |= {f"mediators.{name}.styles.facilitation": value for name, value in more.items()}
    model = NegotiationModel(resolve(load("istanbul-2025", changes).scenario, 0))
    return model.present_strength(Strength.FACILITATION), len(model.mediators)


def test_each_further_mediator_costs_a_share() -> None:
    """n of strength .5 make 1 - .5^n together, and (1 - .1 (n - 1)) of that when they have to coordinate."""
    together, n = strength("together", 0.1)
    coordinated, _ = strength("coordinated", 0.1)
    assert n >= 2 and together == pytest.approx(1 - 0.5**n)
    assert coordinated == pytest.approx((1 - 0.5**n) * (1 - 0.1 * (n - 1)))
    assert strength("strongest", 0.1)[0] == pytest.approx(0.5), "control: the strongest alone"


def test_who_does_nothing_of_a_kind_costs_nothing() -> None:
    """All but Türkiye without facilitation: it is alone, and loses nothing."""
    others = {name: 0.0 for name in load("istanbul-2025").scenario.mediators if name != "turkiye"}
    assert strength("coordinated", 0.5, **others)[0] == pytest.approx(0.5)


def test_a_loss_of_all_leaves_nothing() -> None:
    assert strength("coordinated", 1.0)[0] == 0.0


@pytest.mark.parametrize("engine", ["mesa", "compiled"])
def test_without_loss_runs_are_those_of_mediators_together(engine: str) -> None:
    changes = {"behaviour.mediation.coordination": 0.0}
    one, two, lossy = (
        run_ensemble("istanbul-2025", 15, 4, engine=engine, workers=1, changes=changes | own).run_table
        for own in (
            {"model.combine": "together"},
            {"model.combine": "coordinated"},
            {"model.combine": "coordinated", "behaviour.mediation.coordination": 0.15},
        )
    )
    assert one.equals(two) and not one.equals(lossy)
