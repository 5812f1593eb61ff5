"""The expected-utility challenge model of Bueno de Mesquita in the form of Scholz, Calbert & Smith (2011).

Where published descriptions differ, the choice is a field of `ChallengeOptions`:

- `status_quo` (Q): chance that an unchallenged rival does not move. Bueno de Mesquita has 1 (1985) and .5 (1994); the
  default is 1.
- T, the chance that a rival who moves comes nearer, is published as a formula for some cases only. It is 1 where the
  median lies on the challenger's side of the rival, else 0, and has no effect while Q is 1.
- `centre`: the median against which moves are judged: the unbeaten position of the pairwise vote, or the weighted
  mean.
- The chance to win is in complementary form (votes for over all votes), P(i) + P(j) = 1; votes use linear utilities.
- The risk exponents follow once a round from expected utilities at exponent 1 (the paper's steps 2 to 9).
- `answer`: of several challenges that it cannot withstand, an actor gives in to the one that moves it least (`nearest`)
  or to the challenger with most to gain (`strongest`); the other criterion decides a tie.
- A challenged actor with expected utility below 0 moves |E_j/E_i| of the way if the challenger's gain exceeds its
  loss (compromise), all the way otherwise (capitulation); with both above 0 the weaker moves all the way (conflict).

References
----------
Bueno de Mesquita, B. (1985). The war trap revisited. American Political Science Review 79, 156-177.
Bueno de Mesquita, B. (1994). Political forecasting: an expected utility method. In European Community Decision Making.
Scholz, J. B., Calbert, G. J., & Smith, G. A. (2011). Unravelling Bueno De Mesquita's group decision model. Journal of
Theoretical Politics 23, 510-531.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.analysis.actors import Actors, weighted_mean
from sim.analysis.votes import find_condorcet_position, win_probability
from sim.core.layout import Floats


@dataclass(frozen=True)
class ChallengeOptions:
    """Choices that the literature leaves open; the module describes them.

    Attributes
    ----------
    status_quo : float
        Chance in [0, 1] that an unchallenged rival does not move.
    centre : {"unbeaten", "mean"}
        Centre against which moves are judged.
    answer : {"nearest", "strongest"}
        Which challenge an actor answers.
    rounds : int
        Largest number of rounds.
    tolerance : float
        Largest move, as a share of the width of positions, at which the rounds end.
    """

    status_quo: float = 1.0
    centre: Literal["unbeaten", "mean"] = "unbeaten"
    answer: Literal["nearest", "strongest"] = "nearest"
    rounds: int = 10
    tolerance: float = 1e-3


@dataclass(frozen=True)
class Forecast:
    """Course of the challenge model.

    Attributes
    ----------
    positions : ndarray of float, shape (rounds + 1, n)
        Positions at the start and after each round.
    centre : tuple of float
        Centre at the start and after each round.
    risk : ndarray of float, shape (rounds, n)
        Risk exponents of each round.
    """

    positions: Floats
    centre: tuple[float, ...]
    risk: Floats

    @property
    def outcome(self) -> float:
        """Centre after the last round."""
        return self.centre[-1]


def utility(distance: Floats, exponent: Floats | float) -> Floats:
    """Compute `2 - 4·(½ - ½·distance)^r`, in [-2, 2]; the distance in widths is a gain above 0, a loss below."""
    base = np.clip(0.5 - 0.5 * distance, 0.0, 1.0)
    return np.asarray(2.0 - 4.0 * base**exponent)


def compute_centre(group: Actors, options: ChallengeOptions) -> float:
    """Compute the centre of the positions as the options say."""
    return find_condorcet_position(group) if options.centre == "unbeaten" else weighted_mean(group)


def compute_expected_utilities(group: Actors, risk: Floats, width: float, options: ChallengeOptions) -> Floats:
    """Compute what i expects of challenging j, E[i, j] (n, n), from risk exponents (n,); 0 at i's own position.

    `E = s_j (P U_success + (1 - P) U_failure) + (1 - s_j) U_success - Q U_sq - (1 - Q)(T U_better + (1 - T) U_worse)`.
    """
    n, x, middle = len(group.names), group.position, compute_centre(group, options)
    expected = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if x[i] != x[j]:
                expected[i, j] = _challenge(group, i, j, float(risk[i]), width, middle, options.status_quo)
    return expected


def _challenge(group: Actors, i: int, j: int, r: float, width: float, middle: float, q: float) -> float:
    """Compute the expected utility of one challenge; `r` is the risk exponent, `q` the chance of the status quo."""
    x = group.position
    distance = np.asarray(abs(x[i] - x[j]) / width)
    toward = np.asarray(0.5 * (abs(x[i] - middle) + abs(x[i] - x[j])) / width)
    win, lose = float(utility(distance, r)), float(utility(-distance, r))
    better, worse, stays = float(utility(toward, r)), float(utility(-toward, r)), float(utility(np.zeros(()), r))
    chance, care = win_probability(group, float(x[i]), float(x[j])), float(group.salience[j])
    nearer = 1.0 if (middle - x[j]) * (x[i] - x[j]) > 0.0 else 0.0
    gain = care * (chance * win + (1.0 - chance) * lose) + (1.0 - care) * win
    return gain - q * stays - (1.0 - q) * (nearer * better + (1.0 - nearer) * worse)


def compute_risk_exponents(expected: Floats) -> Floats:
    """Compute risk exponents (n,) in [½, 2] from expected utilities (n, n) at exponent 1.

    The security of i is the sum of what all others expect of challenging it. R in [-1, 1] is its place between the
    least and the most secure, and `r = (1 - R/3)/(1 + R/3)`. All are 1 where everybody is equally secure.
    """
    threat = expected.sum(axis=0)
    least, most = float(threat.min()), float(threat.max())
    if most - least < 1e-12:
        return np.ones(threat.size)
    share = (2.0 * threat - most - least) / (most - least)
    result: Floats = (1.0 - share / 3.0) / (1.0 + share / 3.0)
    return result


def answer_challenges(group: Actors, expected: Floats, options: ChallengeOptions) -> Floats:
    """Compute the positions (n,) after each actor has answered one of the challenges that it cannot withstand."""
    x = group.position
    after = x.copy()
    for i in range(len(group.names)):
        offers = []
        for j in range(len(group.names)):
            own, other = float(expected[i, j]), float(expected[j, i])
            if other > 0.0 and other > own:
                share = abs(own / other) if own < 0.0 and abs(own) < other else 1.0
                step = share * float(x[j] - x[i])
                order = (abs(step), -other) if options.answer == "nearest" else (-other, abs(step))
                offers.append((*order, j, step))
        if offers:
            after[i] = x[i] + min(offers)[3]
    return after


def forecast(group: Actors, options: ChallengeOptions | None = None) -> Forecast:
    """Play rounds of challenges until nobody moves much or the rounds are over.

    Parameters
    ----------
    group : Actors
        The n actors.
    options : ChallengeOptions, optional
        Choices that the literature leaves open.

    Returns
    -------
    Forecast
        Positions, centres and risk exponents.
    """
    options = options or ChallengeOptions()
    width = group.width
    positions, centres, risks = [group.position.copy()], [compute_centre(group, options)], []
    for _ in range(options.rounds if width > 0.0 else 0):
        plain = compute_expected_utilities(group, np.ones(len(group.names)), width, options)
        risk = compute_risk_exponents(plain)
        after = answer_challenges(group, compute_expected_utilities(group, risk, width, options), options)
        largest = float(np.abs(after - group.position).max())
        group = replace(group, position=after)
        positions.append(after)
        centres.append(compute_centre(group, options))
        risks.append(risk)
        if largest < options.tolerance * width:
            break
    return Forecast(np.array(positions), tuple(centres), np.array(risks))
