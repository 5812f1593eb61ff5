"""A game on the continuous scales as a domain of labelled values: the options of every issue, or a finer grid."""

from __future__ import annotations

import numpy as np

from sim.analysis.game import Game
from sim.core.layout import Floats
from sim.interop.domain import Domain, Profile
from sim.interop.files import clip_text, number_repeats
from sim.scenario.schema import Scenario

CROSSED = -1000.0
"""Evaluation of a value beyond a red line: no other issue can make up for it, so the outcome is worse than none."""


def list_option_points(scenario: Scenario, game: Game) -> list[Floats]:
    """List where the labelled options of each issue of a game lie."""
    return [np.array([option.at for option in scenario.issues[name].options]) for name in game.issues]


def list_option_labels(scenario: Scenario, game: Game) -> list[tuple[str, ...]]:
    """List the labels of those options; where several read the same, a number tells them apart."""
    labels = [[clip_text(option.label) for option in scenario.issues[name].options] for name in game.issues]
    return [number_repeats(own) for own in labels]


def build_domain(game: Game, points: list[Floats], labels: list[tuple[str, ...]]) -> Domain:
    """Build the domain of a game on listed points.

    Evaluations are values (at most 1; beyond a red line as CROSSED), weights are the salience shares, and the reserved
    value is the floor: what no agreement is worth.
    """
    profiles = []
    for i, party in enumerate(game.parties):
        tables = tuple(evaluate_points(game, i, k, at) for k, at in enumerate(points))
        profiles.append(Profile(party, game.salience[i].copy(), tables, float(game.floor[i])))
    return Domain(game.name.replace(" ", "-"), game.issues, tuple(labels), tuple(profiles))


def evaluate_points(game: Game, i: int, k: int, at: Floats) -> Floats:
    """Compute the values (m,) of points on issue k to party i."""
    value = np.minimum((at - game.reservation[i, k]) / (game.demand[i, k] - game.reservation[i, k]), 1.0)
    if game.red[i, k] and game.salience[i, k] > 0.0:
        return np.where(value < -1e-9, CROSSED / game.salience[i, k], value)
    return value
