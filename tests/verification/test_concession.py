"""Concession by the clock and by Zeuthen's risk limits, as parties at the table concede."""

from __future__ import annotations

import math

import pytest

from sim.agents.model import NegotiationModel, play
from sim.agents.party import Party
from sim.core.jit import EPS
from sim.rules import concession
from sim.scenario.resolve import resolve

FARATIN = "Faratin, Sierra & Jennings 1998"
ZEUTHEN = "Zeuthen 1930; Harsanyi 1956"


def conceded(loaded, mind: type[Party] = Party) -> float:
    """What the first party has conceded on day 5, in the second round."""
    model = NegotiationModel(resolve(loaded.scenario, 0), 0, 0, mind)
    model.step()
    model.step()
    assert model.day == 5.0
    return model.parties[0].concession


class Hasty(Party):
    """Wrong: β where 1/β belongs."""

    def concede(self) -> float:
        rule = concession.clock if self.rule == "clock" else concession.exponential_concession
        return rule(self.k0, 1.0 / self.beta, self.model.talk_time, self.deadline)


class Late(Party):
    """Wrong: counts from a deadline twice as far."""

    def concede(self) -> float:
        rule = concession.clock if self.rule == "clock" else concession.exponential_concession
        return rule(self.k0, self.beta, self.model.talk_time, 2.0 * self.deadline)


@pytest.mark.parametrize(
    ("rule", "beta", "expected"),
    [
        ("clock", 0.2, 0.1 + 0.9 / 32.0),
        ("clock", 1.0, 0.55),
        ("clock", 5.0, 0.1 + 0.9 * 0.5**0.2),
        ("exponential", 0.2, math.exp(0.5**0.2 * math.log(0.1))),
        ("exponential", 1.0, math.sqrt(0.1)),
        ("exponential", 5.0, math.exp(math.log(0.1) / 32.0)),
    ],
)
def test_time_based(claim, shipped_case, rule, beta, expected):
    printed = {("clock", 0.2): 0.128125, ("clock", 1.0): 0.55, ("clock", 5.0): 0.883496}
    printed |= {("exponential", 0.2): 0.134725, ("exponential", 1.0): 0.316228, ("exponential", 5.0): 0.930572}
    assert abs(printed[rule, beta] - expected) < 5.1e-7
    at = "parties.first."
    talks = shipped_case("pie").with_changes(
        {
            f"{at}concession.rule": rule, f"{at}concession.k0": 0.1, f"{at}concession.beta": beta, f"{at}deadline": 10,
            "calendar.gap_min": 5, "calendar.max_steps": 2, "parties.second.deadline": 1e6,
        }
    )  # fmt: skip
    wrong, control = (Late, "a deadline twice as far") if beta == 1.0 else (Hasty, "β for 1/β")
    name = "polynomial" if rule == "clock" else "exponential"
    claim(
        "Concession", f"{name}, k0 .1, half of the time over, β {beta:g}", FARATIN, expected, conceded(talks), 1e-9,
        through="talks", control=control, control_got=conceded(talks, wrong),
    )  # fmt: skip


CURVES = {
    "linear": (lambda x: x, lambda y: y),
    "second √": (lambda x: x, lambda y: math.sqrt(max(y, 0.0))),
    "second 1 - x²": (lambda x: x, lambda y: 1.0 - (1.0 - y) ** 2),
}


def curved(name: str) -> type[Party]:
    """A party whose utility is a curve of its share of the pie."""
    curves = CURVES[name]

    class Curved(Party):
        def utility_of(self, basket, package):
            return curves[self.index](super().utility_of(basket, package))

    return Curved


def reckless(name: str) -> type[Party]:
    """Wrong: who has the higher risk limit concedes."""

    class Reckless(curved(name)):
        def concede(self) -> float:
            mine, theirs = self.risk_limit(), min(q.risk_limit() for q in self.model.parties if q is not self)
            last = max(self.concession_before, self.k0)
            return min(last + self.step_size, 1.0) if mine >= theirs - EPS else last

    return Reckless


def agreed_share(loaded, mind: type[Party]) -> float:
    model = play(resolve(loaded.scenario, 0), 0, 0, mind)
    return float(model.package[0]) if model.baskets[0].settled else math.nan


@pytest.mark.parametrize(
    ("name", "expected", "printed"),
    [("linear", 0.5, 0.5), ("second √", 2.0 / 3.0, 0.667), ("second 1 - x²", 1.0 / math.sqrt(3.0), 0.577)],
)
def test_zeuthen_ends_at_nash(claim, shipped_case, name, expected, printed):
    assert abs(expected - printed) < 5e-4
    talks = shipped_case("pie").with_changes({"parties.*.concession.rule": "zeuthen", "calendar.max_steps": 2500})
    where, control_mind, control = name, reckless(name), "the higher risk limit concedes"
    if name == "linear":  # symmetric: a wrong rule has to break the symmetry
        control_mind, control = curved("second √"), "the second values its share by √"
    claim(
        "Concession", f"Zeuthen's steps of .001 end at Nash's solution: share of the first, {where}", ZEUTHEN,
        expected, agreed_share(talks, curved(name)), 0.002,
        through="talks", control=control, control_got=agreed_share(talks, control_mind),
    )  # fmt: skip
