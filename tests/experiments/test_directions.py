"""Directions of the closed share: what helps talks is never read as divergence.

Paired runs of the dated cases. A direction holds where no day shows a difference more than four standard errors below 0
(45 checks of no effect would fail together in one seed of 700) and at least one day shows one above. Text-writing is
checked without breaking off: agreed texts leave less in sight, so talks may end earlier, which is a decision on pace
and no divergence of offers (docs/experiments/mediation.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sim.core.layout import Floats
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load

DAYS = ("closed_d30", "closed_d60", "closed_d90", "closed_d180", "closed")
CASES = {
    "belarus-2022": ("gomel", "belarus"),
    "istanbul-2022": ("istanbul", "turkiye"),
    "istanbul-2025": ("istanbul", "turkiye"),
}
"""Venue that the scenario's rule picks, and its host."""
RUNS = 600


def compute_scores(case: str, before: Mapping[str, Any], after: Mapping[str, Any], columns: tuple[str, ...]) -> Floats:
    """Paired mean difference over its standard error, a column each; 0 where nothing differs."""
    venue = CASES[case][0]
    fixed = {"venue_choice.rule": "fixed", "venue_choice.order": [venue]}
    tables = [run_ensemble(load(case, {**fixed, **changes}), RUNS).runs for changes in (before, after)]
    scores = []
    for column in columns:
        gap = tables[1][column].to_numpy(float) - tables[0][column].to_numpy(float)
        error = gap.std(ddof=1) / math.sqrt(gap.size)
        scores.append(gap.mean() / error if error > 0 else 0.0)
    return np.array(scores)


def list_changes(case: str) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Changes that help talks: before and after."""
    venue, host = CASES[case]
    refused, welcome = (
        {f"venues.{venue}.acceptability.{party}": level for party in ("russia", "ukraine")} for level in (0.3, 1)
    )
    even = {f"mediators.{host}.leaning.{party}": 0 for party in ("russia", "ukraine")}
    alone = {f"venues.{venue}.host": None, **even}
    talks = {"behaviour.pace.breakoff": 0, **even}
    return {
        "acceptability": (refused, welcome),
        "insulation": ({}, {f"venues.{venue}.insulation": 1}),
        "publicity": ({f"venues.{venue}.publicity": 1}, {f"venues.{venue}.publicity": 0}),
        "seat": (alone | {f"mediators.{host}.attends": "hosted"}, alone | {f"mediators.{host}.attends": "always"}),
        "texts": (
            talks | {f"mediators.{host}.styles.formulation": 0},
            talks | {f"mediators.{host}.styles.formulation": 0.9},
        ),
    }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("change", ["acceptability", "insulation", "publicity", "seat", "texts"])
def test_what_helps_talks_closes_the_distance(case: str, change: str) -> None:
    scores = compute_scores(case, *list_changes(case)[change], DAYS)
    assert scores.min() > -4 and scores.max() > 2


def test_control_the_gap_over_open_issues_reads_texts_as_divergence() -> None:
    """Easy issues leave it when they are settled: the same runs, the same check, the other measure."""
    before, after = list_changes("istanbul-2025")["texts"]
    assert compute_scores("istanbul-2025", before, after, ("gap_open",))[0] > 4


def test_control_a_worse_venue_is_read_as_divergence() -> None:
    better, worse = list_changes("istanbul-2022")["publicity"][::-1]
    assert compute_scores("istanbul-2022", better, worse, DAYS).min() < -4
