"""The forecasters on a scenario's own numbers: demands as positions, saliences as shares of the largest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.analysis.actors import actors, weighted_mean, weighted_median
from sim.analysis.challenge import forecast
from sim.analysis.votes import probabilistic_condorcet
from sim.scenario.schema import Scenario


def forecasts(scenario: Scenario, capability: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """One row an issue: mean, median, challenge model, most likely position of the probabilistic Condorcet step.

    Ranges at their mode. A scenario knows no capability: all count 1 unless given by party. Raises ParleyError.
    """
    rows = []
    for name in scenario.issues:
        parties = [p for p, party in scenario.parties.items() if name in party.issues]
        stakes = [scenario.parties[p].issues[name] for p in parties]
        care = [s.salience.mode if s.salience else 0.0 for s in stakes]
        top = max([1.0, *care])
        power = [(capability or {}).get(p, 1.0) for p in parties]
        places = [s.demand.mode if s.demand else 0.5 for s in stakes]
        if sum(p * c for p, c in zip(power, care, strict=True)) <= 0.0:
            continue
        group = actors(parties, power, places, [c / top for c in care])
        chances = probabilistic_condorcet(group)
        likely = max(chances, key=lambda x: chances[x])
        rows.append(
            {
                "issue": name,
                "weighted_mean": weighted_mean(group),
                "weighted_median": weighted_median(group),
                "challenge": forecast(group).outcome,
                "condorcet": likely,
                "condorcet_chance": chances[likely],
            }
        )
    return rows
