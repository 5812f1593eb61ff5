"""Analysis of a scenario without a run: zones of agreement, solutions and frontiers, also as plain tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.game import MIDDLE, Game, build_games, start_talks
from sim.analysis.solutions import Point, find_frontier, solve_all
from sim.analysis.zone import Zone, compute_max_min_gain, estimate_zones
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve


@dataclass(frozen=True)
class Study:
    """Solutions of one game.

    Attributes
    ----------
    game : Game
        The game that is solved.
    surplus : float
        Greatest least gain over the floors, a utility; below 0 there is no zone above the floors.
    above_floors : bool
        Whether the points are above the floors; without a zone there they are those of the interests alone, with
        disagreement at the reservation values.
    points : list of Point
        Solution points.
    corners : list of ndarray
        Packages (n,) at the corners of the Pareto frontier of two parties; none of more.
    """

    game: Game
    surplus: float
    above_floors: bool
    points: list[Point]
    corners: list[Floats]


@dataclass(frozen=True)
class Analysis:
    """Analysis of a scenario.

    Attributes
    ----------
    zones : list of Zone
        Chance of a zone of agreement over the assumed ranges, by basket.
    studies : list of Study
        Solutions by basket at one assumption index.
    assumption : int
        That index, or `MIDDLE`.
    """

    zones: list[Zone]
    studies: list[Study]
    assumption: int


def analyse(
    loaded: Loaded, n: int = 1000, seed: int = 0, assumption: int = MIDDLE, weights: Mapping[str, float] | None = None
) -> Analysis:
    """Analyse a scenario.

    Parameters
    ----------
    loaded : Loaded
        The scenario.
    n : int
        Number of draws of the assumed ranges for the zones.
    seed : int
        Seed of these draws.
    assumption : int
        Assumption index of the solutions; `MIDDLE` has every range at its middle.
    weights : mapping of str to float, optional
        Bargaining power by party for the weighted Nash solution.

    Returns
    -------
    Analysis
        Zones and solutions of every basket and of all baskets at once.

    Raises
    ------
    ParleyError
        A party or a weight is not known, or there is nothing to bargain over.
    """
    for party, weight in (weights or {}).items():
        known = list(loaded.scenario.parties)
        if party not in known:
            raise ParleyError(f"no party `{party}`; known: {', '.join(known)}{nearest(party, known)}")
        if not 1e-6 <= weight <= 1e6:
            raise ParleyError(f"the weight of `{party}` is {weight:g}; allowed: 1e-6 to 1e6")
    problem = resolve(loaded.scenario, seed)
    studies = [solve_game(game, weights) for game in build_games(start_talks(problem, assumption))]
    return Analysis(estimate_zones(problem, n), studies, assumption)


def solve_game(game: Game, weights: Mapping[str, float] | None = None) -> Study:
    """Compute solutions and frontier of one game; `weights` is the bargaining power by party."""
    surplus = compute_max_min_gain(game, game.floor)
    above = surplus >= -1e-9
    basis = game if above else replace(game, floor=np.zeros(game.floor.size))
    corners = find_frontier(game) if len(game.parties) == 2 else []
    return Study(basis, surplus, above, solve_all(basis, weights), corners)


def tabulate_zones(analysis: Analysis) -> list[dict[str, Any]]:
    """Tabulate the zones: one row a basket with shares, their intervals and the median surplus."""
    rows = []
    for zone in analysis.zones:
        rows.append(
            {
                "basket": zone.name,
                "n": zone.n,
                "zone_interests": zone.interests,
                "zone_interests_low": zone.interests_interval[0],
                "zone_interests_high": zone.interests_interval[1],
                "zone_commitment": zone.commitment,
                "zone_commitment_low": zone.commitment_interval[0],
                "zone_commitment_high": zone.commitment_interval[1],
                "median_surplus": float(np.median(zone.surplus)),
            }
        )
    return rows


def tabulate_solutions(analysis: Analysis) -> list[dict[str, Any]]:
    """Tabulate the solutions: a row for every issue (its point) and every party (its utility) of each solution."""
    rows = []
    for entry in analysis.studies:
        basis = "floors" if entry.above_floors else "reservation points"
        for point in entry.points:
            head = {"basket": entry.game.name, "disagreement": basis, "solution": point.name}
            for issue, x in zip(entry.game.issues, point.package.tolist(), strict=True):
                rows.append({**head, "what": issue, "kind": "package", "value": x})
            for party, u in zip(entry.game.parties, point.utility.tolist(), strict=True):
                rows.append({**head, "what": party, "kind": "utility", "value": u})
    return rows


def tabulate_frontiers(analysis: Analysis) -> list[dict[str, Any]]:
    """Tabulate the frontiers of two parties: one row a corner with both names and utilities."""
    rows = []
    for entry in analysis.studies:
        for number, package in enumerate(entry.corners):
            u = entry.game.utilities(package).tolist()
            first, second = entry.game.parties
            corner = {"first": first, "u_first": u[0], "second": second, "u_second": u[1]}
            rows.append({"basket": entry.game.name, "corner": number, **corner})
    return rows
