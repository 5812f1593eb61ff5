"""Nash's solution as a mediator's text at the table, and the other solutions as `parley analyse` finds them.

A concave curve u2 = f(u1) is laid out as many issues, each worth a little to both: the frontier of the basket is then
the chain through the curve at the break points, and it touches the curve where the solution is a break point.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from sim.agents.model import play
from sim.analysis import solutions
from sim.analysis.game import at, games
from sim.scenario.resolve import resolve

NASH, KALAI = "Nash 1950", "Kalai & Smorodinsky 1975"
MEDIATOR = "mediators: {m: {title: A mediator}}\n"


def chain(curve: Callable[[float], float], solution: float, pieces: int = 30) -> str:
    """A two-party basket whose frontier is the chain through the curve, with the solution among the break points."""
    breaks = sorted({*np.linspace(0.0, 1.0, pieces + 1).tolist(), solution})
    text = ["id: chain", "title: A curve in pieces", "issues:"]
    parties: dict[str, list[str]] = {"first": [], "second": []}
    for k in range(len(breaks) - 1):
        gain = breaks[k + 1] - breaks[k]
        loss = curve(breaks[k]) - curve(breaks[k + 1])
        text.append(f"  i{k}: {{title: x, basket: b, options: [{{at: 0, label: a}}, {{at: 1, label: b}}]}}")
        parties["first"].append(f"i{k}: {{demand: 1.0, reservation: 0.0, salience: {gain!r}}}")
        parties["second"].append(f"i{k}: {{demand: 0.0, reservation: 1.0, salience: {loss!r}}}")
    text += ["baskets: {b: {title: b, code: partial, level: delegation}}", "parties:"]
    text += [f"  {name}: {{title: {name}, issues: {{{', '.join(rows)}}}}}" for name, rows in parties.items()]
    return "\n".join(text) + "\n" + MEDIATOR


PIE = """
id: pie
title: A pie with disagreement
issues: {share: {title: share, basket: b, options: [{at: 0, label: none}, {at: 1, label: all}]}}
baskets: {b: {title: b, code: partial, level: delegation, exposure: {first: 0.2, second: 0.1}}}
defaults: {party: {trust: 0.5, trust_baseline: 0.5}}
parties:
  first: {title: First, issues: {share: {demand: 1.0, reservation: 0.0}}}
  second: {title: Second, issues: {share: {demand: 0.0, reservation: 1.0}}}
"""


def text_share(loaded) -> float:
    """The first party's utility of the text that a mediator puts and both accept."""
    model = play(resolve(loaded.scenario, 0), 0, 0)
    basket = model.baskets[0]
    assert basket.settled
    return float(model.parties[0].utility_of(basket, model.package))


def solved(loaded, solve) -> np.ndarray:
    """Utilities of both parties at a solution of the basket."""
    game = games(at(resolve(loaded.scenario, 0), 0), whole=False)[0]
    package = solve(game)
    assert package is not None
    return game.utilities(package)


SQUARE_ROOT = (lambda x: math.sqrt(1.0 - x), 2.0 / 3.0)
PARABOLA = (lambda x: 1.0 - x * x, 1.0 / math.sqrt(3.0))
GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


@pytest.mark.parametrize(
    ("name", "case", "printed"), [("(x, √(1 - x))", SQUARE_ROOT, 2 / 3), ("(x, 1 - x²)", PARABOLA, 0.57735)]
)
def test_nash_on_a_curve(claim, textbook, name, case, printed):
    curve, expected = case
    assert abs(expected - printed) < 5e-6
    talks = textbook(chain(curve, expected))
    compromise = talks.with_changes({"mediators.m.text": "compromise"})
    claim(
        "Solutions", f"Nash's solution of {name}: first utility, as the mediator's text", NASH,
        expected, text_share(talks), 1e-9,
        through="talks", control="the compromise text", control_got=text_share(compromise),
    )  # fmt: skip
    claim(
        "Solutions", f"Nash's solution of {name}: first utility", NASH,
        expected, solved(talks, solutions.nash)[0], 1e-9,
        through="sim.analysis", control="egalitarian for Nash", control_got=solved(talks, solutions.egalitarian)[0],
    )  # fmt: skip


def test_nash_with_disagreement_and_with_weights(claim, textbook):
    talks = textbook(PIE + MEDIATOR)
    trusting = textbook(PIE.replace("trust: 0.5", "trust: 1.0") + MEDIATOR)
    claim(
        "Solutions", "pie of 1, disagreement (.2, .1): share of the first, as the mediator's text", NASH,
        0.55, text_share(talks), 1e-9,
        through="talks", control="disagreement at 0", control_got=text_share(trusting),
    )  # fmt: skip
    # A leaning of .2 and of -.2 gives weights of 1.2 and .8: shares of .6 and .4.
    leaning = textbook(PIE + "mediators: {m: {title: A mediator, leaning: {first: 0.2, second: -0.2}}}\n")
    claim(
        "Solutions", "the same, weight .6 on the first", "Nash 1950; Kalai 1977",
        0.62, text_share(leaning), 1e-9,
        through="talks", control="even weights", control_got=text_share(talks),
    )  # fmt: skip
    weights = np.array([0.6, 0.4])
    claim(
        "Solutions", "the same, weight .6 on the first", "Nash 1950; Kalai 1977",
        0.62, solved(talks, lambda game: solutions.nash(game, weights))[0], 1e-9,
        through="sim.analysis", control="even weights", control_got=solved(talks, solutions.nash)[0],
    )  # fmt: skip


CAPPED = """
id: capped
title: The first can have half at most
issues:
  share: {title: share, basket: b, options: [{at: 0, label: none}, {at: 1, label: all}]}
  gift: {title: gift, basket: b, options: [{at: 0, label: yes}, {at: 1, label: no}]}
baskets: {b: {title: b, code: partial, level: delegation}}
parties:
  first:
    title: First
    issues:
      share: {demand: 1.0, reservation: 0.0, salience: 1.0}
      gift: {demand: 1.0, reservation: 0.0, salience: 0.0}
  second:
    title: Second
    issues:
      share: {demand: 0.0, reservation: 0.5, salience: 0.5, red_line: true}
      gift: {demand: 0.0, reservation: 1.0, salience: 0.5}
"""


def test_kalai_smorodinsky(claim, textbook):
    curve = textbook(chain(SQUARE_ROOT[0], GOLDEN))
    claim(
        "Solutions", "Kalai-Smorodinsky on (x, √(1 - x)): first utility", KALAI,
        GOLDEN, solved(curve, solutions.kalai_smorodinsky)[0], 1e-9,
        through="sim.analysis", control="Nash for Kalai-Smorodinsky", control_got=solved(curve, solutions.nash)[0],
    )  # fmt: skip
    capped = textbook(CAPPED)
    for party, expected in ((0, 1.0 / 3.0), (1, 2.0 / 3.0)):
        claim(
            "Solutions", f"u1 ≤ .5 on u1 + u2 = 1, Kalai-Smorodinsky: u{party + 1}", KALAI,
            expected, solved(capped, solutions.kalai_smorodinsky)[party], 1e-8,
            through="sim.analysis", control="Nash for it", control_got=solved(capped, solutions.nash)[party],
        )  # fmt: skip
    claim(
        "Solutions", "u1 ≤ .5 on u1 + u2 = 1, Nash: u1", NASH,
        0.5, solved(capped, solutions.nash)[0], 1e-8,
        through="sim.analysis", control="Kalai-Smorodinsky for it",
        control_got=solved(capped, solutions.kalai_smorodinsky)[0],
    )  # fmt: skip


def test_frontier_of_a_curve_passes_through_it(textbook):
    """Every corner of the frontier lies on the curve that the basket was made of."""
    curve, solution = PARABOLA
    game = games(at(resolve(textbook(chain(curve, solution)).scenario, 0), 0), whole=False)[0]
    corners = np.array([game.utilities(package) for package in solutions.frontier(game)])
    assert len(corners) == 32
    assert np.abs(corners[:, 1] - (1.0 - corners[:, 0] ** 2)).max() < 1e-9
    between = 0.5 * (corners[1:] + corners[:-1])  # the chain lies below the curve between corners
    assert np.abs(between[:, 1] - (1.0 - between[:, 0] ** 2)).min() > 1e-9
