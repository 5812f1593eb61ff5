"""A game on the continuous scales as a domain of labelled values: the options of every issue, or a finer grid."""

from __future__ import annotations

import numpy as np

from sim.analysis.game import Game
from sim.core.layout import Floats
from sim.interop.domain import Domain, Profile
from sim.interop.files import clean, different
from sim.scenario.schema import Scenario

CROSSED = -1000.0
"""Evaluation of a value beyond a red line: no other issue can make up for it, so the outcome is worse than none."""


def option_points(scenario: Scenario, game: Game) -> list[Floats]:
    """Where the labelled options of each issue of a game lie."""
    return [np.array([option.at for option in scenario.issues[name].options]) for name in game.issues]


def option_labels(scenario: Scenario, game: Game) -> list[tuple[str, ...]]:
    """Labels of those options, made different where two read the same."""
    return [different([clean(option.label) for option in scenario.issues[name].options]) for name in game.issues]


def domain(game: Game, points: list[Floats], labels: list[tuple[str, ...]]) -> Domain:
    """The game on listed points: evaluations are values (at most 1, red lines as CROSSED), weights the salience shares.

    The floor is what no agreement is worth.
    """
    profiles = []
    for i, party in enumerate(game.parties):
        tables = tuple(evaluations(game, i, k, at) for k, at in enumerate(points))
        profiles.append(Profile(party, game.salience[i].copy(), tables, float(game.floor[i])))
    return Domain(game.name.replace(" ", "-"), game.issues, tuple(labels), tuple(profiles))


def evaluations(game: Game, i: int, k: int, at: Floats) -> Floats:
    """Values of points on issue k to party i."""
    value = np.minimum((at - game.reservation[i, k]) / (game.demand[i, k] - game.reservation[i, k]), 1.0)
    if game.red[i, k] and game.salience[i, k] > 0.0:
        return np.where(value < -1e-9, CROSSED / game.salience[i, k], value)
    return value
