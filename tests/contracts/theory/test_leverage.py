"""Settlements made under leverage collapse more after it is withdrawn (specification, section 7)."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.load import load

CRISES = Path(__file__).resolve().parents[3] / "calibration" / "record" / "crises.csv"

HOLDER = {"istanbul-2025": "turkiye", "istanbul-2022": "turkiye", "belarus-2022": "belarus"}
LEFT = 90
"""The day on which the lever-holder leaves: so late that there is something to collapse."""


def arms(scenario: str, bearing: float = 3.0) -> tuple[dict[str, object], dict[str, object]]:
    """A host with a lever that stays to the end, and one that leaves; it does nothing else that could be missed."""
    at = f"mediators.{HOLDER[scenario]}."
    stays = {
        f"{at}styles.manipulation": 1.0,
        f"{at}leverage": 0.3,
        f"{at}guarantee": 0.0,
        f"{at}styles.facilitation": 0.0,
        f"{at}leaning.*": 0.0,
        f"{at}departure": 0.0,
        "behaviour.collapse.leverage": bearing,
        "behaviour.collapse.hazard": 0.002,
        "behaviour.level.base": -60.0,
        "parties.*.preconditions": [],  # else too little is settled by then
    }
    day = load(scenario).scenario.start + datetime.timedelta(days=LEFT)
    return stays, stays | {f"{at}leaves": day.isoformat()}


def fallen(pairs, scenario: str, changes: dict[str, object]) -> tuple[list[tuple[int, str]], set[tuple[int, str]]]:
    """Settlements (run, basket) that stand on the day of leaving, and those of them that collapse afterwards.

    Baskets that are opened again once they are carried out are left out: their next settlement is another one.
    """
    once = [name for name, basket in load(scenario).scenario.baskets.items() if not basket.renewable]
    rounds = pairs.rounds(scenario, changes)
    standing: dict[tuple[int, str], bool] = {}
    collapsed: set[tuple[int, str]] = set()
    resettled: set[tuple[int, str]] = set()
    for run, day, settled, down in rounds[["run", "day", "settled", "collapsed"]].itertuples(index=False):
        for basket in once:
            key = (run, basket)
            if basket in down.split():
                if day <= LEFT:
                    standing[key] = False
                elif standing.get(key) and key not in resettled:
                    collapsed.add(key)
            if basket in settled.split():
                if day <= LEFT:
                    standing[key] = True
                else:
                    resettled.add(key)
    return [key for key, stands in standing.items() if stands], collapsed


@pytest.mark.parametrize("scenario", HOLDER)
def test_collapse_after_leverage_is_withdrawn(pairs, record_property, scenario):
    """The same settlements, made under leverage in runs that are the same so far: more collapse; the reverse fails."""
    stays, goes = arms(scenario)
    made, kept = fallen(pairs, scenario, stays)
    same, left = fallen(pairs, scenario, goes)
    assert made == same, "up to the day of leaving both arms are one"
    first, second = (np.array([key in down for key in made]) for down in (kept, left))
    figure = (
        f"{scenario}: of {len(made)} settlements {first.mean():.3f} collapse, {second.mean():.3f} once leverage is gone"
    )
    record_property("figure", figure)
    print(figure)
    assert pairs.rarer(first, second) >= 1e-3, figure
    assert pairs.rarer(second, first) < 1e-3, f"control: the reverse passes as well: {figure}"


@pytest.mark.parametrize("scenario", HOLDER)
def test_control_leverage_that_does_not_bear(pairs, scenario):
    """Where leverage is in neither the floor nor the hazard (a = 0), its withdrawal brings down no more settlements."""
    stays, goes = ({**arm, "model.leverage": "on_aspiration"} for arm in arms(scenario, bearing=0.0))
    made, kept = fallen(pairs, scenario, stays)
    _, left = fallen(pairs, scenario, goes)
    first, second = (np.array([key in down for key in made]) for down in (kept, left))
    assert pairs.rarer(second, first) >= 1e-3


def test_against_the_record(record_property):
    """The evidence is mixed: reported beside the model, not asserted of it (crises of 1918 to 1989)."""
    with CRISES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept: dict[str, float] = {}
    for style in {row["mediation_style"] for row in rows}:
        own = [row for row in rows if row["mediation_style"] == style]
        kept[style] = sum(int(row["not_recurred_5y"]) for row in own) / sum(int(row["recurrence_coded"]) for row in own)
    record_property("figure", f"share of crises that did not recur in five years, by mediation style: {kept}")
    print(f"share of crises that did not recur in five years: {kept}")
    assert all(0.0 <= share <= 1.0 for share in kept.values())
