"""What makes tentative settlement more and less likely, at fixed level and deadlines (specification, section 7)."""

from __future__ import annotations

import pytest

from sim.scenario.load import load

FIXED = {"behaviour.level.base": -60.0, "parties.*.deadline": 120.0}
"""Nobody proposes a higher level, and every party's time runs out on the same day in both arms."""

CASES = [
    ("river-border", "exchange"),
    ("belarus-2022", "humanitarian"),
    ("belarus-2022", "ceasefire"),
    ("belarus-2022", "status"),
    ("istanbul-2022", "status"),
    ("istanbul-2025", "ceasefire"),
]
both = pytest.mark.parametrize(("scenario", "basket"), CASES)


def trusting(level: float) -> dict[str, float]:
    return {**FIXED, "parties.*.trust.*": level, "parties.*.trust_baseline.*": level}


@both
def test_more_trust(no_less_likely, scenario, basket):
    no_less_likely(scenario, basket, trusting(0.1), trusting(0.6))


@both
def test_lower_exposure(no_less_likely, scenario, basket):
    no_less_likely(scenario, basket, {**FIXED, "baskets.*.exposure.*": 0.5}, {**FIXED, "baskets.*.exposure.*": 0.05})


@both
def test_a_guarantee(no_less_likely, scenario, basket):
    exposed = {
        **FIXED,
        "baskets.*.exposure.*": 0.3,
        "mediators.*.styles.manipulation": 1.0,
        "mediators.*.leverage": 0.0,
    }
    no_less_likely(scenario, basket, exposed, {**exposed, "mediators.*.guarantee": 0.8})


AUTHORITY = [case for case in CASES if case[0] != "river-border"]


@pytest.mark.parametrize(("scenario", "basket"), AUTHORITY)
def test_a_higher_floor_for_want_of_authority(no_less_likely, scenario, basket):
    """A signature that binds less raises floors and touches nothing else."""
    exposed = {**FIXED, "baskets.*.exposure.*": 0.2}
    low, high = {**exposed, "parties.*.authority.*": 0.5}, {**exposed, "parties.*.authority.*": 1.0}
    no_less_likely(scenario, basket, low, high)


@both
def test_a_higher_floor_for_want_of_pain(no_less_likely, scenario, basket):
    """Without pain in motivation, pain works through the floor (and the caps that go with it) alone."""
    unmoved = {**FIXED, "behaviour.readiness.m1": 0.0}
    no_less_likely(scenario, basket, {**unmoved, "behaviour.pain.cap": 0.0}, unmoved)


def shaken(scenario: str, times: float) -> dict[str, float]:
    """Incidents at a multiple of the highest assumed rate, without a surge before rounds."""
    types = load(scenario).scenario.incidents
    rates = {f"incidents.{name}.rate": times * kind.rate.high for name, kind in types.items()}
    return {**FIXED, "incidents.*.surge": 0.0, **rates}


# Preconditions on both sides leave the status of 2022 too seldom settled among incidents to show anything.
SHAKEN = [case if case != ("istanbul-2022", "status") else ("istanbul-2022", "order") for case in CASES]


@pytest.mark.parametrize(("scenario", "basket"), SHAKEN)
def test_more_blamed_incidents_without_cost(no_less_likely, scenario, basket):
    free = {"incidents.*.cost": 0.0}
    often = {**shaken(scenario, 1.0), **free}
    no_less_likely(scenario, basket, often, {**shaken(scenario, 0.1), **free})


@pytest.mark.parametrize(("scenario", "basket"), SHAKEN)
def test_more_blamed_incidents_with_cost(pairs, record_property, scenario, basket):
    """Ripeness: pain may outweigh blame or not. The sign is reported, not asserted."""
    few, many = (pairs.settled(scenario, shaken(scenario, times), basket).mean() for times in (0.1, 1.0))
    record_property("figure", f"{scenario} {basket}: {few:.3f} to {many:.3f} with ten times the incidents")
    print(f"{scenario} {basket}: {few:.3f} to {many:.3f} with ten times the incidents")
    assert 0.0 <= few <= 1.0 and 0.0 <= many <= 1.0


def test_a_settled_basket_of_procedure_is_no_text(pairs, record_property):
    """A round that settles what comes first and nothing else is `procedural`; where a text is put too, `texts`."""
    rounds, runs = (table("istanbul-2022", {}) for table in (pairs.rounds, pairs.runs))
    held = rounds[(rounds["code"] != "postponed") & rounds["run"].isin(runs["run"][runs["failed_ratifications"] == 0])]
    handed = held["documents"] > held.groupby("run")["documents"].shift(fill_value=0)
    only_order = (held["settled"] == "order") & (held["amended"] == "")
    text = (held["texts"] > 0) | handed
    bare, texts = held["code"][only_order & ~text], held["code"][only_order & text]
    record_property("figure", f"{len(bare)} rounds settled the order alone, {len(texts)} besides a text")
    assert len(bare) > 100 and len(texts) > 100
    assert set(bare) == {"procedural"} and set(texts) == {"texts"}
