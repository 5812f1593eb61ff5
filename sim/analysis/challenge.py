"""The expected-utility challenge model of Bueno de Mesquita in the form of Scholz, Calbert & Smith (2011).

Where published descriptions differ, the choice is a field of `Choices`:

- `status_quo` Q: chance that a rival left alone does not move. Bueno de Mesquita gives 1 (1985) and .5 (1994); 1 here.
- `improves` T: chance that a rival who does move comes nearer. Not published as a formula for all cases; here it is 1
  where the median lies on the own side of the rival, else 0, and plays no part while Q is 1.
- `centre`: the median against which moves are judged: the unbeaten position of the pairwise vote, or the weighted
  mean.
- The chance to win is in complementary form (votes for over all votes), P(i) + P(j) = 1; votes use linear utilities.
- The risk exponent is found once a round, from expected utilities at exponent 1 (the paper's steps 2 to 9).
- `answer`: of several challenges it cannot withstand an actor gives in to the one that moves it least (`nearest`), or
  to the challenger with most to gain (`strongest`); the other criterion settles a tie.
- A challenged actor with expected utility below 0 moves |E_j/E_i| of the way if the challenger's gain exceeds its
  loss (compromise), all the way otherwise (capitulation); with both above 0 the weaker moves all the way (conflict).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.analysis.actors import Actors, weighted_mean
from sim.analysis.votes import condorcet, victory
from sim.core.layout import Floats


@dataclass(frozen=True)
class Choices:
    """What the literature leaves open; see the module."""

    status_quo: float = 1.0
    centre: Literal["unbeaten", "mean"] = "unbeaten"
    answer: Literal["nearest", "strongest"] = "nearest"
    rounds: int = 10
    still: float = 1e-3
    """Largest move, as a share of the width of positions, at which the rounds end."""


@dataclass(frozen=True)
class Forecast:
    """Positions (rounds + 1, n) and the median after each round; `risk` (rounds, n) are the exponents used."""

    positions: Floats
    centre: tuple[float, ...]
    risk: Floats

    @property
    def outcome(self) -> float:
        """The median after the last round."""
        return self.centre[-1]


def utility(distance: Floats, exponent: Floats | float) -> Floats:
    """`2 - 4·(½ - ½·distance)^r` for a gain (distance > 0) or a loss (< 0), in [-2, 2]; distances in widths."""
    base = np.clip(0.5 - 0.5 * distance, 0.0, 1.0)
    return np.asarray(2.0 - 4.0 * base**exponent)


def centre_of(group: Actors, choices: Choices) -> float:
    """The median voter's position, as chosen."""
    return condorcet(group) if choices.centre == "unbeaten" else weighted_mean(group)


def expected_utilities(group: Actors, risk: Floats, width: float, choices: Choices) -> Floats:
    """E[i, j] (n, n): what i expects of challenging j, by i's own risk exponent (n,); 0 against its own position.

    `E = s_j (P U_success + (1 - P) U_failure) + (1 - s_j) U_success - Q U_sq - (1 - Q)(T U_better + (1 - T) U_worse)`.
    """
    n, x, middle = len(group.names), group.position, centre_of(group, choices)
    expected = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if x[i] != x[j]:
                expected[i, j] = _challenge(group, i, j, float(risk[i]), width, middle, choices.status_quo)
    return expected


def _challenge(group: Actors, i: int, j: int, r: float, width: float, middle: float, q: float) -> float:
    x = group.position
    apart = np.asarray(abs(x[i] - x[j]) / width)
    toward = np.asarray(0.5 * (abs(x[i] - middle) + abs(x[i] - x[j])) / width)
    win, lose = float(utility(apart, r)), float(utility(-apart, r))
    better, worse, stays = float(utility(toward, r)), float(utility(-toward, r)), float(utility(np.zeros(()), r))
    chance, care = victory(group, float(x[i]), float(x[j])), float(group.salience[j])
    nearer = 1.0 if (middle - x[j]) * (x[i] - x[j]) > 0.0 else 0.0
    gain = care * (chance * win + (1.0 - chance) * lose) + (1.0 - care) * win
    return gain - q * stays - (1.0 - q) * (nearer * better + (1.0 - nearer) * worse)


def risk_exponents(expected: Floats) -> Floats:
    """Risk exponents (n,) in [½, 2] from expected utilities at exponent 1.

    Security of i is what all others expect of challenging it, summed; R in [-1, 1] places it between the least and the
    most secure; `r = (1 - R/3)/(1 + R/3)`. All 1 where everybody is equally secure.
    """
    threat = expected.sum(axis=0)
    least, most = float(threat.min()), float(threat.max())
    if most - least < 1e-12:
        return np.ones(threat.size)
    share = (2.0 * threat - most - least) / (most - least)
    result: Floats = (1.0 - share / 3.0) / (1.0 + share / 3.0)
    return result


def moved(group: Actors, expected: Floats, choices: Choices) -> Floats:
    """Positions (n,) after everybody answered one of the challenges it cannot withstand."""
    x = group.position
    after = x.copy()
    for i in range(len(group.names)):
        offers = []
        for j in range(len(group.names)):
            own, other = float(expected[i, j]), float(expected[j, i])
            if other > 0.0 and other > own:
                share = abs(own / other) if own < 0.0 and abs(own) < other else 1.0
                step = share * float(x[j] - x[i])
                order = (abs(step), -other) if choices.answer == "nearest" else (-other, abs(step))
                offers.append((*order, j, step))
        if offers:
            after[i] = x[i] + min(offers)[3]
    return after


def forecast(group: Actors, choices: Choices | None = None) -> Forecast:
    """Play rounds of challenges until nobody moves much, or `rounds` are over."""
    chosen = choices or Choices()
    width = group.width
    positions, centres, risks = [group.position.copy()], [centre_of(group, chosen)], []
    for _ in range(chosen.rounds if width > 0.0 else 0):
        plain = expected_utilities(group, np.ones(len(group.names)), width, chosen)
        risk = risk_exponents(plain)
        after = moved(group, expected_utilities(group, risk, width, chosen), chosen)
        largest = float(np.abs(after - group.position).max())
        group = replace(group, position=after)
        positions.append(after)
        centres.append(centre_of(group, chosen))
        risks.append(risk)
        if largest < chosen.still * width:
            break
    return Forecast(np.array(positions), tuple(centres), np.array(risks))
