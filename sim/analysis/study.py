"""What can be said of a scenario without running it: zones, solutions and frontiers as plain tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.game import MIDDLE, Game, at, games
from sim.analysis.solutions import Point, frontier, solutions
from sim.analysis.zone import Zone, greatest_least, zones
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve


@dataclass(frozen=True)
class Study:
    """One basket at one assumption index.

    `surplus` is the greatest least gain over the floors; where it is negative there is no zone above the floors, and
    the points are those of the interests alone (disagreement at the reservation points), `above_floors` being False.
    `corners` are the corners of the Pareto frontier of a game of two.
    """

    game: Game
    surplus: float
    above_floors: bool
    points: list[Point]
    corners: list[Floats]


@dataclass(frozen=True)
class Analysis:
    """Zones over the ranges, and one study a basket at the chosen assumption index (`MIDDLE`: every range's middle)."""

    zones: list[Zone]
    studies: list[Study]
    assumption: int


def analyse(
    loaded: Loaded, n: int = 1000, seed: int = 0, assumption: int = MIDDLE, weights: Mapping[str, float] | None = None
) -> Analysis:
    """Zones over assumption indices 0 … n-1, solutions at one index. `weights` by party: bargaining power for Nash.

    Raises ParleyError.
    """
    for party, weight in (weights or {}).items():
        known = list(loaded.scenario.parties)
        if party not in known:
            raise ParleyError(f"no party `{party}`; known: {', '.join(known)}{nearest(party, known)}")
        if not 1e-6 <= weight <= 1e6:
            raise ParleyError(f"the weight of `{party}` is {weight:g}; allowed: 1e-6 to 1e6")
    problem = resolve(loaded.scenario, seed)
    studies = [study(game, weights) for game in games(at(problem, assumption))]
    return Analysis(zones(problem, n), studies, assumption)


def study(game: Game, weights: Mapping[str, float] | None = None) -> Study:
    """Solutions and frontier of one game."""
    surplus = greatest_least(game, game.floor)
    above = surplus >= -1e-9
    chosen = game if above else replace(game, floor=np.zeros(game.floor.size))
    corners = frontier(game) if len(game.parties) == 2 else []
    return Study(chosen, surplus, above, solutions(chosen, weights), corners)


def zone_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """One row a basket: shares with their intervals, and the middle of the surplus."""
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


def point_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """One row a basket, solution and issue or party: `what` names the issue (a point on its scale) or the utility."""
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


def frontier_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """One row a corner of a frontier of two: both parties' names and utilities."""
    rows = []
    for entry in analysis.studies:
        for number, package in enumerate(entry.corners):
            u = entry.game.utilities(package).tolist()
            first, second = entry.game.parties
            corner = {"first": first, "u_first": u[0], "second": second, "u_second": u[1]}
            rows.append({"basket": entry.game.name, "corner": number, **corner})
    return rows
