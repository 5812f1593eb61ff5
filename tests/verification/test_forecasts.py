"""Static forecasters on the European emission standards of 1992 as Scholz, Calbert & Smith (2011) print them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.analysis.actors import Actors, actors, weighted_mean, weighted_median
from sim.analysis.votes import conditional_pce, condorcet, contests, markov_pce, victory

SOURCE = "Scholz, Calbert & Smith 2011"
# Capability, position (years), salience.
STANDARDS = """
NL .08 4 .8
BE .08 7 .4
LU .03 4 .2
DE .16 4 .8
FR .16 10 .6
IT .16 10 .6
UK .16 10 .9
IE .05 7 .1
DK .05 4 1
GR .08 7 .7
"""


def standards(kept: Callable[[float], bool] = lambda _: True, salient: bool = True) -> Actors:
    rows = [line.split() for line in STANDARDS.split("\n") if line and kept(float(line.split()[2]))]
    columns = [[float(row[k]) for row in rows] for k in (1, 2, 3)]
    if not salient:
        columns[2] = [1.0] * len(rows)
    return actors([row[0] for row in rows], *columns)


def test_mean_and_median(claim):
    group, careless = standards(), standards(salient=False)
    claim(
        "Static forecasters", "EU emission standards: weighted mean (years)", SOURCE,
        7.38996, weighted_mean(group), 5e-6,
        through="sim.analysis", control="without salience", control_got=weighted_mean(careless),
    )  # fmt: skip
    ends = standards(lambda position: position != 7)
    claim(
        "Static forecasters", "EU emission standards: weighted median (years)", SOURCE,
        7.0, weighted_median(group), 0.0,
        through="sim.analysis", control="without the actors at 7", control_got=weighted_median(ends),
    )  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), [(7, 4, 0.633678), (10, 4, 0.575342), (7, 10, 0.503693)])
def test_pairwise_victory(claim, first, second, expected):
    claim(
        "Static forecasters", f"EU emission standards: chance that {first} beats {second}", SOURCE,
        expected, victory(standards(), first, second), 5e-7,
        through="sim.analysis", control="without salience",
        control_got=victory(standards(salient=False), first, second),
    )  # fmt: skip


def test_nobody_beats_seven(claim):
    group = standards()
    heaviest = max((4.0, 7.0, 10.0), key=lambda x: group.weight[group.position == x].sum())
    claim(
        "Static forecasters", "EU emission standards: position no other beats (years)", SOURCE, 7.0,
        condorcet(group), 0.0, through="sim.analysis", control="the position with most weight",
        control_got=heaviest,
    )  # fmt: skip


def test_probabilistic_condorcet_by_hand(claim):
    """Three options by hand: P(i) ∝ the product of its chances against the others."""
    p74, p104, p710 = 0.429 / 0.677, 0.336 / 0.584, 0.341 / 0.677
    product = np.array([(1 - p74) * (1 - p104), p74 * p710, p104 * (1 - p710)])
    beats = contests(standards(), np.array([4.0, 7.0, 10.0]))
    claim(
        "Static forecasters", "EU emission standards: chance of 7, one-step probabilistic Condorcet",
        "KTAB (Wise, Lester & Efird 2015)", float(product[1] / product.sum()), float(conditional_pce(beats)[1]), 1e-9,
        through="sim.analysis", control="the Markov form for it", control_got=float(markov_pce(beats)[1]),
    )  # fmt: skip
    # Two options: P ← (½·2P + p·(P + 1 - P))/2 has the fixed point p.
    two = np.array([[0.5, 0.7], [0.3, 0.5]])
    claim(
        "Static forecasters", "two options, the first wins .7: chance of the first, Markov form",
        "KTAB (Wise, Lester & Efird 2015)", 0.7, float(markov_pce(two)[0]), 1e-9,
        through="sim.analysis", control="turned table", control_got=float(markov_pce(two.T)[0]),
    )  # fmt: skip
